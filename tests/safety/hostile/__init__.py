"""Updates that nobody honest sends: made by `python -m tests.safety.hostile`, kept in `corpus.jsonl`.

Each line: what is wrong with it, and the update without its number. `@N` in place of a person stands for another
person in each line, who has subscribed before; `{"repeat": [TEXT or LIST, N]}` for a long text or list.
"""

from __future__ import annotations

import copy
import json
import random
import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.safety.hostile.samples import DATE, GROUP, MESSAGE, PERSON, SAMPLES, Json, message

CORPUS = Path(__file__).with_name("corpus.jsonl")
WRONG: dict[str, Any] = {
    "null": None,
    "true": True,
    "a number": 7,
    "a huge number": 10**40,
    "a negative number": -(2**63) - 1,
    "a fraction": 1e300,
    "a text": "x",
    "an empty text": "",
    "a list": [],
    "a list of lists": [[[None]]],
    "an object": {},
    "a lone surrogate": "\ud83d",
    "a low surrogate first": "\udc00\ud800",
    "NUL": "a\x00b",
    "a long text": {"repeat": ["x", 70_000]},
    "marks upon marks": {"repeat": ["Z\u0351\u0352\u0353", 1_000]},
    "turned round": "\u202e\u2066/stop\u2069",
}
TEXTS: dict[str, Any] = {
    "a bait for regular expressions": {"repeat": ["a", 4000]},
    "another bait": {"repeat": ["Oo. ", 1000]},
    "white space": {"repeat": [" \t\u00a0\u2003", 1000]},
    "hyphens": {"repeat": ["O-", 2000]},
    "apostrophes": {"repeat": ["'\u2019", 2000]},
    "families": {"repeat": ["\U0001f469\u200d\U0001f469\u200d\U0001f467", 500]},
    "joined by nothing": {"repeat": ["\u200d\ufeff\u2060", 1300]},
    "all scripts": "Оксана 张伟 محمد यूसुफ ჯანო Ωmega Žaneta ΐ ᾳ İ ß ﬁ Ǆ",
    "case folding that grows": {"repeat": ["\u0390\u1fb4\u0130\ufb03", 500]},
    "digits of other scripts": "/alert ١٢٣ ४५६ 𝟙𝟚𝟛",
    "SQL": "'; DROP TABLE subscriber; --",
    "a format": "{0.__class__} %s %n {{x}} $(id) `id`",
    "markup": "<b>_x_</b> [a](tg://user?id=5550000102) &amp;",
    "a path": "../../../../etc/passwd\x00.yaml",
    "YAML": "a: &a [*a, *a]\n<<: *a",
    "controls": "".join(chr(code) for code in range(32)) + "\x7f\x85\u2028\u2029",
    "not characters": "\ufffe\uffff\U0001fffe\U0010ffff",
    "only a slash": "/",
    "a slash and a surrogate": "/\ud800",
    "a long command": {"repeat": ["/", 4000]},
    "a command for another bot": "/stop@another_bot",
    "an order of the desk": "/alert Everybody out",
    "another order": "/halt",
    "an order with a number": "/hide alzhanova",
    "a payload that is none": "/start case_../../x",
    "a long payload": {"repeat": ["/start x", 500]},
}
SEED = 2019
FORGED = 64
"""Buttons of 64 arbitrary bytes."""


def cases() -> list[tuple[str, Json]]:
    """What is wrong -> the update."""
    found = [*_kinds(), *_texts(), *_entities(), *_people(), *_forms(), *_data()]
    assert len({name for name, _ in found}) == len(found)
    return found


def _kinds() -> Iterator[tuple[str, Json]]:
    """Every kind of update: as it is, with each of its fields left out, and of a wrong type."""
    wrong = list(WRONG.items())
    place = 0
    for kind, sample in SAMPLES.items():
        yield f"{kind}: as Telegram sends it", {kind: sample}
        yield f"{kind}: empty", {kind: {}}
        yield f"{kind}: a text", {kind: "x"}
        yield f"{kind}: nothing", {kind: None}
        for field in sample:
            yield f"{kind}: without {field}", {kind: {k: v for k, v in sample.items() if k != field}}
        for field in sample:
            for _ in range(2):
                name, value = wrong[place % len(wrong)]
                place += 1
                yield f"{kind}: {field} is {name}", {kind: sample | {field: value}}
        yield f"{kind}: something new in it", {kind: sample | {"of_the_future": {"text": "x", "list": [1, {}]}}}
    yield "a kind of the future", {"of_the_future": {"from": PERSON, "text": "/stop"}}
    yield "a kind with a strange name", {"/stop \ud800\n<b>": MESSAGE}
    yield "two kinds at once", {"message": message("/help"), "callback_query": SAMPLES["callback_query"]}
    yield "no kind", {}


