"""Drives everything that a bot can be asked, by marked people with marked words."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from types import CodeType
from typing import Any

from bot import orders
from bot.control import ControlError, ask
from bot.handlers import ACTIONS, COMMANDS
from bot.handlers.alert import STEPS
from bot.handlers.context import Services
from bot.handlers.inbox import TAKES
from bot.views import router
from bot.views.callback import Action, pack
from storage.records import Awaited
from tests.safety.canary import ALERTED, ASKED, GROUP, Marked, mark
from tests.telegram.desk import rows
from tests.telegram.house import PATIENCE, House

Json = dict[str, Any]
FIRST_OWNER = 5550000103
OWNERS = frozenset(range(FIRST_OWNER, FIRST_OWNER + 60))
"""So many, that nobody has to wait for a chat's one message a second."""
READERS = 400
OWN = "operators-own-word"
"""What the operator types comes back to the operator, and to nobody else."""
FILE = {"file_id": ASKED, "file_unique_id": ASKED, "file_name": f"{ASKED}.pdf", "file_size": 7}
MEDIA: dict[str, Json] = {
    "a picture": {"photo": [{**FILE, "width": 9, "height": 9}], "caption": ASKED},
    "a file": {"document": FILE, "caption": f"/alert {ASKED}"},
    "a voice": {"voice": {**FILE, "duration": 3}},
    "a sticker": {"sticker": {**FILE, "width": 9, "height": 9, "is_animated": False, "is_video": False,
                              "type": "regular", "emoji": "x"}},
    "a contact": {"contact": {"phone_number": "+77771234567", "first_name": ASKED, "user_id": FIRST_OWNER}},
    "a place": {"location": {"latitude": 51.1, "longitude": 71.4}},
    "a poll": {"poll": {"id": "1", "question": ASKED, "options": [], "total_voter_count": 0, "is_closed": False,
                        "is_anonymous": True, "type": "regular", "allows_multiple_answers": False,
                        "allows_revoting": False, "members_only": False}},
    "something of the future": {"zzyqmarkova": {"text": ASKED}},
}  # fmt: skip

PICTURE: Json = {"photo": [{"file_id": "1", "file_unique_id": "1", "width": 9, "height": 9}], "caption": ALERTED}
"""An editor's, for a draft."""


def handlers() -> dict[str, CodeType]:
    """Everything that updates and the shell can reach, by name."""
    found: dict[str, Any] = {f"/{name}": handler for name, handler in COMMANDS.items()}
    found |= {f"button {action.name}": handler for action, handler in ACTIONS.items()}
    found |= {f"step {verb}": step.run for verb, step in STEPS.items()}
    found |= {f"waiting for {what}": take for what, take in TAKES.items()}
    found |= {f"screen {action.name}": draw for action, draw in router._SCREENS.items()}
    found |= {f"shell {name}": order for name, order in orders.COMMANDS.items()}
    return {name: handler.__code__ for name, handler in found.items()}


def registered(application: Any) -> dict[str, CodeType]:
    """What the library calls, from its own lists."""
    found = {f"handler {h.callback.__name__}": h.callback for group in application.handlers.values() for h in group}
    return {name: callback.__code__ for name, callback in found.items()} | {
        f"error handler {callback.__name__}": callback.__code__ for callback in application.error_handlers
    }


