"""As much of JSON Schema, draft 7, as ours use; what it does not know it refuses."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

NOTES = {"$schema", "$defs", "title", "description", "format"}
TYPES = {"object": dict, "array": list, "string": str, "integer": int}


def accepts(schema: dict[str, Any], value: Any, whole: dict[str, Any] | None = None) -> bool:
    whole = schema if whole is None else whole
    return all(_holds(word, schema, value, whole) for word in schema if word not in NOTES)


def _holds(word: str, schema: dict[str, Any], value: Any, whole: dict[str, Any]) -> bool:
    asked = schema[word]
    of_type = {"object": isinstance(value, dict), "array": isinstance(value, list), "string": isinstance(value, str)}
    if word in ("then", "else"):
        return (word == "then") != accepts(schema["if"], value, whole) or accepts(asked, value, whole)
    rules: dict[str, Callable[[], object]] = {
        "if": lambda: True,
        "$ref": lambda: accepts(whole["$defs"][asked.removeprefix("#/$defs/")], value, whole),
        "allOf": lambda: all(accepts(each, value, whole) for each in asked),
        "anyOf": lambda: any(accepts(each, value, whole) for each in asked),
        "not": lambda: not accepts(asked, value, whole),
        "type": lambda: isinstance(value, TYPES[asked]),
        "enum": lambda: value in asked,
        "const": lambda: value == asked,
        "pattern": lambda: not of_type["string"] or re.search(asked, value) is not None,
        "minLength": lambda: not of_type["string"] or len(value) >= asked,
        "maxLength": lambda: not of_type["string"] or len(value) <= asked,
        "minimum": lambda: not isinstance(value, int) or value >= asked,
        "maximum": lambda: not isinstance(value, int) or value <= asked,
        "items": lambda: not of_type["array"] or all(accepts(asked, item, whole) for item in value),
        "minItems": lambda: not of_type["array"] or len(value) >= asked,
        "maxItems": lambda: not of_type["array"] or len(value) <= asked,
        "required": lambda: not of_type["object"] or set(asked) <= set(value),
        "minProperties": lambda: not of_type["object"] or len(value) >= asked,
        "propertyNames": lambda: not of_type["object"] or all(accepts(asked, key, whole) for key in value),
        "properties": lambda: (
            not of_type["object"] or all(accepts(asked[key], value[key], whole) for key in asked if key in value)
        ),
        "patternProperties": lambda: not of_type["object"] or _by_pattern(asked, value, whole),
        "additionalProperties": lambda: not of_type["object"] or _others(schema, value, whole),
    }
    return bool(rules[word]())


def _by_pattern(asked: dict[str, Any], value: dict[str, Any], whole: dict[str, Any]) -> bool:
    return all(
        accepts(inner, item, whole)
        for pattern, inner in asked.items()
        for key, item in value.items()
        if re.search(pattern, key)
    )


def _others(schema: dict[str, Any], value: dict[str, Any], whole: dict[str, Any]) -> bool:
    patterns = schema.get("patternProperties", {})
    others = [
        item
        for key, item in value.items()
        if key not in schema.get("properties", {}) and not any(re.search(pattern, key) for pattern in patterns)
    ]
    asked = schema["additionalProperties"]
    return not others if asked is False else all(accepts(asked, item, whole) for item in others)
