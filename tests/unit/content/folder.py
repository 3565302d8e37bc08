"""A small sound library, and ways to write it with something changed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

KINDS = ("sources", "people", "cases", "declarations", "updates")

SOUND: Mapping[str, str] = {
    "sources/page.yaml": """\
id: page
checked: 2026-11-23
title: A page
language: en
publisher: A paper
published: 2019-07-05
seen: 2026-11-23
url: https://example.org/page
kind: press
""",
    "sources/other.yaml": """\
id: other
checked: 2026-11-23
title: Другая
language: ru
publisher: Газета
seen: 2026-11-23
url: https://example.org/other
kind: official
""",
    "people/ada.yaml": """\
id: ada
checked: 2026-11-23
name:
  en: {text: Ada Lind, basis: seen, source: page}
  ru: {text: Ада Линд, basis: transliterated}
aliases:
  - {text: Ada Lynd, basis: inferred, source: other}
role: activist
role_sources: [page]
naming_basis: press
review_by: 2027-05-23
""",
    "cases/ada.yaml": """\
id: ada
checked: 2026-11-23
kind: individual
people: [ada]
summary: One of two who were held.
summary_sources: [page]
summary_date: 2019-07
statuses:
  - status: custody
    date: 2019-07-04
    sources: [page]
events:
  - date: 2019-06
    text: {en: Was held., ru: Была задержана.}
    sources: [page]
possible:
  - name: Ada Lynd
    reason: The names are near.
    claim:
      date: 2019-08-01
      text: A court sentenced Ada Lynd.
      sources: [other]
part_of: club
""",
    "cases/club.yaml": """\
id: club
checked: 2026-11-23
kind: group
title: The club
people: [ada]
keywords: [club, клуб]
summary: Two who were held.
summary_sources: [page]
summary_date: {not_before: 2019-06-28}
""",
    "declarations/d-1.yaml": """\
id: d-1
checked: 2026-11-23
number: 1
body: An assembly
document: Doc. 1
date: 2019-07-05
title: On the club
language: en
summary: It asks for their release.
says:
  - {date: 2019-07-05, text: They were held., sources: [page]}
signatories: {date: 2019-07-05, text: Ten members., sources: [page]}
people: [ada]
cases: [club]
sources: [page]
""",
    "updates/u-1.yaml": """\
id: u-1
checked: 2026-11-23
date: 2019-07-04
title: To custody
text: Ada Lind was taken to custody.
cases: [ada]
declarations: [d-1]
sources: [page]
""",
}


def written(root: Path, files: Mapping[str, str | bytes | None]) -> Path:
    """`files` by path under the root; None leaves one out. All five folders exist."""
    for kind in KINDS:
        (root / kind).mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        if text is not None:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return root


def edited(name: str, old: str, new: str) -> dict[str, str | bytes | None]:
    """The sound library with one passage of one file replaced."""
    assert SOUND[name].count(old) == 1, f"{old!r} stands {SOUND[name].count(old)} times in {name}"
    return {**SOUND, name: SOUND[name].replace(old, new)}
