"""/admins: who may write, who may approve, and how an owner names and removes them."""

from __future__ import annotations

from collections.abc import Sequence

from bot.views.callback import Action, pack
from bot.views.scene import Scene
from bot.views.view import Button, Text, View
from storage.records import Grant, Role


def _button(scene: Scene, label: str, verb: str, person: int = 0, role: str = "") -> Button:
    seal = scene.seal(Action.ADMINS, verb, person, role)
    return Button(label, data=pack(scene.language, Action.ADMINS, verb, person, role, seal))


def listing(scene: Scene, owners: Sequence[int], grants: Sequence[Grant], now: float) -> View:
    words = scene.words
    text = Text().bold(words("Admins")).line()
    for owner in owners:
        text.line(f"· {owner}: " + words("owner: writes and approves"))
    for grant in grants:
        text.line(f"· {grant.person}: " + role_line(scene, grant, now))
    text.line().line(words("Owners are set where the bot runs (DAUYS_OWNERS)."))
    rows = [(_button(scene, words("Name an admin"), "new"),)]
    for person in dict.fromkeys(grant.person for grant in grants):
        rows.append((_button(scene, words("Remove {id}", id=person), "rm", person),))
    return text.view(*rows)


def role_line(scene: Scene, grant: Grant, now: float) -> str:
    words = scene.words
    if grant.role is Role.EDITOR:
        return words("editor: writes")
    if grant.counts_from > now:
        moment = words.exact(grant.counts_from, scene.house.timezone)
        return words("approver: counts from {moment}", moment=moment)
    return words("approver: approves")


def ask_who(scene: Scene) -> View:
    words = scene.words
    text = Text().line(words("Send their numeric id as your next message: they see it with /whoami. Or share their "
                             "contact, or forward a message of theirs."))  # fmt: skip
    return text.view((_button(scene, words("Back"), "ls"),))


def ask_role(scene: Scene, person: int) -> View:
    words = scene.words
    text = Text().line(words("What may {id} do?", id=person))
    text.line(words("An approver counts a day after being named. All admins are told."))
    return text.view(
        (_button(scene, words("Write alerts (editor)"), "as", person, Role.EDITOR.value),),
        (_button(scene, words("Approve alerts (approver)"), "as", person, Role.APPROVER.value),),
        (_button(scene, words("Both"), "as", person, "both"),),
        (_button(scene, words("Back"), "ls"),),
    )


def ask_remove(scene: Scene, person: int) -> View:
    words = scene.words
    text = Text().line(words("Remove {id}? All admins are told.", id=person))
    return text.view((_button(scene, words("Yes, remove"), "ry", person), _button(scene, words("Back"), "ls")))


def unreadable(scene: Scene) -> View:
    words = scene.words
    text = Text().line(words("No id can be read from that. A forward shows it only if they allow it; ask them to send "
                             "/whoami to this bot, and send the number here."))  # fmt: skip
    return text.view((_button(scene, words("Back"), "ls"),))


def told_named(scene: Scene, owner: int, person: int, roles: Sequence[Role]) -> View:
    words = scene.words
    labels = {Role.EDITOR: words("editor"), Role.APPROVER: words("approver, counting in a day")}
    what = ", ".join(labels[role] for role in roles)
    text = Text().line(words("{owner} named an admin: {id}, {what}.", owner=owner, id=person, what=what))
    text.line(words("If that is not right, tell the other owners at once: /admins."))
    return text.view()


def told_removed(scene: Scene, owner: int, person: int) -> View:
    words = scene.words
    text = Text().line(words("{owner} removed the admin {id}.", owner=owner, id=person))
    text.line(words("If that is not right, tell the other owners at once: /admins."))
    return text.view()


def held_already(scene: Scene) -> str:
    return scene.words("They are that already.")
