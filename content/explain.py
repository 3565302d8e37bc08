"""pydantic's errors in the words of an editor of YAML: what is wrong; what was expected."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from content.strict_yaml import Loc

_EXPECTED: Mapping[str, Callable[[Mapping[str, Any], str], str]] = {
    "string_too_long": lambda context, _: f"too long; expected at most {context['max_length']} characters",
    "string_too_short": lambda _, __: "empty text; expected some",
    "string_type": lambda _, given: f"{given}; expected text",
    "tuple_type": lambda _, given: f"{given}; expected a list",
    "dict_type": lambda _, given: f"{given}; expected text, or a map of languages",
    "model_type": lambda _, given: f"{given}; expected a map of fields",
    "enum": lambda context, given: f"unknown: {given}; expected {context['expected'].replace(chr(39), '')}",
    "int_type": lambda _, given: f"{given}; expected a number",
    "url_scheme": lambda _, given: f"{given}; expected an address with http:// or https://",
    "url_parsing": lambda context, given: f"{given}: {context['error']}; expected an http or https address",
    "url_type": lambda _, given: f"{given}; expected an http or https address",
    "url_too_long": lambda context, _: f"too long; expected at most {context['max_length']} characters",
    "value_error": lambda context, _: str(context["error"]),
}


def explain(error: ErrorDetails, record: type[BaseModel]) -> str:
    """One line for one error of `record`'s validation."""
    kind, loc, given = error["type"], error["loc"], _shown(error["input"])
    context = error.get("ctx", {})
    if kind == "missing":
        return f"no {loc[-1]}; expected in {_holder(record, loc)}"
    if kind == "extra_forbidden":
        return _unknown_field(record, loc)
    if kind == "string_pattern_mismatch":
        return _mismatch(context["pattern"], given)
    if kind in ("too_short", "too_long"):
        return _count(kind, context)
    sentence = _EXPECTED.get(kind)
    return sentence(context, given) if sentence else f"{given}; {error['msg']}"


def _shown(value: Any) -> str:
    if isinstance(value, (dict, BaseModel)):
        return "a map"
    if isinstance(value, (list, tuple)):
        return "a list"
    text = str(value)
    return repr(text if len(text) <= 40 else text[:39] + "…")


def _mismatch(pattern: str, given: str) -> str:
    if "a-z0-9-" in pattern:
        return f"not an id: {given}; expected 1 to 40 of a-z, 0-9 and -"
    if r"\n" in pattern:
        return f"{given}; expected one line of text, without tabs"
    return f"{given}; expected text"


def _count(kind: str, context: Mapping[str, Any]) -> str:
    if kind == "too_short":
        return f"nothing in it; expected at least {context['min_length']}"
    return f"{context['actual_length']} in it; expected at most {context['max_length']}"


def _unknown_field(record: type[BaseModel], loc: Loc) -> str:
    holder = model_at(record, loc[:-1])
    known = list(holder.model_fields) if holder else []
    near = get_close_matches(str(loc[-1]), known, n=1)
    expected = f"expected {near[0]}, or none" if near else f"expected one of {', '.join(known)}"
    return f"unknown field {str(loc[-1])[:40]!r}; {expected}"


def _holder(record: type[BaseModel], loc: Loc) -> str:
    holder = model_at(record, loc[:-1]) or record
    return f"every {holder.__name__.lower()}"


def model_at(record: type[BaseModel], loc: Loc) -> type[BaseModel] | None:
    """The model whose fields stand at a Loc of a record."""
    found: Any = record
    for part in loc:
        found = _bare(found)
        if _is_model(found):
            field = found.model_fields.get(str(part))
            found = field.annotation if field else None
        elif get_origin(found) is tuple:
            found = get_args(found)[0]
        elif get_origin(found) is dict:
            found = get_args(found)[1]
    found = _bare(found)
    return found if _is_model(found) else None


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _bare(annotation: Any) -> Any:
    """Without Annotated and without `| None`."""
    while (origin := get_origin(annotation)) in (Annotated, Union, UnionType):
        arguments = get_args(annotation)
        several = () if origin is Annotated else (argument for argument in arguments if argument is not type(None))
        annotation = next(iter(several), arguments[0])
    return annotation
