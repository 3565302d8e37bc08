"""Settings from the environment or an `.env` file; every fault reported at once, secrets never printable."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from babel.localedata import exists
from dotenv import dotenv_values
from pydantic import AfterValidator, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

SHIPPED_LIBRARY = Path(__file__).resolve().parent.parent / "content" / "data"
PREFIX = "DAUYS_"
HEALTH_PATHS = ("/healthz", "/readyz", "/metrics")
"""At DAUYS_LISTEN, beside the webhook."""
SECRETS = ("token", "webhook_secret", "proxy", "database")
_TOKEN = re.compile(r"[0-9]{3,16}:[A-Za-z0-9_-]{20,}", re.ASCII)
_WEBHOOK_SECRET = re.compile(r"[A-Za-z0-9_-]{16,256}", re.ASCII)


class ConfigError(Exception):
    """`faults`: one line for each setting that is wrong; each names the setting and what it wants."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError("no such time zone; expected a name such as Asia/Almaty or UTC") from error
    return name


def _http(url: str) -> str:
    if url and not re.fullmatch(r"https?://[^\s/]+(/\S*)?", url):
        raise ValueError("not an address; expected http:// or https://")
    return url.rstrip("/")


def _proxy(secret: SecretStr) -> SecretStr:
    if secret.get_secret_value() and not re.match(r"(https?|socks5h?|socks4)://\S+", secret.get_secret_value()):
        raise ValueError("not a proxy; expected http://host:port or socks5://host:port")
    return secret


class Settings(BaseSettings):
    """One field a setting; its environment name is DAUYS_ and the field in capitals.

    The description is what README's table says of it.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    token: SecretStr = Field(SecretStr(""), description="The bot's token, from @BotFather")
    owners: Annotated[frozenset[int], NoDecode] = Field(
        frozenset(), description="Numeric Telegram user ids of the owners, comma separated"
    )
    org: str = Field("", description="Who runs this bot, as readers are told")
    site: str = Field("", description="Where a reader can verify that the bot is yours")
    contact: str = Field("", description="Whom a reader writes to about an error or a removal")
    help: str = Field("", description="Where help in danger is")
    library: Path = Field(SHIPPED_LIBRARY, description="Folder of YAML records")
    data: Path = Field(Path("data"), description="Database, key, cache and socket")
    database: SecretStr = Field(
        SecretStr(""),
        description="SQLite in DAUYS_DATA when empty, or postgresql+asyncpg://USER:PASSWORD@HOST:5432/NAME",
    )
    key_file: Path | None = Field(None, description="Master key; in DAUYS_DATA when empty, better elsewhere")
    api_url: Annotated[str, AfterValidator(_http)] = Field(
        "https://api.telegram.org", description="The Bot API: Telegram's, a local server's, or the sandbox's"
    )
    proxy: Annotated[SecretStr, AfterValidator(_proxy)] = Field(
        SecretStr(""), description="http or socks5 proxy for the way to Telegram"
    )
    rate: float = Field(30, gt=0, le=1000, description="Messages a second that Telegram allows this bot")
    paid: bool = Field(False, description="Paid broadcasts for deliveries")
    paid_rate: float = Field(1000, gt=0, le=1000, description="Messages a second when paid")
    approvals: Literal["auto", "1", "2"] = Field("auto", description="People who must agree to a broadcast")
    undo: float = Field(5, ge=0, le=300, description="Seconds between Send and the first message")
    autopublish: bool = Field(False, description="Content updates go out by themselves")
    inline: bool = Field(False, description="Answer inline queries")
    webhook_url: Annotated[str, AfterValidator(_http)] = Field("", description="Webhook instead of polling")
    webhook_secret: SecretStr = Field(SecretStr(""), description="Secret that Telegram sends with each webhook call")
    listen: str = Field("127.0.0.1:8080", description="Address of webhook, health and metrics")
    language: str = Field("en", description="Fallback language")
    timezone: Annotated[str, AfterValidator(_zone)] = Field("UTC", description="Zone of schedules and shown times")

    @field_validator("owners", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        parts = [part.strip() for part in value.split(",") if part.strip()]
        if not all(re.fullmatch(r"[1-9][0-9]{0,15}", part, re.ASCII) for part in parts):
            raise ValueError("not user ids; expected numbers separated by commas (send /whoami to the bot for yours)")
        return frozenset(int(part) for part in parts)

    @field_validator("token")
    @classmethod
    def _token(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value() and not _TOKEN.fullmatch(value.get_secret_value()):
            raise ValueError("not a bot token; expected digits, a colon and letters, as @BotFather gives it")
        return value

    @field_validator("language")
    @classmethod
    def _language(cls, value: str) -> str:
        if not re.fullmatch(r"[a-z]{2,3}", value) or not exists(value):
            raise ValueError("no such language code; expected one such as en, ru, kk")
        return value

    @field_validator("listen")
    @classmethod
    def _address(cls, value: str) -> str:
        if not re.fullmatch(r"\S+:[0-9]{1,5}", value, re.ASCII) or int(value.rpartition(":")[2]) > 65535:
            raise ValueError("not an address to listen on; expected host:port, such as 127.0.0.1:8080")
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings, env_settings, dotenv_settings)

    @property
    def bot_id(self) -> int:
        """The number before the token's colon is the bot's user id; 0 without a token."""
        return int(self.token.get_secret_value().partition(":")[0] or 0)

    @property
    def master_key(self) -> Path:
        return self.key_file or self.data / "master.key"


def _secret_files(environment: dict[str, str]) -> tuple[dict[str, str], list[str]]:
    """Values of `DAUYS_X_FILE` for the secret settings, and one fault for each file that cannot be read."""
    values: dict[str, str] = {}
    faults: list[str] = []
    for name in SECRETS:
        variable = f"{PREFIX}{name.upper()}_FILE"
        path = environment.get(variable)
        if not path:
            continue
        if environment.get(f"{PREFIX}{name.upper()}"):
            faults.append(f"{variable}: {PREFIX}{name.upper()} is set too; keep one of the two")
            continue
        try:
            values[name] = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "not a text file"
            faults.append(f"{variable}: cannot be read ({reason}); expected a file that holds the value")
    return values, faults


def _database(settings: Settings) -> list[str]:
    """The rest of the address is storage's to judge: it is never shown."""
    address = settings.database.get_secret_value()
    if not address or address.startswith(("sqlite+aiosqlite:", "postgresql+asyncpg:")):
        return []
    return [
        f"{PREFIX}DATABASE: expected postgresql+asyncpg://USER:PASSWORD@HOST:5432/NAME; leave it unset for SQLite in "
        f"{PREFIX}DATA"
    ]


