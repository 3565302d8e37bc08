"""The survey knows the fields of the models by name; a new field must be known to it too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

import pytest
from pydantic import BaseModel

from content.explain import model_at
from content.fields import Id
from content.models import KINDS
from content.survey import CODES, REFERENCES, survey, utf16_units

PATTERN_OF_IDS = next(item.pattern for item in get_args(Id)[1].metadata if hasattr(item, "pattern"))


def fields(model: type[BaseModel], loc: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], dict[str, object]]]:
    """Every field at any depth, with its JSON Schema spelled out."""
    schema = model.model_json_schema()
    for name, field in schema["properties"].items():
        yield (*loc, name), field
        inner = model_at(model, (name,)) or model_at(model, (name, 0))
        if inner is not None:
            yield from fields(inner, (*loc, name))


def holds_ids(schema: object) -> bool:
    if isinstance(schema, dict):
        return schema.get("pattern") == PATTERN_OF_IDS or any(map(holds_ids, schema.values()))
    return isinstance(schema, list) and any(map(holds_ids, schema))


def test_inner_models_are_found() -> None:
    found = {loc for loc, _ in fields(KINDS["cases"])}
    assert ("possible", "claim", "sources") in found
    assert ("people",) in found


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_that_holds_ids_is_followed(kind: str) -> None:
    of_ids = {loc[-1] for loc, schema in fields(KINDS[kind]) if "$ref" not in str(schema) and holds_ids(schema)}
    assert "id" in of_ids
    assert of_ids - {"id"} == set(REFERENCES[kind])


@pytest.mark.parametrize("kind", KINDS)
def test_fields_below_the_top_are_not_taken_for_languages(kind: str) -> None:
    inner = [loc[-1] for loc, _ in fields(KINDS[kind]) if len(loc) > 1]
    assert [name for name in inner if len(name) <= 3] == []


def test_fields_that_are_passed_over_exist() -> None:
    names = {loc[-1] for model in KINDS.values() for loc, _ in fields(model)}
    assert names >= CODES


def test_utf16_units_are_counted_as_telegram_counts() -> None:
    assert [utf16_units(text) for text in ("a", "ә", "😀", "a😀")] == [1, 1, 2, 3]


def test_flaws_that_the_yaml_had_are_not_told_twice() -> None:
    known = {kind: frozenset[str]() for kind in KINDS}
    assert list(survey({"sources": [None], "text": None}, "updates", known)) == []
