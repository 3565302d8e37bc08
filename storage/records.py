"""All that leaves the storage package: frozen values and enums, no SQL, no rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Topic(StrEnum):
    ALERTS = "alerts"
    DECLARATIONS = "declarations"
    CASES = "cases"
    UPDATES = "updates"


class ReaderStatus(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"
    BLOCKED = "blocked"
    """The reader blocked the bot: nothing is sent; erased a day later unless they come back."""
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A reader who asked to be written to. `chat_id` is decrypted for this value only, never printed."""

    id: int
    """Random, 63 bits; says nothing about the person."""
    chat_id: int = field(repr=False)
    language: str
    topics: frozenset[Topic] = frozenset()
    cases: frozenset[str] = frozenset()
    silent: bool = False
    hidden: bool = False
    """Hide message text: a delivery says only that there is a new message."""
    status: ReaderStatus = ReaderStatus.ACTIVE
    joined_week: str = ""
    """ISO week such as 2026-W48; no exact time is kept."""
    status_week: str = ""


class BroadcastState(StrEnum):
    DRAFT = "draft"
    APPROVED = "approved"
    """Fan-out is under way or waits for its time or for the undo window."""
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    CANCELLED = "cancelled"


class Kind(StrEnum):
    """What a broadcast does for each of its recipients. All but SEND are jobs about an earlier one, `of`."""

    SEND = "send"
    RETRY = "retry"
    """The same message once more, to whom it did not reach."""
    RECALL = "recall"
    """Deletes it wherever it was delivered, as far as Telegram allows (48 hours)."""
    CORRECT = "correct"
    """Edits it wherever it was delivered."""
    NOTICE = "notice"
    """A new message that answers it, since edits do not notify."""


REPEATABLE = frozenset({Kind.RECALL, Kind.CORRECT})
"""Doing it twice is doing it once: what is uncertain is no possible duplicate."""


