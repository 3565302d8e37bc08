"""Names of the closed lists, in the reader's language."""

from __future__ import annotations

from bot.views.words import Words
from content.models import SourceKind, Status
from storage.records import ReaderStatus, Topic


def status_label(words: Words, status: Status) -> str:
    return {
        Status.PERSECUTED: words("reported persecuted"),
        Status.TRAVEL_BAN: words("barred from leaving the country"),
        Status.DETAINED: words("detained"),
        Status.ARRESTED: words("arrested"),
        Status.CHARGED: words("charged"),
        Status.HOUSE_ARREST: words("house arrest"),
        Status.CUSTODY: words("in custody"),
        Status.RESTRICTED_FREEDOM: words("sentenced to restricted freedom"),
        Status.IMPRISONED: words("in prison"),
        Status.CONSCRIPTED: words("conscripted"),
        Status.LEFT_COUNTRY: words("left the country"),
        Status.RELEASED: words("released"),
        Status.ACQUITTED: words("acquitted"),
        Status.DISAPPEARED: words("disappeared"),
        Status.DECEASED: words("deceased"),
    }[status]


def topic_label(words: Words, topic: Topic) -> str:
    return {
        Topic.ALERTS: words("Alerts"),
        Topic.DECLARATIONS: words("Declarations"),
        Topic.CASES: words("Cases"),
        Topic.UPDATES: words("Updates"),
    }[topic]


def source_label(words: Words, kind: SourceKind) -> str:
    return {
        SourceKind.OFFICIAL: words("official document"),
        SourceKind.OBSERVER: words("observers or UN"),
        SourceKind.PRESS: words("press"),
        SourceKind.ADVOCACY: words("advocacy organisation"),
        SourceKind.MONITOR: words("technical measurement"),
    }[kind]


def reader_label(words: Words, status: ReaderStatus) -> str:
    return {
        ReaderStatus.ACTIVE: words("active"),
        ReaderStatus.PAUSED: words("paused"),
        ReaderStatus.BLOCKED: words("blocked the bot"),
        ReaderStatus.UNREACHABLE: words("unreachable"),
    }[status]
