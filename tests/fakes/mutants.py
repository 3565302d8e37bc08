"""A function with one piece of its source replaced, for everybody who holds it: what is taken out must be missed."""

from __future__ import annotations
import __future__

import inspect
import textwrap
from types import FunctionType

import pytest


def mutate(monkeypatch: pytest.MonkeyPatch, function: FunctionType, old: str, new: str) -> None:
    """`old` must stand in it exactly once: a guard that was moved or renamed is noticed here."""
    source = textwrap.dedent(inspect.getsource(function))
    assert source.count(old) == 1, f"{function.__qualname__} does not hold {old!r} once"
    names = dict(function.__globals__)
    code = compile(source.replace(old, new), "<mutant>", "exec", flags=__future__.annotations.compiler_flag)
    exec(code, names)  # noqa: S102 - the project's own source
    monkeypatch.setattr(function, "__code__", names[function.__name__].__code__)