class DeliveryState(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    RETRY = "retry"
    UNKNOWN = "unknown"
    SENT = "sent"
    GONE = "gone"
    PARKED = "parked"
    CANCELLED = "cancelled"


TERMINAL = frozenset({DeliveryState.SENT, DeliveryState.GONE, DeliveryState.PARKED, DeliveryState.CANCELLED})


class Cause(StrEnum):
    """Why a delivery did not simply succeed; counted in reports, never with an id."""

    NONE = "none"
    BLOCKED = "blocked"
    DEACTIVATED = "deactivated"
    UNREACHABLE = "unreachable"
    KICKED = "kicked"
    RIGHTS = "rights"
    MIGRATED = "migrated"
    CONTENT = "content"
    FLOOD = "flood"
    HALT = "halt"
    SERVER = "server"
    NOT_SENT = "not-sent"
    UNCERTAIN = "uncertain"
    OTHER = "other"
    LEFT = "left"
    """The reader unsubscribed, gave up the topic or paused before their turn."""
    MISSING = "missing"
    """The message that was to be edited or deleted is not there any more."""
    TOO_LATE = "too-late"
    """Telegram does not delete it any more: older than 48 hours."""


class Verb(StrEnum):
    """What the engine is to do about one answer of Telegram."""

    SENT = "sent"
    GONE = "gone"
    """Terminal; `cause` says what becomes of the reader."""
    RETRY = "retry"
    """Surely not delivered; try again."""
    UNCERTAIN = "uncertain"
    """Perhaps delivered; try again, and count it as a known possible duplicate."""
    FLOOD = "flood"
    """429: close the gate for `wait` seconds; costs no attempt."""
    FAULT = "fault"
    """The content is refused: after a few of these the broadcast stops."""
    HALT = "halt"
    """Token or bot refused: everything stops, recipients stay pending."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One answer of Telegram, classified."""

    verb: Verb
    cause: Cause = Cause.NONE
    wait: float = 0.0
    """Seconds, for FLOOD."""
    message_id: int | None = None
    migrate_to: int | None = field(default=None, repr=False)
    detail: str = ""
    """Telegram's description, free of ids."""


@dataclass(frozen=True, slots=True)
class Audience:
    """Who gets a broadcast. Empty sets mean everybody; several sets narrow each other."""

    topics: frozenset[Topic] = frozenset()
    languages: frozenset[str] = frozenset()
    cases: frozenset[str] = frozenset()
    """Followers of any of these cases, whether or not they hold one of the topics."""


@dataclass(frozen=True, slots=True)
class Broadcast:
    """`payload` is a JSON text: language -> fields of the message; made and read by bot alone."""

    id: int
    author: int = field(repr=False)
    state: BroadcastState
    audience: Audience
    payload: str = field(repr=False)
    total: int = 0
    counts: Mapping[DeliveryState, int] = field(default_factory=dict)
    causes: Mapping[Cause, int] = field(default_factory=dict)
    created: float = 0.0
    """Unix seconds; likewise below. 0 means not yet."""
    start_at: float = 0.0
    """Not before: the end of the undo window, or the schedule."""
    started: float = 0.0
    ended: float = 0.0
    cursor: int = 0
    fanned_out: bool = False
    possible_duplicates: int = 0
    note: str = ""
    """Why it stands still, in words for the editor."""
    kind: Kind = Kind.SEND
    of: int | None = None
    """The broadcast that this job is about."""
    after: int | None = None
    """Begins when that job is done; approved, taken back, discarded and cancelled together with it."""


@dataclass(frozen=True, slots=True)
class Sequel:
    """What was set going about a broadcast."""

    jobs: tuple[Broadcast, ...] = ()
    """Oldest first."""

    def last(self, kind: Kind) -> Broadcast | None:
        return next((job for job in reversed(self.jobs) if job.kind is kind), None)

    @property
    def recalled(self) -> bool:
        """It is deleted, or being deleted: nothing of it goes out, and nothing is corrected, any more."""
        return self.last(Kind.RECALL) is not None


@dataclass(frozen=True, slots=True)
class Reach(Sequel):
    """Whom a broadcast has reached, and what can still be done about it. All is 0 once its rows are purged."""

    reached: int = 0
    """Have it, and can be written to about it."""
    failed: int = 0
    """Were tried in vain, or not reached when it was cancelled, and would be tried by a retry."""
    uncertain: int = 0
    """Of the failed, who perhaps have it: no answer came."""


@dataclass(frozen=True, slots=True)
class Outlook(Sequel):
    """As `Reach`, without counting anybody: a second's work with a million readers."""

    reached: bool = False
    """Somebody has it; after a recall, perhaps."""
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message that is to reach one reader."""

    broadcast: int
    subscriber: int
    chat_id: int = field(repr=False)
    language: str
    silent: bool = False
    hidden: bool = False
    attempts: int = 0
    unknowns: int = 0
    message_id: int | None = None
    """The message that a job is about."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one delivery, to be stored in the next tick."""

    broadcast: int
    subscriber: int
    state: DeliveryState
    cause: Cause = Cause.NONE
    message_id: int | None = None
    retry_at: float = 0.0
    migrate_to: int | None = field(default=None, repr=False)


class Role(StrEnum):
    """What an owner can name somebody to; owners themselves come from the settings and may do both."""

    EDITOR = "editor"
    APPROVER = "approver"


@dataclass(frozen=True, slots=True)
class Grant:
    """One role of one person. Moments are Unix seconds."""

    person: int = field(repr=False)
    role: Role
    named_at: float
    counts_from: float
    """Before this moment the role gives no right to approve."""


class ApprovalState(StrEnum):
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"
    VOID = "void"
    """The draft was changed or discarded after the request."""
    UNDONE = "undone"
    """It was approved, and taken back before the first message."""


@dataclass(frozen=True, slots=True)
class Approval:
    """A request for a second person's approval; `digest` is of payload, audience and schedule."""

    broadcast: int
    asker: int = field(repr=False)
    digest: str
    asked: float
    expires: float
    state: ApprovalState
    decider: int | None = field(default=None, repr=False)
    reason: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Awaited:
    """What an admin's next message is taken for: `what` of `broadcast`, since when."""

    what: str
    broadcast: int
    about: str = ""
    """More of it, such as the language of a text."""
    since: float = 0.0


@dataclass(frozen=True, slots=True)
class Panel:
    """The message that shows one admin one broadcast. `kind`: what it shows, in bot's words."""

    broadcast: int
    person: int = field(repr=False)
    message: int
    language: str
    kind: str


UNREADABLE = -1


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One act of an admin. `at`: UTC, such as 2026-11-26T14:05Z (a day alone in the oldest entries)."""

    id: int
    at: str
    actor: int = field(repr=False)
    """0: the shell; UNREADABLE: somebody changed the entry."""
    action: str
    subject: str


@dataclass(frozen=True, slots=True)
class Chain:
    """What `verify` found. `sound` when neither `broken` nor `cut` is set."""

    entries: int
    head: str
    """Number and beginning of the last entry's code, such as "57:3fa9c1d2e4b50718"; to be noted elsewhere."""
    broken: int | None = None
    """The first entry that does not fit the one before it."""
    cut: int | None = None
    """The last entry that was ever written, and that is not there (any more, or not as it was)."""
    anchored: bool = True
    """False: no head lies beside the key, so that a cut-off end would not be seen."""
    rekeyed: int | None = None
    """The entry at which the key was changed after the head that was asked for: no older head can be found any more."""

    @property
    def sound(self) -> bool:
        return self.broken is None and self.cut is None


@dataclass(frozen=True, slots=True)
class Replica:
    """One of several bots on the same database."""

    label: str
    """Where it runs: host and process number."""
    leads: bool
    silent: float
    """Seconds since the database heard from it."""
    here: bool = False
    epoch: int | None = None
    """Of the leader: the number of its term."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Exact counts of readers. What is shown of them leaves out small groups (`bot/views/stats.py`)."""

    active: int = 0
    paused: int = 0
    languages: Mapping[str, int] = field(default_factory=dict)
    topics: Mapping[str, int] = field(default_factory=dict)
    weeks: Mapping[str, int] = field(default_factory=dict)
    """ISO week of joining, such as 2026-W48 -> readers who joined in it and are still there."""