def _texts() -> Iterator[tuple[str, Json]]:
    for name, text in TEXTS.items():
        yield f"a text: {name}", {"message": message(text)}
    for name, text in TEXTS.items():
        yield f"an inline query: {name}", {"inline_query": SAMPLES["inline_query"] | {"query": text}}


def _entities() -> Iterator[tuple[str, Json]]:
    command: Json = {"type": "bot_command", "offset": 0, "length": 5}
    broken: dict[str, Json] = {
        "beyond the end": {"offset": 4000, "length": 1},
        "longer than the text": {"length": 10**9},
        "before the beginning": {"offset": -5},
        "of no length": {"length": 0},
        "of negative length": {"length": -1},
        "of a new type": {"type": "of_the_future"},
        "without a type": {"type": None},
        "in the middle": {"offset": 3},
        "a mention without a user": {"type": "text_mention"},
    }
    for name, entity in broken.items():
        yield f"an entity {name}", {"message": message("/help me", entities=[command | entity])}
    yield "entities without number", {"message": message("/help me", entities={"repeat": [[command], 5000]})}
    yield "entities that are none", {"message": message("/help me", entities=[None, 7, "x"])}
    yield (
        "a command in the middle of a pair",
        {"message": message("\U0001f600/stop", entities=[command | {"offset": 1}])},
    )


def _people() -> Iterator[tuple[str, Json]]:
    """Who it is from, and where: never somebody who may do anything."""
    group = {"id": GROUP, "type": "supergroup", "title": "x"}
    senders: dict[str, Json] = {
        "a bot": {"from": PERSON | {"is_bot": True}},
        "nobody": {"from": None},
        "number nought": {"from": PERSON | {"id": 0}, "chat": {"id": 0, "type": "private"}},
        "a negative number": {"from": PERSON | {"id": -1}, "chat": {"id": -1, "type": "private"}},
        "a number too large": {"from": PERSON | {"id": 2**70}, "chat": {"id": 2**70, "type": "private"}},
        "a number that is a text": {"from": PERSON | {"id": "5550000103"}},
        "a fraction of a number": {"from": PERSON | {"id": 5550000103.5}},
        "a chat of another person": {"chat": {"id": 5550000103, "type": "private"}},
        "a group with the number of the person": {"chat": {"id": "@N", "type": "supergroup"}},
        "a chat of a new type": {"chat": {"id": "@N", "type": "of_the_future"}},
        "a group": {"chat": group},
        "an anonymous admin": {"chat": group, "sender_chat": group},
        "a channel that speaks": {"sender_chat": {"id": GROUP, "type": "channel", "title": "x"}},
        "a forward of an owner's": {"forward_origin": {"type": "user", "date": DATE, "sender_user": PERSON}},
        "a forward of a new type": {"forward_origin": {"type": "of_the_future", "date": DATE}},
        "a reply to a reply": {"reply_to_message": nested(MESSAGE, "reply_to_message", 40)},
        "a language that is none": {"from": PERSON | {"language_code": "../../ru"}},
        "a long language": {"from": PERSON | {"language_code": {"repeat": ["en-", 5000]}}},
        "a name like an order": {"from": PERSON | {"first_name": "/stop", "last_name": "\ud800"}},
        "the distant past": {"date": 0},
        "before the beginning": {"date": -(10**10)},
        "the distant future": {"date": 2**40},
        "the end of time": {"date": 10**30},
    }
    for name, more in senders.items():
        yield f"from {name}: a question", {"message": message("Oksana Shevchuk", **more)}
        yield f"from {name}: an order", {"message": message("/alert Now", **more)}
    other = {"id": 5550000103, "type": "private", "first_name": "x"}
    change = SAMPLES["my_chat_member"]
    yield (
        "somebody else is said to have blocked",
        {"my_chat_member": _blocked(change | {"from": PERSON, "chat": other})},
    )
    yield "a status of the future", {"my_chat_member": change | {"new_chat_member": {"status": "x", "user": PERSON}}}


