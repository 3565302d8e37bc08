"""The files of deploy/ for PostgreSQL and replicas: what they name exists, no secret, no log, one port."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.config import SECRETS, Settings, load_settings
from storage.postgres import QUIET, SESSION

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
OWN, MANAGED = "compose.postgresql.yaml", "compose.managed.yaml"
BOTH = pytest.mark.parametrize("name", [OWN, MANAGED])
OWN_OF_EACH = ("hostname", "volumes", "networks")
GIVEN = {
    "BOT_HOST": "bot.example.org",
    "KEY_FOLDER": "/key",
    "BACKUP_FOLDER": "/backup",
    "LIBRARY_FOLDER": "/library",
    "TLS_FOLDER": "/tls",
}
HELD = {
    "token": "1234567890:" + "T" * 35,
    "webhook_secret": "s" * 40,
    "database": "postgresql+asyncpg://dauys:p@/dauys?host=/run/postgresql",
}
"""What the files of the secrets hold."""


def read(name: str) -> dict[str, Any]:
    return dict(yaml.safe_load(DEPLOY.joinpath(name).read_text(encoding="utf-8")))


def filled(text: str) -> str:
    """As compose puts its own variables in: `${NAME}`, `${NAME:-default}`, `${NAME:?what to do}`."""
    return re.sub(r"\$\{(\w+)(?::-([^}]*)|:\?[^}]+)?\}", lambda found: GIVEN.get(found[1], found[2] or ""), text)


def replicas(made: dict[str, Any]) -> dict[str, Any]:
    return {name: service for name, service in made["services"].items() if name.startswith("replica")}


@BOTH
def test_a_replica_starts_with_these_settings(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    made = read(name)
    assert len(replicas(made)) == 2
    for service in replicas(made).values():
        assert set(service["secrets"]) <= set(made["secrets"])
        for variable, value in service["environment"].items():
            given = filled(value)
            if variable.endswith("_FILE") and variable.removeprefix("DAUYS_").removesuffix("_FILE").lower() in SECRETS:
                secret = given.removeprefix("/run/secrets/")
                assert secret in service["secrets"]
                given = str(tmp_path / secret)
                Path(given).write_text(HELD[secret])
            monkeypatch.setenv(variable, given)
        settings = load_settings()
        assert settings.webhook_url == "https://bot.example.org/hook"
        assert settings.bot_id
        assert settings.webhook_secret.get_secret_value()
        assert settings.database.get_secret_value()


def test_the_settings_of_the_container_exist() -> None:
    lines = DEPLOY.joinpath("container.env").read_text(encoding="utf-8").splitlines()
    names = [line.partition("=")[0] for line in lines if line and not line.startswith("#")]
    assert names
    assert {name.removeprefix("DAUYS_").lower() for name in names} <= set(Settings.model_fields)


@BOTH
def test_the_replicas_differ_in_their_folder_and_address_alone(name: str) -> None:
    first, second = replicas(read(name)).values()
    data = [volume for volume in first["volumes"] if volume.endswith(":/data")]
    assert [volume for volume in second["volumes"] if volume.endswith(":/data")] != data
    for one in (first, second):
        assert one["read_only"]
        assert one["cap_drop"] == ["ALL"]
        assert one["ulimits"]["core"] == 0
    same = {key: value for key, value in first.items() if key not in OWN_OF_EACH}
    assert same == {key: value for key, value in second.items() if key not in OWN_OF_EACH}
    keys = [
        [volume.rpartition("}")[2] for volume in one["volumes"] if "KEY_FOLDER" in volume] for one in (first, second)
    ]
    assert keys == [[":/key"], [":/key"]]


@BOTH
def test_no_secret_stands_in_the_file(name: str) -> None:
    made = read(name)
    assert all(list(secret) == ["file"] for secret in made["secrets"].values())
    for service in made["services"].values():
        for variable, value in service.get("environment", {}).items():
            secret = any(word in variable for word in ("PASSWORD", "TOKEN", "SECRET", "DATABASE"))
            assert not secret or (variable.endswith("_FILE") and value.startswith("/run/secrets/")), variable
    bare = [line for line in DEPLOY.joinpath(name).read_text("utf-8").splitlines() if not line.lstrip().startswith("#")]
    assert [line for line in bare if re.search(r"://[^/]*:[^/]*@", line)] == []


@BOTH
def test_only_the_proxy_can_be_reached_from_elsewhere(name: str) -> None:
    services = read(name)["services"]
    assert {service: made["ports"] for service, made in services.items() if "ports" in made} == {"proxy": ["443:443"]}
    assert [service for service, made in services.items() if made.get("network_mode") == "host"] == []
    if "database" in services:
        assert services["database"]["network_mode"] == "none"
        assert "--listen_addresses=" in services["database"]["command"]


def test_the_server_writes_nothing_of_ours_into_its_log() -> None:
    told = dict(option.removeprefix("--").split("=") for option in read(OWN)["services"]["database"]["command"][1:])
    sql = DEPLOY.joinpath("postgresql.sql").read_text("utf-8")
    role = dict(re.findall(r"ALTER ROLE dauys SET (\w+) = '?(-?\w+)'?;", sql))
    wanted = QUIET | {"log_parameter_max_length_on_error": SESSION["log_parameter_max_length_on_error"]}
    assert {name: told.get(name) for name in wanted} == wanted
    assert role == wanted


@BOTH
def test_the_proxy_knows_the_replicas_and_passes_on_the_webhook_alone(name: str) -> None:
    made = read(name)
    config = DEPLOY.joinpath("nginx.replicas.conf").read_text("utf-8")
    addresses = [service["networks"]["front"]["ipv4_address"] for service in replicas(made).values()]
    ports = {service["environment"]["DAUYS_LISTEN"].rpartition(":")[2] for service in replicas(made).values()}
    assert re.findall(r"^    server ([\d.]+):(\d+) ", config, re.MULTILINE) == [
        (address, port) for address in addresses for port in ports
    ]
    assert re.findall(r"location (.+?) \{", config) == ["= /hook", "/"]
    path = next(iter(replicas(made).values()))["environment"]["DAUYS_WEBHOOK_URL"].rpartition("/")[2]
    assert path == "hook"
    mounted = {volume.split(":")[-2] for volume in made["services"]["proxy"]["volumes"]}
    assert mounted == {"/etc/nginx/conf.d/default.conf", "/etc/nginx/tls"}
    assert all(
        line.split()[1].startswith("/etc/nginx/tls/") for line in config.splitlines() if "ssl_certificate" in line
    )


@BOTH
def test_every_file_that_is_named_is_there(name: str) -> None:
    made = read(name)
    for service in made["services"].values():
        assert DEPLOY.joinpath(service.get("env_file", name)).is_file()
        for volume in service.get("volumes", []):
            assert not volume.startswith("./") or DEPLOY.joinpath(volume.split(":")[0]).is_file(), volume
    named = {volume.split(":")[0] for one in made["services"].values() for volume in one.get("volumes", [])}
    assert {volume for volume in named if re.fullmatch(r"[\w-]+", volume)} == set(made["volumes"])