class Drive:
    """Each thing by somebody else."""

    def __init__(self, house: House, services: Services) -> None:
        self.house, self.world, self.services = house, house.sandbox.world, services
        for id_ in (*OWNERS, *range(max(OWNERS) + 1, max(OWNERS) + READERS)):
            self.world.people.setdefault(id_, Marked(id_, "", "en"))
        self.ids = mark(self.world)
        for person in self.world.people.values():
            person.started = True
        self._owners = itertools.cycle(sorted(OWNERS))
        self._readers = itertools.cycle(id_ for id_ in self.ids if id_ > max(OWNERS))

    def owner(self) -> int:
        return next(self._owners)

    def reader(self) -> int:
        return next(self._readers)

    async def handled(self) -> None:
        async with asyncio.timeout(10 * PATIENCE):
            while self.world.updates:
                await asyncio.sleep(0.01)

    def raw(self, **content: Any) -> None:
        self.world._update_for(content)

    # what people do

    async def messages(self) -> None:
        for name in COMMANDS:
            for person in (self.reader(), self.owner()):
                self.world.say(person, f"/{name} {ALERTED if name == 'alert' else ASKED}")
            self.world.say(self.reader(), f"/{name}")
        for word in ("start case_alzhanova", f"start {ASKED}", "wipe", "settings", f"nothing {ASKED}", "stop"):
            self.world.say(self.reader(), f"/{word}")
        for text in (ASKED, f"what of {ASKED}?", "Zhanbota Alzhanova", f"{ASKED} " * 300, "👩‍👩‍👧" * 500, "‮" + ASKED):
            self.world.say(self.reader(), text)
        for content in MEDIA.values():
            self.world.send_raw(self.reader(), **content)
            self.world.send_raw(self.owner(), **content)
        await self.handled()

    async def places(self) -> None:
        """Groups, channels, edits, forwards, other bots, blocks, inline."""
        chat = {"id": GROUP, "type": "supergroup", "title": ASKED, "username": "qzusermarkgroup"}
        for person in (self.reader(), self.owner()):
            word = ALERTED if person in OWNERS else ASKED  # an owner's words may be a draft
            self.world.say(person, f"/alert {word}", chat=chat)
            self.world.say(person, word, chat=chat, sender_chat=chat)
            forward = {"type": "hidden_user", "date": 1, "sender_user_name": word}
            self.world.say(person, f"/alert {word}", forward_origin=forward)
            message = self.world.say(person, word)
            self.world.edit_own(person, message["message_id"], f"/alert {word}")
            self.world.ask_inline(person, f"{ASKED} Zhanbota Alzhanova")
            self.world.add_to_group(GROUP, person)
            self.world.set_blocked(person, True)
            self.world.set_blocked(person, False)
            self.world.press(person, message["message_id"], pack("en", Action.HOME))
        await self.handled()

    async def buttons(self) -> None:
        """Every action with arguments that fit, that do not, and that are no button of ours."""
        for action in Action:
            for arguments in ((), (ASKED,), ("alzhanova", "0", "h"), ("alerts", "1")):
                data = pack("en", action, *arguments)
                self.world.press(self.reader(), 0, data)
            self.world.press(self.owner(), 0, pack("en", action, "1"))
        for data in (ASKED, "", "1en", "1en.zz.1", f"1en.C.{ASKED}.9.9"):
            self.world.press(self.reader(), 1, data)
        await self.handled()
        await self._genuine()

    async def _genuine(self) -> None:
        """Buttons that only mean something where they stand."""
        for command in ("/publish", "/hide Alzhanova", "/unhide alzhanova", "/admins"):
            owner = self.owner()
            self.world.say(owner, command)
            await self.handled()
            await self._press_all(owner)

    async def _press_all(self, person: int) -> None:
        seen = [message for message in self.world.messages(person) if message["from"]["is_bot"]]
        for message in seen[-1:]:
            for row in message.get("reply_markup", {}).get("inline_keyboard", []):
                for button in row:
                    if "callback_data" in button:
                        self.world.press(person, message["message_id"], button["callback_data"])
        await self.handled()

    async def desk(self) -> None:
        """Every step, by a draft's author and by another, with a seal that fits."""
        about: dict[str, tuple[int, int, int]] = {}
        for verb in STEPS:
            author, other = self.owner(), self.owner()
            about[verb] = author, other, await self._draft(author)
        for said in ("", "en", "l-kk-1", "0"):
            for verb, (*persons, id_) in about.items():
                for person in persons:
                    seal = self.services.seals.make(person, self.services.now(), Action.ALERT, verb, id_, said)
                    self.world.press(person, self._last(person), pack("en", Action.ALERT, verb, id_, said, seal))
        await self.handled()

    def _last(self, person: int) -> int:
        return max(self.world.chats[person], default=0)

    async def _draft(self, author: int) -> int:
        self.world.say(author, f"/alert {ALERTED}")
        await self.handled()
        return int(rows(self.house, "SELECT max(id) FROM broadcast")[0][0])

    async def answers(self) -> None:
        """What the desk waits for: a text, a file, a date, a reason, a person."""
        for what in TAKES:
            for content in ({"text": ALERTED}, PICTURE, MEDIA["a contact"]):
                owner = self.owner()
                id_ = await self._draft(owner)
                wanted = Awaited(what, id_, "en", self.services.now())
                await self.services.storage.waiting.set(owner, wanted)
                if "text" in content:
                    self.world.say(owner, str(content["text"]))
                else:
                    self.world.send_raw(owner, **content)
                await self.handled()

    async def shell(self) -> None:
        for name in (*orders.COMMANDS, f"no-{OWN}"):
            for fields in ({}, {"as": FIRST_OWNER, "text": ALERTED, "update": OWN, "at": OWN, "attach": OWN,
                                "broadcast": 7, "head": OWN}):  # fmt: skip
                with contextlib.suppress(ControlError):
                    await ask(self.house.data, name, fields | {"path": str(self.house.data / f"copy-{len(fields)}")})

    async def all(self) -> None:
        for part in (self.messages, self.places, self.buttons, self.desk, self.answers, self.shell):
            await part()


def undriven(names: dict[str, CodeType], called: set[CodeType]) -> list[str]:
    return sorted(name for name, code in names.items() if code not in called)
