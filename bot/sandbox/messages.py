"""Messages of the Bot API: sent, edited, deleted, copied, forwarded."""

from __future__ import annotations

import json
from typing import Any

from bot.sandbox.limits import caption, content, keyboard
from bot.sandbox.refusal import Json, Refusal
from bot.sandbox.world import KEPT, MEDIA, Person, World

DELETE_LIFE = 48 * 3600


def integer(fields: Json, name: str) -> int:
    try:
        return int(fields[name])
    except (KeyError, TypeError, ValueError):
        raise Refusal(400, f"Bad Request: {name} is invalid") from None


def decoded(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) and value[:1] in "[{" else value


def recipient(world: World, fields: Json) -> Person:
    person = world.people.get(integer(fields, "chat_id"))
    if person is None:
        raise Refusal(400, "Bad Request: chat not found")
    if person.blocked:
        raise Refusal(403, "Forbidden: bot was blocked by the user")
    if not person.started:
        raise Refusal(403, "Forbidden: bot can't initiate conversation with a user")
    return person


def send_message(world: World, fields: Json) -> Json:
    person = recipient(world, fields)
    return world.post(person.id, {**content(fields), **flags(fields), **reply(world, person, fields)})


def reply(world: World, person: Person, fields: Json) -> Json:
    """The message that this one answers, as Telegram nests it: without what that one answered itself."""
    given = decoded(fields.get("reply_parameters"))
    if not given:
        return {}
    answered = world.chats[person.id].get(integer(given, "message_id"))
    if answered is None:
        if given.get("allow_sending_without_reply"):
            return {}
        raise Refusal(400, "Bad Request: message to be replied not found")
    return {"reply_to_message": {name: value for name, value in answered.items() if name != "reply_to_message"}}


def flags(fields: Json) -> Json:
    """How a message is sent, as its chat then shows it."""
    made: Json = {}
    if fields.get("protect_content") in (True, "true"):
        made["has_protected_content"] = True
    if fields.get("disable_notification") in (True, "true"):
        made["silent"] = True
    paid = fields.get("allow_paid_broadcast", False)
    if paid not in (True, False, "true", "false"):
        raise Refusal(400, 'Bad Request: field "allow_paid_broadcast" must be a Boolean')
    if paid in (True, "true"):
        made["paid"] = True
    return made


def _there(world: World, fields: Json, what: str) -> Json:
    person = recipient(world, fields)
    message = world.chats[person.id].get(integer(fields, "message_id"))
    if message is None:
        raise Refusal(400, f"Bad Request: message to {what} not found")
    return message


def own(world: World, fields: Json) -> Json:
    """A message of the bot's, to edit."""
    message = _there(world, fields, "edit")
    if message["from"]["id"] != world.bot_id:
        raise Refusal(400, "Bad Request: message can't be edited")
    return message


def unchanged(message: Json, made: Json) -> None:
    """Refuses an edit that changes nothing."""
    if all(message.get(name) == made.get(name) for name in KEPT):
        raise Refusal(
            400,
            "Bad Request: message is not modified: specified new message content and reply markup are "
            "exactly the same as a current content and reply markup of the message",
        )


def edit_text(world: World, fields: Json) -> Json:
    message = own(world, fields)
    if "text" not in message:
        raise Refusal(400, "Bad Request: there is no text in the message to edit")
    made = content(fields)
    unchanged(message, made)
    return world.change(message["chat"]["id"], message["message_id"], made)


def edit_markup(world: World, fields: Json) -> Json:
    message = own(world, fields)
    made: Json = {name: message[name] for name in KEPT if name in message and name != "reply_markup"}
    markup = decoded(fields.get("reply_markup"))
    if markup:
        made["reply_markup"] = keyboard(markup)
    return world.change(message["chat"]["id"], message["message_id"], made)


def delete_message(world: World, fields: Json) -> bool:
    message = _there(world, fields, "delete")
    if world.now() - message["date"] > DELETE_LIFE:
        raise Refusal(400, "Bad Request: message can't be deleted for everyone")
    world.remove(message["chat"]["id"], message["message_id"])
    return True


def delete_messages(world: World, fields: Json) -> bool:
    person = recipient(world, fields)
    ids = decoded(fields.get("message_ids")) or []
    if not 1 <= len(ids) <= 100:
        raise Refusal(400, "Bad Request: there must be from 1 to 100 message identifiers")
    for id_ in ids:
        if id_ in world.chats[person.id]:
            world.remove(person.id, id_)
    return True


def copy_message(world: World, fields: Json) -> Json:
    person = recipient(world, fields)
    message = world.chats[integer(fields, "from_chat_id")].get(integer(fields, "message_id"))
    if message is None:
        raise Refusal(400, "Bad Request: message to copy not found")
    kept: Json = {name: message[name] for name in KEPT if name in message and name != "reply_markup"}
    if any(name in message for name in MEDIA) and "caption" in fields:
        kept = {name: kept[name] for name in MEDIA if name in kept} | caption(fields)
    return {"message_id": world.post(person.id, kept)["message_id"]}


def forward_message(world: World, fields: Json) -> Json:
    person = recipient(world, fields)
    message = world.chats[integer(fields, "from_chat_id")].get(integer(fields, "message_id"))
    if message is None:
        raise Refusal(400, "Bad Request: message to forward not found")
    kept: Json = {name: message[name] for name in KEPT if name in message and name != "reply_markup"}
    origin = {"type": "user", "date": message["date"], "sender_user": message["from"]}
    return world.post(person.id, {**kept, "forward_origin": origin})


def pin(world: World, fields: Json) -> bool:
    _there(world, fields, "pin")
    return True
