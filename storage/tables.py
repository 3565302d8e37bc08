"""The tables. Private to storage; what leaves the package are the values of `storage.records`."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    text,
)

metadata = MetaData(
    naming_convention={
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

subscriber = Table(
    "subscriber",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("cid", LargeBinary(24), nullable=False, unique=True),
    Column("kid", Integer, nullable=False),
    Column("language", String(3), nullable=False),
    Column("silent", Boolean, nullable=False),
    Column("hidden", Boolean, nullable=False),
    Column("status", String(12), nullable=False),
    Column("status_week", String(8), nullable=False),
    Column("joined_week", String(8), nullable=False),
    Column("erase_at", Integer, nullable=False),
)

subscription = Table(
    "subscription",
    metadata,
    Column("topic_id", String(16), primary_key=True),
    Column("subscriber_id", BigInteger, ForeignKey("subscriber.id", ondelete="CASCADE"), primary_key=True, index=True),
)

follow = Table(
    "follow",
    metadata,
    Column("case_id", String(40), primary_key=True),
    Column("subscriber_id", BigInteger, ForeignKey("subscriber.id", ondelete="CASCADE"), primary_key=True, index=True),
)

broadcast = Table(
    "broadcast",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("author", LargeBinary(24), nullable=False),
    Column("state", String(10), nullable=False, index=True),
    Column("audience", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Column("total", Integer, nullable=False),
    Column("created", Float, nullable=False),
    Column("start_at", Float, nullable=False),
    Column("started", Float, nullable=False),
    Column("ended", Float, nullable=False),
    Column("cursor", BigInteger, nullable=False),
    Column("fanned_out", Boolean, nullable=False),
    Column("possible_duplicates", Integer, nullable=False),
    Column("note", Text, nullable=False),
    Column("kind", String(8), nullable=False, server_default="send"),
    Column("of", Integer, nullable=True, index=True),
    Column("after", Integer, nullable=True, index=True),
)

broadcast_count = Table(
    "broadcast_count",
    metadata,
    Column("broadcast_id", Integer, ForeignKey("broadcast.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", String(6), primary_key=True),
    Column("name", String(16), primary_key=True),
    Column("count", Integer, nullable=False),
)

delivery = Table(
    "delivery",
    metadata,
    Column("broadcast_id", Integer, primary_key=True),
    Column("subscriber_id", BigInteger, primary_key=True),
    Column("state", String(10), nullable=False),
    Column("cause", String(12), nullable=False),
    Column("due", Float, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("unknowns", Integer, nullable=False),
    Column("message_id", BigInteger, nullable=True),
    Index("ix_delivery_due", "broadcast_id", "state", "due"),
)

media = Table(
    "media",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("kind", String(8), nullable=False),
    Column("name", Text, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("file_id", Text, nullable=True),
    Column("added", Float, nullable=False),
)

admin = Table(
    "admin",
    metadata,
    Column("cid", LargeBinary(24), primary_key=True),
    Column("role", String(8), primary_key=True),
    Column("named_at", Float, nullable=False),
    Column("counts_from", Float, nullable=False),
)

draft = Table(
    "draft",
    metadata,
    Column("broadcast_id", Integer, ForeignKey("broadcast.id", ondelete="CASCADE"), primary_key=True),
    Column("content", Text, nullable=False),
)

approval = Table(
    "approval",
    metadata,
    Column("broadcast_id", Integer, ForeignKey("broadcast.id", ondelete="CASCADE"), primary_key=True),
    Column("asker", LargeBinary(24), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("asked", Float, nullable=False),
    Column("expires", Float, nullable=False),
    Column("state", String(8), nullable=False),
    Column("decider", LargeBinary(24), nullable=True),
    Column("reason", Text, nullable=False),
    CheckConstraint("decider IS NULL OR decider <> asker", name="another_person"),
)
"""Ids of one person are sealed to the same bytes, so the database itself refuses who approves their own."""

awaited = Table(
    "awaited",
    metadata,
    Column("cid", LargeBinary(24), primary_key=True),
    Column("what", String(12), nullable=False),
    Column("broadcast_id", Integer, nullable=False),
    Column("about", String(64), nullable=False),
    Column("since", Float, nullable=False),
)

panel = Table(
    "panel",
    metadata,
    Column("broadcast_id", Integer, ForeignKey("broadcast.id", ondelete="CASCADE"), primary_key=True),
    Column("cid", LargeBinary(24), primary_key=True),
    Column("message_id", BigInteger, nullable=False),
    Column("language", String(3), nullable=False),
    Column("kind", String(8), nullable=False),
)

publication = Table(
    "publication",
    metadata,
    Column("update_id", String(40), primary_key=True),
    Column("state", String(8), nullable=False),
    Column("broadcast_id", Integer, nullable=True),
)
"""No foreign key: a row outlives its broadcast, so that no update goes out twice."""

hidden_person = Table("hidden_person", metadata, Column("person_id", String(40), primary_key=True))

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", String(20), nullable=False),
    Column("actor", LargeBinary(24), nullable=False),
    Column("action", String(40), nullable=False),
    Column("detail", Text, nullable=False),
    Column("mac", LargeBinary(32), nullable=False),
)

keyring = Table(
    "keyring",
    metadata,
    Column("kid", Integer, primary_key=True),
    Column("check_value", LargeBinary(40), nullable=False),
    Column("active", Boolean, nullable=False),
)

meta = Table("meta", metadata, Column("name", String(60), primary_key=True), Column("value", Text, nullable=False))

replica = Table(
    "replica",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("label", String(80), nullable=False),
    Column("slot", BigInteger, nullable=False),
    Column("started", Float, nullable=False),
    Column("seen", Float, nullable=False),
    Column("next", LargeBinary(40), nullable=True),
)
"""Bots that run on this database, by a random name of each process; moments by the database's clock."""

leader = Table(
    "leader",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("epoch", BigInteger, nullable=False),
    Column("owner", String(32), nullable=False),
    Column("since", Float, nullable=False),
)

taken = Table(
    "taken",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("chat", LargeBinary(16), nullable=True),
    Column("owner", String(32), nullable=False),
    Column("at", Float, nullable=False),
    Column("done", Boolean, nullable=False),
    Column("alone", Boolean, nullable=False),
    Column("deaths", Integer, nullable=False),
    Column("effects", Integer, nullable=False),
    Index("uq_taken_chat", "chat", unique=True, sqlite_where=text("NOT done"), postgresql_where=text("NOT done")),
)

signal = Table(
    "signal",
    metadata,
    Column("kind", String(16), primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("by", String(32), nullable=False),
)

budget = Table(
    "budget",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("due", Float, nullable=False),
    Column("answers", Float, nullable=False),
    Column("wanted", Float, nullable=False),
)
