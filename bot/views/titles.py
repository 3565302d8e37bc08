"""What a record is called in a line: on buttons, in lists, in a citation."""

from __future__ import annotations

from bot.views.labels import status_label
from bot.views.pieces import plain_name, written
from bot.views.scene import Scene
from content.models import Case, Declaration, StatusEntry, Update


def case_title(scene: Scene, case: Case) -> str:
    if case.title is not None:
        return written(scene, case.title)
    return plain_name(scene, scene.library.people[case.people[0]])


def status_line(scene: Scene, entry: StatusEntry) -> str:
    return f"{status_label(scene.words, entry.status)} · {scene.words.date(entry.date)}"


def declaration_label(scene: Scene, declaration: Declaration) -> str:
    year = declaration.date.first.year
    return scene.words("Declaration {number} ({year})", number=declaration.number, year=year)


def update_label(scene: Scene, update: Update) -> str:
    return f"{scene.words.brief(update.date)} · {written(scene, update.title)}"
