"""The people, chats and messages of the sandbox, as Telegram would keep them. No HTTP here."""

from __future__ import annotations

import asyncio
import itertools
import secrets
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.files import Files, Upload
from bot.sandbox.refusal import Json

MEDIA = ("photo", "document")
KEPT = ("text", "entities", "caption", "caption_entities", "show_caption_above_media", "reply_markup", *MEDIA)
"""Fields that an edit replaces, and a copy takes along, save the buttons."""


@dataclass
class Person:
    id: int
    name: str
    language: str
    admin: bool = False
    blocked: bool = False
    started: bool = False

    def as_user(self) -> Json:
        return {"id": self.id, "is_bot": False, "first_name": self.name, "language_code": self.language}

    def as_chat(self) -> Json:
        return {"id": self.id, "type": "private", "first_name": self.name}


@dataclass
class Press:
    """A pressed button that waits for answerCallbackQuery."""

    person: int
    made: float
    answered: asyncio.Future[Json]


@dataclass
class World:
    """One bot and the people around it. `now` gives Unix seconds."""

    bot_id: int
    username: str = "dauys_sandbox_bot"
    now: Callable[[], float] = time.time
    people: dict[int, Person] = field(default_factory=dict)
    chats: dict[int, dict[int, Json]] = field(default_factory=lambda: defaultdict(dict))
    updates: list[Json] = field(default_factory=list)
    presses: dict[str, Press] = field(default_factory=dict)
    queries: dict[str, asyncio.Future[Json]] = field(default_factory=dict, repr=False)
    """Inline queries and their answers, by id."""
    commands: dict[tuple[str, str], list[Json]] = field(default_factory=dict)
    texts: dict[tuple[str, str], str] = field(default_factory=dict)
    files: Files = field(default_factory=Files)
    webhook: Json = field(default_factory=dict)
    """What setWebhook was given; empty while updates are to be polled."""
    left: list[int] = field(default_factory=list)
    """Chats that the bot has left."""
    watchers: set[Callable[[Json], None]] = field(default_factory=set)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    _messages: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    _update: itertools.count[int] = field(default_factory=lambda: itertools.count(700_000_001))
    _queries: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        for person in (
            Person(5550000101, "Aigerim", "kk"),
            Person(5550000102, "Anna", "en"),
            Person(5550000103, "Editor", "en", admin=True),
        ):
            self.people[person.id] = person

    def me(self) -> Json:
        return {
            "id": self.bot_id,
            "is_bot": True,
            "first_name": self.texts.get(("name", ""), "Dauys"),
            "username": self.username,
            "can_join_groups": False,
            "can_read_all_group_messages": False,
            "supports_inline_queries": True,
        }

    # what people do

    def add_person(self, name: str, language: str) -> Person:
        person = Person(max(self.people) + 1, name, language)
        self.people[person.id] = person
        self.tell({"kind": "people"})
        return person

    def say(self, person_id: int, text: str, **more: Any) -> Json:
        """A message from a person; the update goes to the bot."""
        person = self.people[person_id]
        person.started = True
        if person.blocked:
            self.set_blocked(person_id, False)
        message = {
            "message_id": next(self._messages),
            "date": int(self.now()),
            "chat": person.as_chat(),
            "from": person.as_user(),
            "text": text,
            **more,
        }
        entities = _command_entities(text)
        if entities and "entities" not in more:
            message["entities"] = entities
        self.chats[person_id][message["message_id"]] = message
        self.tell({"kind": "message", "chat": person_id, "message": message})
        self._update_for({"message": message})
        return message

    def send_raw(self, person_id: int, **content: Any) -> Json:
        """A message without text: a sticker, a photo, a voice."""
        message = self.say(person_id, "", **content)
        del message["text"]
        return message

    def send_files(self, person_id: int, uploads: Sequence[Upload], caption: str, *, as_files: bool) -> list[Json]:
        """Pictures, or anything as files; several make an album, whose first message bears the caption. Refusal
        when Telegram would not take one."""
        kind = "document" if as_files else "photo"
        stored = [self.files.keep(kind, upload) for upload in uploads]
        group = {"media_group_id": secrets.token_hex(8)} if len(stored) > 1 else {}
        words: Json = {"caption": caption} if caption else {}
        if commands := _command_entities(caption):
            words["caption_entities"] = commands
        made = [{**one.in_message(), **group, **(words if number == 0 else {})} for number, one in enumerate(stored)]
        return [self.send_raw(person_id, **content) for content in made]

    def add_to_group(self, chat_id: int, person_id: int) -> None:
        """Somebody adds the bot to a group that has no page here."""
        user, person = self.me(), self.people[person_id]
        self._update_for(
            {
                "my_chat_member": {
                    "chat": {"id": chat_id, "type": "supergroup", "title": "A group"},
                    "from": person.as_user(),
                    "date": int(self.now()),
                    "old_chat_member": {"user": user, "status": "left"},
                    "new_chat_member": {"user": user, "status": "member"},
                }
            }
        )

    def edit_own(self, person_id: int, message_id: int, text: str) -> None:
        message = self.chats[person_id][message_id]
        message |= {"text": text, "edit_date": int(self.now()), "entities": _command_entities(text)}
        self.tell({"kind": "message", "chat": person_id, "message": message})
        self._update_for({"edited_message": dict(message)})

    def press(self, person_id: int, message_id: int, data: str) -> asyncio.Future[Json]:
        """A pressed button; the future is what the bot answered: text and show_alert, if any."""
        message = self.chats[person_id].get(message_id)
        query = str(next(self._queries))
        answered: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self.presses[query] = Press(person_id, self.now(), answered)
        person = self.people[person_id]
        gone = {"chat": person.as_chat(), "message_id": message_id, "date": 0}
        callback = {"id": query, "from": person.as_user(), "chat_instance": "1", "data": data}
        callback["message"] = self._with_what_it_answers(message) if message else gone
        self._update_for({"callback_query": callback})
        return answered

    def ask_inline(self, person_id: int, text: str) -> asyncio.Future[Json]:
        """`@bot text` in some chat; the future is the bot's answer: results and button."""
        query = str(next(self._queries))
        answered: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self.queries[query] = answered
        asked = {"id": query, "from": self.people[person_id].as_user(), "query": text[:256], "offset": ""}
        self._update_for({"inline_query": asked})
        return answered

    def _with_what_it_answers(self, message: Json) -> Json:
        """Telegram gives the answered message as long as it is there."""
        answered = message.get("reply_to_message")
        there = answered is None or answered["message_id"] in self.chats[message["chat"]["id"]]
        return message if there else {name: value for name, value in message.items() if name != "reply_to_message"}

    def set_blocked(self, person_id: int, blocked: bool) -> None:
        person = self.people[person_id]
        if person.blocked == blocked:
            return
        person.blocked = blocked
        before, after = ("member", "kicked") if blocked else ("kicked", "member")
        user = self.me()
        self._update_for(
            {
                "my_chat_member": {
                    "chat": person.as_chat(),
                    "from": person.as_user(),
                    "date": int(self.now()),
                    "old_chat_member": {"user": user, "status": before, "until_date": 0},
                    "new_chat_member": {"user": user, "status": after, "until_date": 0},
                }
            }
        )
        self.tell({"kind": "people"})

    # what the bot does

    def post(self, chat_id: int, content: Json) -> Json:
        message = {
            "message_id": next(self._messages),
            "date": int(self.now()),
            "chat": self.people[chat_id].as_chat(),
            "from": self.me(),
            **content,
        }
        self.chats[chat_id][message["message_id"]] = message
        self.tell({"kind": "message", "chat": chat_id, "message": message})
        return message

    def change(self, chat_id: int, message_id: int, content: Json) -> Json:
        message = self.chats[chat_id][message_id]
        for name in KEPT:
            message.pop(name, None)
        message |= {**content, "edit_date": int(self.now())}
        self.tell({"kind": "message", "chat": chat_id, "message": message})
        return message

    def remove(self, chat_id: int, message_id: int) -> None:
        del self.chats[chat_id][message_id]
        self.tell({"kind": "deleted", "chat": chat_id, "message_id": message_id})

    def typing(self, chat_id: int) -> None:
        self.tell({"kind": "typing", "chat": chat_id})

    def answer(self, query: str, text: str, alert: bool) -> None:
        press = self.presses.pop(query)
        said = {"text": text, "show_alert": alert}
        if not press.answered.done():
            press.answered.set_result(said)
        if text:
            self.tell({"kind": "answer", "chat": press.person, **said})

    def messages(self, person_id: int) -> list[Json]:
        """A chat as its person sees it, oldest first."""
        return list(self.chats[person_id].values())

    def commands_for(self, person: Person) -> list[Json]:
        """As Telegram picks them: the chat's own, then all private chats, then the default; by language."""
        for scope in (f"chat:{person.id}", "all_private_chats", "default"):
            for language in (person.language, ""):
                if (scope, language) in self.commands:
                    return self.commands[scope, language]
        return []

    def _update_for(self, content: Json) -> None:
        self.updates.append({"update_id": next(self._update), **content})
        self.arrived.set()

    def tell(self, event: Json) -> None:
        """The page learns of it."""
        for watcher in list(self.watchers):
            watcher(event)


def _command_entities(text: str) -> list[Json]:
    if not text.startswith("/") or len(text) < 2:
        return []
    return [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}]
