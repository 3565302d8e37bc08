"""JSON Schema for editors of YAML: one a kind, with the models' docstrings as descriptions.

Draft 7, which every YAML language server reads. The loader is the judge: it looks across files, and it
takes an unquoted number as text, where an editor, which cannot know, would rather have quotes.
"""

from __future__ import annotations

import ast
import inspect
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from content import fields, models
from content.dates import When
from content.models import KINDS

DRAFT = "http://json-schema.org/draft-07/schema#"


def schema(kind: str) -> dict[str, Any]:
    """The schema of one file in the folder `kind`."""
    model = KINDS[kind]
    raw = model.model_json_schema(mode="validation")
    definitions = raw.pop("$defs", {})
    whole = {"$schema": DRAFT, **_tidy(raw, model.__name__)}
    whole["$defs"] = {name: _tidy(definition, name) for name, definition in sorted(definitions.items())}
    used: dict[str, Any] = {}
    named = {key: _by_name(value, used) for key, value in whole.items()}
    named["$defs"] |= used
    return named


def write(folder: Path) -> None:
    """One file a kind, `KIND.json`; makes the folder. OSError if it cannot."""
    folder.mkdir(parents=True, exist_ok=True)
    for kind in KINDS:
        (folder / f"{kind}.json").write_text(rendered(kind), encoding="utf-8")


def rendered(kind: str) -> str:
    """A schema as it stands in its file."""
    return json.dumps(schema(kind), ensure_ascii=False, indent=2) + "\n"


def _tidy(definition: Mapping[str, Any], class_name: str) -> dict[str, Any]:
    """A class's schema as YAML may fulfil it: no null, no defaults to guess at; docs beside names."""
    tidied = dict(definition)
    notes = _notes().get(class_name, {})
    if "enum" in tidied:
        lines = [f"{value}: {notes[value]}" for value in tidied["enum"] if value in notes]
        text = "\n".join([tidied.get("description", ""), *lines]).strip()
        return {**tidied, "description": text} if text else tidied
    if "properties" in tidied:
        tidied["properties"] = {
            name: _property(value, _inherited(class_name).get(name)) for name, value in tidied["properties"].items()
        }
    return tidied


def _property(value: Mapping[str, Any], note: str | None) -> dict[str, Any]:
    found = {key: item for key, item in value.items() if key not in ("default", "title")}
    choices = [choice for choice in found.get("anyOf", ()) if choice != {"type": "null"}]
    if len(choices) == 1:
        found = {**{key: item for key, item in found.items() if key != "anyOf"}, **choices[0]}
    elif choices:
        found["anyOf"] = choices
    if "patternProperties" in found:
        found["additionalProperties"] = False
    if note is None:
        return found
    if "$ref" in found:
        # Draft 7 passes over whatever stands beside a $ref.
        found = {"allOf": [found]}
    return {"description": note, **found}


def _inherited(class_name: str) -> dict[str, str]:
    """The notes of a model's fields, its parents' too."""
    found: dict[str, str] = {}
    for parent in reversed(getattr(models, class_name).__mro__):
        found |= _notes().get(parent.__name__, {})
    return found


def _by_name(node: Any, used: dict[str, Any]) -> Any:
    """Puts a reference where a shared type is spelled out, and the type into `used`."""
    if isinstance(node, list):
        return [_by_name(item, used) for item in node]
    if not isinstance(node, dict):
        return node
    for name, spelled in _shared().items():
        if node == spelled:
            used[name] = spelled
            return {"$ref": f"#/$defs/{name}"}
        if node == {"description": node.get("description"), **spelled}:
            used[name] = spelled
            return {"description": node["description"], "allOf": [{"$ref": f"#/$defs/{name}"}]}
    return {key: _by_name(value, used) for key, value in node.items()}


@cache
def _shared() -> Mapping[str, Any]:
    """Types that have no class of their own, by the names under which the models know them."""
    aliases = {"Text": fields.Text, "ShortText": fields.ShortText, "SourceIds": fields.SourceIds, "When": When}
    return {name: TypeAdapter(alias).json_schema() for name, alias in aliases.items()}


@cache
def _notes() -> Mapping[str, Mapping[str, str]]:
    """Class -> field (or an enum's value) -> the string that stands below it in the source of the models."""
    found: dict[str, dict[str, str]] = {}
    for statement in ast.parse(inspect.getsource(models)).body:
        if isinstance(statement, ast.ClassDef):
            notes = found.setdefault(statement.name, {})
            for field, note in zip(statement.body, statement.body[1:], strict=False):
                if name := _name_of(field):
                    text = _text_of(note)
                    if text:
                        notes[name] = inspect.cleandoc(text)
    return found


def _name_of(field: ast.stmt) -> str | None:
    if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
        return field.target.id
    if isinstance(field, ast.Assign) and isinstance(field.value, ast.Constant):
        return str(field.value.value)
    return None


def _text_of(note: ast.stmt) -> str | None:
    if isinstance(note, ast.Expr) and isinstance(note.value, ast.Constant) and isinstance(note.value.value, str):
        return note.value.value
    return None