def _blocked(change: Json) -> Json:
    return change | {"new_chat_member": change["new_chat_member"] | {"status": "kicked", "until_date": 0}}


def _forms() -> Iterator[tuple[str, Json]]:
    yield "deep objects", {"message": message("x", of_the_future=nested({}, "x", 300))}
    yield "deep lists", {"message": message("x", photo=deep(300))}
    yield "many fields", {"message": message("x", **{f"field_{number}": number for number in range(300)})}
    yield "a deep markup", {"message": message("x", reply_markup={"inline_keyboard": deep(200)})}
    for what in ("photo", "document", "voice", "video", "sticker", "contact", "location", "poll", "dice", "animation",
                 "audio", "video_note", "venue", "game", "invoice", "successful_payment", "passport_data", "story",
                 "web_app_data", "users_shared", "chat_shared", "giveaway", "checklist", "gift"):  # fmt: skip
        for name in ("an object", "a list", "a text", "a lone surrogate"):
            yield f"{what} is {name}", {"message": message(None, **{what: WRONG[name]})}
    for what in ("new_chat_members", "left_chat_member", "pinned_message", "migrate_to_chat_id", "group_chat_created"):
        yield f"{what} in a private chat", {"message": message(None, **{what: [PERSON]})}


def _data() -> Iterator[tuple[str, Json]]:
    """Forged buttons: what the grammar allows, what it nearly allows, and anything."""
    query = SAMPLES["callback_query"]
    for data in ("", "1", "1en.", "1en.un", "1xx.un", "2en.un", "1en.un.", "1EN.UN", "1en.un\x00", "1en.h\n1en.un",
                 "1en.al.ok.1..", "1en.al.ap.1..x-y", "1en.ad.as.5550000102.both.x", "1en.pb.x.y", "1en.hP.x.y",
                 "1en.rd.1", "1en.rd.99999999999", "1en.C..9.h", "1en.CT.Q.x", "1en.T.x.99999", "1en.d.99999",
                 "1en.tg.alerts", "1en.tg.alerts.7", "1en.tg.everything.1", "1en.f.nobody.h", "1en.au.0", "1en.q.7",
                 "1\u0435n.un", "1en.un" + "." * 58):  # fmt: skip
        changes = data.startswith(("1en.un", "1xx.un", "1en.tg.alerts", "1en.f."))
        if not changes or data in ("1en.un\x00", "1en.un" + "." * 58, "1en.tg.alerts.7", "1en.f.nobody.h"):
            yield f"a button: {data!r}", {"callback_query": query | {"data": data}}
    chance = random.Random(SEED)
    letters = string.ascii_letters + string.digits + ".-\x00\u0130\ud800 1en"
    for number in range(FORGED):
        body = (
            "".join(chance.choices(letters, k=64 - 4)) if number % 2 else "".join(chance.choices("achlpstu.-019", k=60))
        )
        yield f"a button of 64 bytes, number {number}", {"callback_query": query | {"data": f"1en.{body}"[:64]}}
    yield (
        "a button under nothing",
        {"callback_query": {k: v for k, v in query.items() if k != "message"} | {"data": "x"}},
    )
    gone = {"chat": PERSON_CHAT, "message_id": 1, "date": 0}
    yield "a button under a message that is gone", {"callback_query": query | {"data": "1en.zz", "message": gone}}


PERSON_CHAT = {"id": "@N", "type": "private"}


def nested(inner: Json, field: str, depth: int) -> Json:
    for _ in range(depth):
        inner = {**inner, field: inner} if inner else {field: inner}
        inner = {key: value for key, value in inner.items() if key != field or isinstance(value, dict)}
    return inner


def deep(depth: int) -> Any:
    value: Any = []
    for _ in range(depth):
        value = [value]
    return value


def filled(value: Any, person: int) -> Any:
    """With a person's number, and long texts written out."""
    if value == "@N":
        return person
    if isinstance(value, dict):
        if set(value) == {"repeat"}:
            return value["repeat"][0] * value["repeat"][1]
        return {key: filled(inner, person) for key, inner in value.items()}
    if isinstance(value, list):
        return [filled(inner, person) for inner in value]
    return copy.copy(value)


def lines() -> str:
    return "".join(json.dumps([name, update]) + "\n" for name, update in cases())


def read() -> list[tuple[str, Json]]:
    return [tuple(json.loads(line)) for line in CORPUS.read_text("ascii").splitlines()]
