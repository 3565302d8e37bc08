"""The desk's door: every command, button and message of an admin comes through here, and is asked anew.

What is refused is logged; an admin's own refusals are written into the audit log too. A reader who tries gets
the answer of an unknown command, and a button that does nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import structlog
from telegram import Chat, Message, Update

from bot.desk.acts import Act
from bot.desk.permit import Claim, permit
from bot.handlers.context import Context, Services, callback_of
from bot.handlers.reply import answer, send, show
from bot.views import answers
from bot.views.refusals import refusal
from bot.views.scene import Scene
from bot.views.view import Text, View
from storage.records import Broadcast, BroadcastState

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Press:
    """A button of the desk that was let through: whose, about which broadcast, and what more it said."""

    update: Update
    context: Context
    scene: Scene
    person: int
    broadcast: Broadcast
    said: str = ""

    @property
    def services(self) -> Services:
        return self.context.services

    async def show(self, view: View, notice: str = "") -> None:
        await show(self.update, self.context, view, notice)

    async def ask(self, view: View) -> None:
        """A question about the broadcast: in place of its panel, or below it as long as that is redrawn by itself,
        which goes on for a moment after the end, and while a correction of it goes out."""
        panels = await self.services.storage.panels.of(self.broadcast.id)
        live = any((panel.person, panel.message) == (self.person, self.message_id) for panel in panels)
        if live or self.broadcast.state in (BroadcastState.RUNNING, BroadcastState.PAUSED):
            await self.say("")
            await send(self.update, self.context, view)
        else:
            await self.show(view)

    async def say(self, notice: str, *, alert: bool = False) -> None:
        await answer(self.update, notice, alert=alert)

    async def record(self, action: str) -> None:
        """In the audit log; a job under the number of what it is about."""
        about = self.broadcast.of or self.broadcast.id
        await self.services.storage.audit.append(self.person, action, f"broadcast {about}")

    @property
    def message_id(self) -> int:
        """The message under which the button stands; 0 when it is not known."""
        query = self.update.callback_query
        return query.message.message_id if query is not None and query.message is not None else 0


def claim(update: Update, act: Act, now: float, *, author: int | None = None, not_by: int | None = None) -> Claim:
    """What the update says of itself; for buttons `sealed` and `expires` come from `sealed_claim`."""
    user, chat, message = update.effective_user, update.effective_chat, update.effective_message
    pressed = update.callback_query is not None
    own = isinstance(message, Message) and not pressed
    return Claim(
        person=user.id if user is not None else 0,
        act=act,
        now=now,
        chat=chat.id if chat is not None else 0,
        private=chat is not None and chat.type == Chat.PRIVATE and not (own and message and message.sender_chat),
        new=pressed or update.message is not None,
        forwarded=bool(own and message and (message.forward_origin or message.via_bot)),
        author=author,
        not_by=not_by,
    )


async def enter(update: Update, context: Context, asked: Claim, what: str, *, quiet: bool = False) -> bool:
    """Whether it may be done; what is refused is logged and answered. `quiet`: the caller answers."""
    guard = permit(asked, context.services.roster)
    if guard is None:
        return True
    await note(context.services, asked.person, what, guard)
    if not quiet:
        await _turn_away(update, context, guard)
    return False


async def note(services: Services, person: int, what: str, why: str) -> None:
    """A refusal, for the operator's log; with who it was only where that is an admin."""
    log.warning("refused at the desk", what=what, guard=why)
    if person and services.is_admin(person):
        await services.storage.audit.append(person, "refused", f"{what}: {why}")


async def _turn_away(update: Update, context: Context, guard: str) -> None:
    scene = await context.scene(update)
    if update.callback_query is not None:
        await answer(update, refusal(scene, guard) if scene.admin else "", alert=scene.admin)
    elif update.message is None:
        return
    elif scene.admin:
        await send(update, context, Text().line(refusal(scene, guard)).view())
    else:
        await send(update, context, answers.unknown_command(scene))


def sealed_claim(update: Update, services: Services, base: Claim, *said: object) -> Claim:
    """The claim of a button: its seal is the last argument of its data."""
    callback = callback_of(update)
    if callback is None:
        return base
    seal = services.seals.read(callback.args[-1] if callback.args else "", base.person, *said)
    return replace(base, sealed=seal.fits, expires=seal.expires if seal.fits else float("inf"))
