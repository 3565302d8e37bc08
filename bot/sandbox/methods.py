"""The Bot API's methods over a World. Each takes the call's fields and gives its result, or raises Refusal."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from bot.sandbox.limits import content, keyboard
from bot.sandbox.world import Json, Person, Refusal, World

CALLBACK_LIFE = 150
DELETE_LIFE = 48 * 3600
Method = Callable[[World, Json], Any]


def _int(fields: Json, name: str) -> int:
    try:
        return int(fields[name])
    except (KeyError, TypeError, ValueError):
        raise Refusal(400, f"Bad Request: {name} is invalid") from None


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) and value[:1] in "[{" else value


def recipient(world: World, fields: Json) -> Person:
    person = world.people.get(_int(fields, "chat_id"))
    if person is None:
        raise Refusal(400, "Bad Request: chat not found")
    if person.blocked:
        raise Refusal(403, "Forbidden: bot was blocked by the user")
    if not person.started:
        raise Refusal(403, "Forbidden: bot can't initiate conversation with a user")
    return person


def send_message(world: World, fields: Json) -> Json:
    person = recipient(world, fields)
    made = content(fields)
    if fields.get("protect_content") in (True, "true"):
        made["has_protected_content"] = True
    if fields.get("disable_notification") in (True, "true"):
        made["silent"] = True
    return world.post(person.id, made)


def _own(world: World, fields: Json, what: str) -> Json:
    person = recipient(world, fields)
    message = world.chats[person.id].get(_int(fields, "message_id"))
    if message is None:
        raise Refusal(400, f"Bad Request: message to {what} not found")
    return message


def edit_text(world: World, fields: Json) -> Json:
    message = _own(world, fields, "edit")
    if message["from"]["id"] != world.bot_id:
        raise Refusal(400, "Bad Request: message can't be edited")
    made = content(fields)
    kept = {name: message.get(name) for name in ("text", "entities", "reply_markup")}
    if {name: made.get(name) for name in kept} == kept:
        raise Refusal(
            400,
            "Bad Request: message is not modified: specified new message content and reply markup are "
            "exactly the same as a current content and reply markup of the message",
        )
    return world.change(message["chat"]["id"], message["message_id"], made)


def edit_markup(world: World, fields: Json) -> Json:
    message = _own(world, fields, "edit")
    made: Json = {name: message[name] for name in ("text", "entities") if name in message}
    markup = _json(fields.get("reply_markup"))
    if markup:
        made["reply_markup"] = keyboard(markup)
    return world.change(message["chat"]["id"], message["message_id"], made)


def delete_message(world: World, fields: Json) -> bool:
    message = _own(world, fields, "delete")
    if world.now() - message["date"] > DELETE_LIFE:
        raise Refusal(400, "Bad Request: message can't be deleted for everyone")
    world.remove(message["chat"]["id"], message["message_id"])
    return True


def delete_messages(world: World, fields: Json) -> bool:
    person = recipient(world, fields)
    ids = _json(fields.get("message_ids")) or []
    if not 1 <= len(ids) <= 100:
        raise Refusal(400, "Bad Request: there must be from 1 to 100 message identifiers")
    for id_ in ids:
        if id_ in world.chats[person.id]:
            world.remove(person.id, id_)
    return True


def copy_message(world: World, fields: Json) -> Json:
    person = recipient(world, fields)
    message = world.chats[_int(fields, "from_chat_id")].get(_int(fields, "message_id"))
    if message is None:
        raise Refusal(400, "Bad Request: message to copy not found")
    kept: Json = {name: message[name] for name in ("text", "entities") if name in message}
    return {"message_id": world.post(person.id, kept)["message_id"]}


def forward_message(world: World, fields: Json) -> Json:
    person = recipient(world, fields)
    message = world.chats[_int(fields, "from_chat_id")].get(_int(fields, "message_id"))
    if message is None:
        raise Refusal(400, "Bad Request: message to forward not found")
    kept: Json = {name: message[name] for name in ("text", "entities") if name in message}
    origin = {"type": "user", "date": message["date"], "sender_user": message["from"]}
    return world.post(person.id, {**kept, "forward_origin": origin})


def answer_callback(world: World, fields: Json) -> bool:
    query = str(fields.get("callback_query_id", ""))
    press = world.presses.get(query)
    if press is None or world.now() - press.made > CALLBACK_LIFE:
        raise Refusal(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
    text = str(fields.get("text") or "")
    if len(text) > 200:
        raise Refusal(400, "Bad Request: MESSAGE_TOO_LONG")
    world.answer(query, text, fields.get("show_alert") in (True, "true"))
    return True


def _scope(fields: Json) -> str:
    scope = _json(fields.get("scope")) or {"type": "default"}
    return f"chat:{scope['chat_id']}" if scope["type"] == "chat" else str(scope["type"])


def _place(fields: Json) -> tuple[str, str]:
    return _scope(fields), str(fields.get("language_code") or "")


def set_commands(world: World, fields: Json) -> bool:
    commands = _json(fields.get("commands")) or []
    if len(commands) > 100:
        raise Refusal(400, "Bad Request: BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        if not 1 <= len(command["command"]) <= 32 or not command["command"].isascii():
            raise Refusal(400, "Bad Request: BOT_COMMAND_INVALID")
        if not 1 <= len(command["description"]) <= 256:
            raise Refusal(400, "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID")
    place = _place(fields)
    if place[0].startswith("chat:") and int(place[0][5:]) not in world.people:
        raise Refusal(400, "Bad Request: chat not found")
    world.commands[place] = commands
    return True


def get_commands(world: World, fields: Json) -> list[Json]:
    return world.commands.get(_place(fields), [])


def delete_commands(world: World, fields: Json) -> bool:
    world.commands.pop(_place(fields), None)
    return True


def _setter(name: str, most: int) -> Method:
    def put(world: World, fields: Json) -> bool:
        text = str(fields.get(name) or "")
        if len(text) > most:
            raise Refusal(400, f"Bad Request: {name.upper()}_TOO_LONG")
        world.texts[name, str(fields.get("language_code") or "")] = text
        return True

    return put


def _getter(name: str) -> Method:
    def get(world: World, fields: Json) -> Json:
        code = str(fields.get("language_code") or "")
        return {name: world.texts.get((name, code), world.texts.get((name, ""), ""))}

    return get


def chat_action(world: World, fields: Json) -> bool:
    world.typing(recipient(world, fields).id)
    return True


def get_chat(world: World, fields: Json) -> Json:
    person = world.people.get(_int(fields, "chat_id"))
    if person is None:
        raise Refusal(400, "Bad Request: chat not found")
    return {**person.as_chat(), "accent_color_id": 0, "max_reaction_count": 0, "accepted_gift_types": {}}


def leave_chat(world: World, fields: Json) -> bool:
    world.left.append(_int(fields, "chat_id"))
    return True


def pin(world: World, fields: Json) -> bool:
    _own(world, fields, "pin")
    return True


def _yes(world: World, fields: Json) -> bool:
    return True


def webhook_info(world: World, fields: Json) -> Json:
    return {"url": "", "has_custom_certificate": False, "pending_update_count": len(world.updates)}


METHODS: dict[str, Method] = {
    "getMe": lambda world, _: world.me(),
    "sendMessage": send_message,
    "editMessageText": edit_text,
    "editMessageReplyMarkup": edit_markup,
    "deleteMessage": delete_message,
    "deleteMessages": delete_messages,
    "copyMessage": copy_message,
    "forwardMessage": forward_message,
    "pinChatMessage": pin,
    "unpinChatMessage": _yes,
    "sendChatAction": chat_action,
    "setMessageReaction": pin,
    "answerCallbackQuery": answer_callback,
    "setMyCommands": set_commands,
    "getMyCommands": get_commands,
    "deleteMyCommands": delete_commands,
    "setMyName": _setter("name", 64),
    "getMyName": _getter("name"),
    "setMyDescription": _setter("description", 512),
    "getMyDescription": _getter("description"),
    "setMyShortDescription": _setter("short_description", 120),
    "getMyShortDescription": _getter("short_description"),
    "setChatMenuButton": _yes,
    "getChat": get_chat,
    "leaveChat": leave_chat,
    "deleteWebhook": _yes,
    "getWebhookInfo": lambda world, _: {
        "url": "",
        "has_custom_certificate": False,
        "pending_update_count": len(world.updates),
    },
    "logOut": _yes,
    "close": _yes,
}
