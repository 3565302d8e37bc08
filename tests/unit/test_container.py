"""The image and deploy/compose.yaml say the same: one user, no right, a root that nobody writes to."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")


def bot() -> dict[str, Any]:
    return dict(yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text(encoding="utf-8"))["services"]["bot"])


def test_it_runs_as_one_user_that_is_not_root() -> None:
    (user,) = re.findall(r"^USER (\S+)$", DOCKERFILE, re.MULTILINE)
    assert user == bot()["user"]
    number, group = user.split(":")
    assert int(number) >= 1000
    assert f"--gid {group}" in DOCKERFILE
    assert f"--uid {number}" in DOCKERFILE


def test_it_has_no_rights_and_a_root_that_nobody_writes_to() -> None:
    service = bot()
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["ulimits"]["core"] == 0
    assert "ports" not in service
    assert "privileged" not in service


def test_every_mounted_folder_is_there_in_the_image() -> None:
    mounted = {volume.split(":")[-2 if volume.endswith(":ro") else -1] for volume in bot()["volumes"]}
    made = {
        word for line in re.findall(r"install -d (.+)", DOCKERFILE) for word in line.split() if word.startswith("/")
    }
    assert mounted == made == {"/data", "/key", "/backup", "/library"}


def test_both_ask_the_bot_itself_whether_it_is_well() -> None:
    (asked,) = re.findall(r"^HEALTHCHECK .*CMD (\[.+\])$", DOCKERFILE, re.MULTILINE)
    assert ["CMD", *yaml.safe_load(asked)] == bot()["healthcheck"]["test"]


def test_what_installs_packages_is_not_in_the_image() -> None:
    build, runs = DOCKERFILE.split("\nFROM ")[-2:]
    assert "pip uninstall --yes" in build
    assert "pip" not in runs
