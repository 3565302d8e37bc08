"""The schemas for editors: current, explained, and of one mind with the loader."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

import content
from content.errors import InvalidLibrary
from content.loader import load
from content.models import KINDS
from content.schema import rendered, schema, write
from tests.unit.content.broken_records import RECORDS
from tests.unit.content.folder import SOUND, written
from tests.unit.content.json_schema import accepts

DATA = Path(content.__file__).parent / "data"

FOR_THE_LOADER_ALONE = {
    "a wrong language code of a name",
    "a wrong language code of a text",
    "a text that fits in characters, but not as Telegram counts",
    "no address",
    "one address in two sources",
    "a month that is none",
    "a day that was none",
    "a year with a slip",
    "news from the future",
    "an event from the future",
    "a review that was due at the check",
    "a page seen before it was published",
    "an individual's case about another",
}
"""Broken records whose faults no schema of one file can tell."""


class _Yaml12(yaml.SafeLoader):
    """Values as an editor's language server takes them: dates are strings, plain digits are numbers."""


_Yaml12.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(("timestamp", "bool", "int", "float"))]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Yaml12.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"[-+]?[0-9]+$"), list("-+0123456789"))


def as_an_editor_reads(text: str) -> Any:
    return yaml.load(text, _Yaml12)  # noqa: S506 - a SafeLoader with fewer resolvers


@pytest.mark.parametrize("kind", KINDS)
def test_the_committed_copy_is_current(kind: str) -> None:
    assert (DATA / "schema" / f"{kind}.json").read_text(encoding="utf-8") == rendered(kind)


def test_write_makes_one_file_a_kind(tmp_path: Path) -> None:
    write(tmp_path / "new" / "schema")
    assert sorted(path.stem for path in (tmp_path / "new" / "schema").iterdir()) == sorted(KINDS)


def test_every_shipped_record_names_its_schema_and_fulfils_it() -> None:
    paths = [path for kind in KINDS for path in (DATA / kind).glob("*.yaml")]
    assert len(paths) >= 50
    for path in paths:
        text = path.read_text(encoding="utf-8")
        assert text.startswith(f"# yaml-language-server: $schema=../schema/{path.parent.name}.json\n"), path
        assert accepts(schema(path.parent.name), as_an_editor_reads(text)), path


@pytest.mark.parametrize("name", SOUND)
def test_what_the_loader_takes_the_schema_takes(name: str) -> None:
    assert _fulfils(name, SOUND[name])


def test_what_the_loader_refuses_in_a_record_the_schema_refuses(tmp_path: Path) -> None:
    taken = set()
    for number, broken in enumerate(RECORDS):
        root = written(tmp_path / str(number), broken.files)
        with pytest.raises(InvalidLibrary):
            load(root)
        changed = {name: text for name, text in broken.files.items() if text != SOUND.get(name) and text is not None}
        if all(
            accepts(schema(name.partition("/")[0]), as_an_editor_reads(str(text))) for name, text in changed.items()
        ):
            taken.add(broken.name)
    assert taken == FOR_THE_LOADER_ALONE


def _fulfils(name: str, text: str) -> bool:
    return accepts(schema(name.partition("/")[0]), as_an_editor_reads(text))


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_may_be_null_and_nothing_else_may_be_added(kind: str) -> None:
    text = rendered(kind)
    assert '"null"' not in text
    assert '"default"' not in text
    objects = [item for item in _all(schema(kind)) if "properties" in item and "type" in item]
    assert len(objects) >= 1
    assert [item for item in objects if item["additionalProperties"] is not False] == []


def test_docstrings_reach_the_editor() -> None:
    case = schema("cases")
    assert case["title"] == "Case"
    assert case["description"].startswith("What happened to one person")
    assert case["properties"]["checked"]["description"].startswith("The day on which somebody last compared")
    assert case["properties"]["part_of"]["description"] == "The group or theme that this case belongs to."
    kinds = schema("sources")["$defs"]["SourceKind"]["description"]
    assert "official: A public body about its own act." in kinds


def test_every_reference_leads_somewhere() -> None:
    for kind in KINDS:
        whole = json.loads(rendered(kind))
        names = re.findall(r'"#/\$defs/(\w+)"', rendered(kind))
        assert len(names) >= 1
        assert set(names) == set(whole["$defs"])


def _all(node: Any) -> list[dict[str, Any]]:
    if isinstance(node, dict):
        return [node, *(found for value in node.values() for found in _all(value))]
    return [found for item in node for found in _all(item)] if isinstance(node, list) else []
