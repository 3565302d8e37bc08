"""Settings: every fault at once, one line each, and no secret in any of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.config import HEALTH_PATHS, ConfigError, Settings, load_settings

TOKEN = "123456789:" + "A" * 35


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


def test_defaults_are_the_documented_ones() -> None:
    settings = load_settings()
    assert settings.rate == 30
    assert settings.undo == 5
    assert settings.approvals == "auto"
    assert settings.language == "en"
    assert settings.api_url == "https://api.telegram.org"
    assert settings.master_key == Path("data/master.key")


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("TOKEN", "nonsense", "DAUYS_TOKEN: not a bot token"),
        ("OWNERS", "12,@name", "DAUYS_OWNERS: not user ids"),
        ("OWNERS", "-5", "DAUYS_OWNERS: not user ids"),
        ("API_URL", "ftp://x", "DAUYS_API_URL: not an address"),
        ("PROXY", "nowhere", "DAUYS_PROXY: not a proxy"),
        ("RATE", "0", "DAUYS_RATE:"),
        ("RATE", "many", "DAUYS_RATE:"),
        ("UNDO", "-1", "DAUYS_UNDO:"),
        ("LANGUAGE", "xx", "DAUYS_LANGUAGE: no such language code"),
        ("TIMEZONE", "Mars/Base", "DAUYS_TIMEZONE: no such time zone"),
        ("TIMEZONE", "../etc/passwd", "DAUYS_TIMEZONE: no such time zone"),
        ("APPROVALS", "3", "DAUYS_APPROVALS:"),
        ("APPROVALS", "3", "DAUYS_APPROVALS: Input should be 'auto', '1' or '2'"),
        ("PAID_RATE", "1001", "DAUYS_PAID_RATE:"),
        ("WEBHOOK_URL", "https://x.y", "DAUYS_WEBHOOK_SECRET: not set; with DAUYS_WEBHOOK_URL the bot refuses"),
        ("WEBHOOK_SECRET", "s" * 16, "DAUYS_WEBHOOK_URL: not set, but DAUYS_WEBHOOK_SECRET is"),
        ("LISTEN", "nowhere", "DAUYS_LISTEN: not an address to listen on"),
        ("DATABASE", "postgresql://u:p@h/d", "DAUYS_DATABASE: expected postgresql+asyncpg://"),
        ("TOKE", "x", "DAUYS_TOKE: no such setting"),
    ],
)
def test_a_wrong_setting_is_one_clear_line(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, expected: str
) -> None:
    monkeypatch.setenv(f"DAUYS_{name}", value)
    with pytest.raises(ConfigError) as caught:
        load_settings()
    assert len(caught.value.faults) == 1
    assert caught.value.faults[0].startswith(expected)


def test_all_faults_are_reported_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"RATE": "x", "TOKEN": "x", "OWNERS": "x", "NEW": "x"}.items():
        monkeypatch.setenv(f"DAUYS_{name}", value)
    with pytest.raises(ConfigError) as caught:
        load_settings()
    assert len(caught.value.faults) == 4


def test_a_secret_can_come_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "token").write_text(TOKEN + "\n")
    monkeypatch.setenv("DAUYS_TOKEN_FILE", str(tmp_path / "token"))
    assert load_settings().token.get_secret_value() == TOKEN
    assert load_settings().bot_id == 123456789


def test_a_secret_given_twice_or_unreadable_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DAUYS_TOKEN_FILE", str(tmp_path / "missing"))
    with pytest.raises(ConfigError, match="cannot be read"):
        load_settings()
    monkeypatch.setenv("DAUYS_TOKEN", TOKEN)
    with pytest.raises(ConfigError, match="keep one of the two"):
        load_settings()


def test_a_mistyped_name_in_the_env_file_is_noticed(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("DAUYS_OWNER=5\n")
    with pytest.raises(ConfigError, match="DAUYS_OWNER: no such setting"):
        load_settings()


@pytest.mark.parametrize("name", ["token", "webhook_secret", "proxy", "database"])
def test_secrets_never_print(name: str) -> None:
    value = {"token": TOKEN, "proxy": "http://user:hush@h:1", "database": "sqlite:///hush"}.get(name, "hush")
    settings = Settings(**{name: value})  # type: ignore[arg-type]
    assert value not in repr(settings)
    assert value not in str(settings)


def test_a_wrong_token_is_not_echoed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAUYS_TOKEN", "123456789:short")
    with pytest.raises(ConfigError) as caught:
        load_settings()
    assert "short" not in str(caught.value)


@pytest.mark.parametrize("path", HEALTH_PATHS)
def test_the_webhook_stands_beside_the_health_paths_not_on_them(path: str) -> None:
    with pytest.raises(ConfigError, match=f"DAUYS_WEBHOOK_URL: {path} is for machines"):
        load_settings(webhook_url=f"https://x.y{path}", webhook_secret="s" * 16)
