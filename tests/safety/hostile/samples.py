"""One update of every kind, as https://core.telegram.org/bots/api#update documents it; `@N` is its person."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
DATE = 1_764_000_000
GROUP = -1007770000001
PERSON: Json = {"id": "@N", "is_bot": False, "first_name": "X", "language_code": "en"}
CHAT: Json = {"id": "@N", "type": "private", "first_name": "X"}
MANY: Json = {"id": GROUP, "type": "supergroup", "title": "x"}


def message(text: Any, **more: Any) -> Json:
    """A message of the person's; without a text when that is None."""
    made: Json = {"message_id": 7, "date": DATE, "chat": CHAT, "from": PERSON}
    if text is not None:
        made["text"] = text
    if isinstance(text, str) and text.startswith("/") and "entities" not in more:
        made["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}]
    return made | more


MESSAGE = message("Oksana Shevchuk")
OPTION: Json = {"persistent_id": "1", "text": "x", "voter_count": 0}
POLL: Json = {
    "id": "1", "question": "x", "options": [OPTION], "total_voter_count": 0, "is_closed": False, "is_anonymous": True,
    "type": "regular", "allows_multiple_answers": False, "allows_revoting": False, "members_only": False,
}  # fmt: skip
MEMBER: Json = {"status": "member", "user": PERSON}
BOOST: Json = {
    "boost_id": "1",
    "add_date": DATE,
    "expiration_date": DATE,
    "source": {"source": "premium", "user": PERSON},
}
SAMPLES: dict[str, Json] = {
    "message": MESSAGE,
    "edited_message": message("/stop", edit_date=DATE),
    "channel_post": {"message_id": 7, "date": DATE, "chat": MANY | {"type": "channel"}, "text": "/alert x"},
    "edited_channel_post": {"message_id": 7, "date": DATE, "chat": MANY | {"type": "channel"}, "edit_date": DATE},
    "business_connection": {
        "id": "1", "user": PERSON, "user_chat_id": "@N", "date": DATE, "can_reply": True, "is_enabled": True,
    },
    "business_message": message("/stop", business_connection_id="1"),
    "edited_business_message": message("/stop", business_connection_id="1", edit_date=DATE),
    "deleted_business_messages": {"business_connection_id": "1", "chat": CHAT, "message_ids": [7]},
    "guest_message": message("/stop", guest_query_id="1"),
    "message_reaction": {
        "chat": CHAT, "message_id": 7, "user": PERSON, "date": DATE, "old_reaction": [],
        "new_reaction": [{"type": "emoji", "emoji": "x"}],
    },
    "message_reaction_count": {
        "chat": CHAT, "message_id": 7, "date": DATE,
        "reactions": [{"type": {"type": "paid"}, "total_count": 1}],
    },
    "inline_query": {"id": "1", "from": PERSON, "query": "Oksana Shevchuk", "offset": ""},
    "chosen_inline_result": {"result_id": "1", "from": PERSON, "query": "x"},
    "callback_query": {
        "id": "1", "from": PERSON, "message": message("x"), "chat_instance": "1", "data": "1en.h",
    },
    "shipping_query": {
        "id": "1", "from": PERSON, "invoice_payload": "x",
        "shipping_address": {"country_code": "KZ", "state": "", "city": "", "street_line1": "", "street_line2": "",
                             "post_code": ""},
    },
    "pre_checkout_query": {"id": "1", "from": PERSON, "currency": "XTR", "total_amount": 1, "invoice_payload": "x"},
    "purchased_paid_media": {"from": PERSON, "paid_media_payload": "x"},
    "poll": POLL,
    "poll_answer": {"poll_id": "1", "option_ids": [0], "option_persistent_ids": ["1"], "user": PERSON},
    "my_chat_member": {
        "chat": CHAT, "from": PERSON, "date": DATE, "old_chat_member": MEMBER, "new_chat_member": MEMBER,
    },
    "chat_member": {"chat": MANY, "from": PERSON, "date": DATE, "old_chat_member": MEMBER, "new_chat_member": MEMBER},
    "chat_join_request": {"chat": MANY, "from": PERSON, "user_chat_id": "@N", "date": DATE},
    "chat_boost": {"chat": MANY, "boost": BOOST},
    "removed_chat_boost": {"chat": MANY, "boost_id": "1", "remove_date": DATE, "source": BOOST["source"]},
    "managed_bot": {"user": PERSON, "bot": PERSON | {"is_bot": True}},
}  # fmt: skip