def _webhook(settings: Settings) -> list[str]:
    """A webhook without a secret would let anybody forge updates; the address itself must hold nothing secret."""
    url, secret = settings.webhook_url, settings.webhook_secret.get_secret_value()
    token = settings.token.get_secret_value()
    faults = []
    if url and not secret:
        faults.append(
            f"{PREFIX}WEBHOOK_SECRET: not set; with {PREFIX}WEBHOOK_URL the bot refuses to start without one: "
            "openssl rand -hex 32 makes one"
        )
    if secret and not url:
        faults.append(f"{PREFIX}WEBHOOK_URL: not set, but {PREFIX}WEBHOOK_SECRET is; set both or neither")
    if secret and not _WEBHOOK_SECRET.fullmatch(secret):
        faults.append(f"{PREFIX}WEBHOOK_SECRET: expected 16 to 256 of A-Z, a-z, 0-9, _ and -, as Telegram takes them")
    if url and token and token.partition(":")[2] in url:
        faults.append(f"{PREFIX}WEBHOOK_URL: holds the token; addresses are logged on the way, choose another path")
    if urlsplit(url).path in HEALTH_PATHS:
        faults.append(
            f"{PREFIX}WEBHOOK_URL: {urlsplit(url).path} is for machines that ask how the bot is; choose another"
        )
    if url.startswith("http:") and settings.api_url == Settings.model_fields["api_url"].default:
        faults.append(f"{PREFIX}WEBHOOK_URL: Telegram calls https addresses only; put a proxy with TLS in front")
    return faults


def _unknown(environment: dict[str, str]) -> list[str]:
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    known |= {f"{PREFIX}{name.upper()}_FILE" for name in SECRETS} | {f"{PREFIX}TEST_DATABASE"}
    names = sorted(name for name in environment if name.startswith(PREFIX) and name not in known)
    return [f"{name}: no such setting; see the table of settings in the README" for name in names]


def load_settings(**overrides: object) -> Settings:
    """Settings from the environment; raises ConfigError with every fault. Overrides win; for tests and `try`."""
    environment = {name: value or "" for name, value in dotenv_values(".env").items()} | dict(os.environ)
    values, faults = _secret_files(environment)
    faults += _unknown(environment)
    try:
        settings = Settings(**(values | overrides))  # type: ignore[arg-type]
    except ValidationError as error:
        for fault in error.errors(include_input=False, include_url=False):
            name = PREFIX + str(fault["loc"][0]).upper()
            faults.append(f"{name}: {fault['msg'].removeprefix('Value error, ')}")
        raise ConfigError(faults) from None
    faults += _database(settings) + _webhook(settings)
    if faults:
        raise ConfigError(faults)
    return settings
