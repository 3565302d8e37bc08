"""The Bot API's methods over a World. Each takes the call's fields and gives its result, or raises Refusal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.sandbox import media, messages
from bot.sandbox.limits import content
from bot.sandbox.messages import decoded, integer, recipient
from bot.sandbox.refusal import Json, Refusal
from bot.sandbox.world import World

CALLBACK_LIFE = 150
Method = Callable[[World, Json], Any]


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


def answer_inline(world: World, fields: Json) -> bool:
    """Only articles, which is all that this stand-in knows."""
    query = world.queries.get(str(fields.get("inline_query_id", "")))
    if query is None or query.done():
        raise Refusal(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
    results = decoded(fields.get("results")) or []
    if len(results) > 50:
        raise Refusal(400, "Bad Request: RESULTS_TOO_MUCH")
    ids = [str(result.get("id", "")) for result in results]
    if len(set(ids)) != len(ids):
        raise Refusal(400, "Bad Request: RESULT_ID_DUPLICATE")
    for result in results:
        _article(result)
    query.set_result({"results": results, "button": decoded(fields.get("button"))})
    return True


def _article(result: Json) -> None:
    if result.get("type") != "article":
        raise Refusal(400, "Bad Request: this stand-in knows articles only")
    if not 1 <= len(str(result.get("id", "")).encode()) <= 64:
        raise Refusal(400, "Bad Request: RESULT_ID_INVALID")
    if not result.get("title"):
        raise Refusal(400, "Bad Request: can't parse inline query result: Can't find field \"title\"")
    posted = result.get("input_message_content") or {}
    content(
        {
            "text": posted.get("message_text"),
            "entities": posted.get("entities"),
            "reply_markup": result.get("reply_markup"),
        }
    )


def _scope(fields: Json) -> str:
    scope = decoded(fields.get("scope")) or {"type": "default"}
    return f"chat:{scope['chat_id']}" if scope["type"] == "chat" else str(scope["type"])


def _place(fields: Json) -> tuple[str, str]:
    return _scope(fields), str(fields.get("language_code") or "")


def set_commands(world: World, fields: Json) -> bool:
    commands = decoded(fields.get("commands")) or []
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
    person = world.people.get(integer(fields, "chat_id"))
    if person is None:
        raise Refusal(400, "Bad Request: chat not found")
    return {**person.as_chat(), "accent_color_id": 0, "max_reaction_count": 0, "accepted_gift_types": {}}


def leave_chat(world: World, fields: Json) -> bool:
    world.left.append(integer(fields, "chat_id"))
    return True


def _yes(world: World, fields: Json) -> bool:
    return True


def set_webhook(world: World, fields: Json) -> bool:
    """Telegram takes https alone; here the bot is on the same machine, and http does too."""
    url = str(fields.get("url") or "")
    if url and not url.startswith(("https://", "http://")):
        raise Refusal(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
    allowed = decoded(fields.get("allowed_updates")) or []
    world.webhook = {**fields, "url": url, "allowed_updates": allowed} if url else {}
    world.arrived.set()
    return True


def delete_webhook(world: World, fields: Json) -> bool:
    world.webhook = {}
    return True


def webhook_info(world: World, fields: Json) -> Json:
    info: Json = {"url": "", "has_custom_certificate": False, "pending_update_count": len(world.updates)}
    if world.webhook:
        info |= {"url": world.webhook["url"], "allowed_updates": world.webhook["allowed_updates"]}
    return info


METHODS: dict[str, Method] = {
    "getMe": lambda world, _: world.me(),
    "sendMessage": messages.send_message,
    "sendPhoto": media.send_photo,
    "sendDocument": media.send_document,
    "sendMediaGroup": media.send_media_group,
    "editMessageCaption": media.edit_caption,
    "editMessageMedia": media.edit_media,
    "getFile": media.get_file,
    "editMessageText": messages.edit_text,
    "editMessageReplyMarkup": messages.edit_markup,
    "deleteMessage": messages.delete_message,
    "deleteMessages": messages.delete_messages,
    "copyMessage": messages.copy_message,
    "forwardMessage": messages.forward_message,
    "pinChatMessage": messages.pin,
    "unpinChatMessage": _yes,
    "sendChatAction": chat_action,
    "setMessageReaction": messages.pin,
    "answerCallbackQuery": answer_callback,
    "answerInlineQuery": answer_inline,
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
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": webhook_info,
    "logOut": _yes,
    "close": _yes,
}
