"""Why a request has no answer. Messages hold no address: it would carry the bot's token."""

from __future__ import annotations


class Failure(Exception):
    """A request without an answer."""


class Unsent(Failure):
    """Not one byte of the request was written."""


class ConnectFailed(Unsent):
    """No connection: refused, no route, the name is unknown, or the certificate is not good."""


class ConnectTimedOut(Unsent):
    """No connection in time."""


class PoolBusy(Unsent):
    """All connections stayed busy."""


class Unanswered(Failure):
    """The request was written, at least in part: whether it was carried out is not known."""


class AnswerTimedOut(Unanswered):
    """No whole answer in time."""


class ConnectionLost(Unanswered):
    """The connection ended before the answer did."""


class NotHttp(Unanswered):
    """What came back is not an answer in HTTP."""


class AnswerTooLong(Unanswered):
    """More came back than any answer of Telegram's."""
