from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _talks_are_quick(quick_talks: None) -> None:
    """Of every test here."""
