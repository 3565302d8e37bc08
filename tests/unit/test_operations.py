"""docs/operations.md and deploy/ name figures, settings and files that there are, and all of the figures."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from bot.config import Settings

ROOT = Path(__file__).resolve().parents[2]
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
METRICS = set(re.findall(r'"(dauys_[a-z_]+)"', (ROOT / "bot" / "health" / "metrics.py").read_text(encoding="utf-8")))
ENDINGS = ("_total", "_bucket")
DEPLOY = sorted(path for path in (ROOT / "deploy").iterdir() if path.is_file())


def bare(name: str) -> str:
    """As it stands in the code: Prometheus adds an ending of its own."""
    return name if name in METRICS else next((name.removesuffix(end) for end in ENDINGS if name.endswith(end)), name)


def test_every_figure_is_explained_and_no_other() -> None:
    assert len(METRICS) >= 20
    told = set(re.findall(r"`(dauys_[a-z_]+)`", OPERATIONS))
    assert told == METRICS


def test_every_alarm_is_about_a_figure_that_there_is() -> None:
    (group,) = yaml.safe_load((ROOT / "deploy" / "alerts.yaml").read_text(encoding="utf-8"))["groups"]
    for rule in group["rules"]:
        names = re.findall(r"\b(?:dauys|process)_[a-z_]+", rule["expr"])
        assert names, rule["alert"]
        assert [name for name in names if bare(name) not in METRICS | {"process_resident_memory_bytes"}] == []
        assert rule["annotations"]["summary"]


@pytest.mark.parametrize("path", DEPLOY, ids=lambda path: path.name)
def test_every_setting_of_deploy_is_one_of_the_bots(path: Path) -> None:
    known = {f"DAUYS_{name.upper()}" for name in Settings.model_fields}
    named = set(re.findall(r"\bDAUYS_[A-Z_]+", path.read_text(encoding="utf-8")))
    assert {name for name in named if name not in known and name.removesuffix("_FILE") not in known} == set()


def test_every_file_of_deploy_is_named_and_every_named_one_is_there() -> None:
    documents = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "docs").glob("*.md"))
    named = set(re.findall(r"deploy/([a-z.]+[a-z])", documents + (ROOT / "README.md").read_text(encoding="utf-8")))
    assert named == {path.name for path in DEPLOY}
