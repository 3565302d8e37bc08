"""Whether an update is shaped as Telegram documents it, as far as this bot reads it.

The library takes any type for any field, and a number that no database can hold; what comes by a forged or broken
way must not get as far as a handler. https://core.telegram.org/bots/api#update
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

Number = Annotated[int, Field(strict=True, gt=-(1 << 63), lt=1 << 63)]
Count = Annotated[int, Field(strict=True, ge=0, lt=1 << 31)]
Word = Annotated[str, Field(strict=True)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)


class _User(_Part):
    id: Number
    is_bot: Annotated[bool, Field(strict=True)]
    first_name: Word
    language_code: Word | None = None


class _Chat(_Part):
    id: Number
    type: Word


class _Entity(_Part):
    type: Word
    offset: Count
    length: Count


class _File(_Part):
    file_id: Word


class _Contact(_Part):
    user_id: Number | None = None


class _Message(_Part):
    message_id: Number
    date: Number
    chat: _Chat
    sender: _User | None = Field(None, alias="from")
    sender_chat: _Chat | None = None
    via_bot: _User | None = None
    text: Word | None = None
    caption: Word | None = None
    entities: list[_Entity] = []
    caption_entities: list[_Entity] = []
    reply_to_message: _Message | None = None
    photo: list[_File] = []
    document: _File | None = None
    contact: _Contact | None = None


class _Press(_Part):
    id: Word
    sender: _User = Field(alias="from")
    message: _Message | None = None
    data: Word | None = None


class _Inline(_Part):
    id: Word
    sender: _User = Field(alias="from")
    query: Word


class _Member(_Part):
    user: _User
    status: Word


class _Change(_Part):
    chat: _Chat
    sender: _User = Field(alias="from")
    new_chat_member: _Member


class _Update(_Part):
    message: _Message | None = None
    edited_message: _Message | None = None
    callback_query: _Press | None = None
    inline_query: _Inline | None = None
    my_chat_member: _Change | None = None


_CHECK = TypeAdapter(_Update)


def well_shaped(update: dict[str, Any]) -> bool:
    """Fields that are not read here may hold anything."""
    try:
        _CHECK.validate_python(update)
    except (ValidationError, RecursionError):
        return False
    return True
