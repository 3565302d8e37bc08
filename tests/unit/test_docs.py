"""The documents promise what the code has: every command and setting, every path a recipe names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer.main

from bot.cli import app
from bot.config import Settings
from bot.handlers import COMMANDS
from bot.views.callback import Action

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def test_every_chat_command_is_documented() -> None:
    assert len(COMMANDS) >= 15
    assert [name for name in COMMANDS if f"`/{name}" not in README] == []


def test_every_shell_command_and_option_is_documented() -> None:
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    assert len(commands) >= 7
    for name, command in commands.items():
        assert f"`dauys {name}" in README, name
        options = [option for parameter in command.params for option in parameter.opts if option.startswith("--")]
        assert [option for option in options if option not in README] == [], name


def test_every_setting_is_documented_with_its_default() -> None:
    fields = Settings.model_fields
    assert len(fields) >= 20
    for name, field in fields.items():
        rows = (line for line in README.splitlines() if line.startswith("| `DAUYS_"))
        row = next((line for line in rows if f"`DAUYS_{name.upper()}`" in line), "")
        assert row, f"DAUYS_{name.upper()} has no row in the README's table"
        if isinstance(field.default, (int, float)) and not isinstance(field.default, bool):
            assert f"{field.default:g}" in row
        assert field.description, name


def test_no_setting_is_documented_that_does_not_exist() -> None:
    named = set(re.findall(r"DAUYS_([A-Z_]+)", README))
    known = {name.upper() for name in Settings.model_fields}
    assert {name.removesuffix("_FILE") for name in named} <= known | {"KEY"}


def test_every_path_that_a_recipe_names_exists() -> None:
    recipes = CONTRIBUTING.partition("## Recipes")[2]
    paths = set(re.findall(r"`((?:bot|content|storage|tests)/[\w./-]+|README\.md)`", recipes))
    assert len(paths) >= 15
    assert sorted(path for path in paths if not (ROOT / path).exists()) == []


def test_the_rooms_that_are_drawn_exist() -> None:
    drawn = CONTRIBUTING.partition("```")[2].partition("```")[0]
    names = re.findall(r"^  ([\w]+(?:\.py|/))", drawn, re.MULTILINE)
    assert len(names) >= 20
    places = [ROOT / folder for folder in (".", "bot", "content", "storage", "tests")]
    assert [name for name in names if not any((place / name).exists() for place in places)] == []


def test_the_pictures_of_the_readme_exist() -> None:
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README)
    assert len(pictures) >= 2
    assert [picture for picture in pictures if not (ROOT / picture).is_file()] == []


@pytest.mark.parametrize("action", list(Action))
def test_callback_actions_fit_with_the_longest_id(action: Action) -> None:
    from bot.views.callback import LIMIT, pack

    assert len(pack("kk", action, "a" * 40, 99, "c99").encode()) <= LIMIT
