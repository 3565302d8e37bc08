"""One connection, fed by hand: whatever pieces an answer comes in, and whatever else comes."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Coroutine
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.wire.http.connection import LONGEST_ANSWER, Connection
from bot.wire.http.failures import AnswerTimedOut, AnswerTooLong, ConnectionLost, Failure, NotHttp
from tests.fakes.http_server import JSON, chunked, sized

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
BARE = b"HTTP/1.1 200 OK\r\nServer: x\r\n\r\n" + JSON
KEPT = [
    sized(),
    sized(b""),
    chunked(),
    CONTINUE + sized(),
    CONTINUE + b"HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n" + chunked(),
    sized(b'{"ok":false}', 400, b"CONNECTION: Keep-Alive\r\nset-cookie: a=b\r\n"),
    b"HTTP/1.1 204 No Content\r\n\r\n",
    b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\n{}",
]
"""Whole answers, after which the connection goes on."""
CLOSING = [
    sized(more=b"Connection: close\r\n"),
    b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}",
    sized(status=502, body=b"<html>", more=b"connection:CLOSE\r\n"),
]
"""Whole answers, after which it does not."""


class FakeTransport:
    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.ended = False

    def write(self, data: bytes) -> None:
        assert not self.ended
        self.written.append(data)

    def is_closing(self) -> bool:
        return self.ended

    def abort(self) -> None:
        self.ended = True


class Asked:
    """An exchange that notes what it is told."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, bytes]] = []
        self.failures: list[type[Failure]] = []

    def answered(self, status: int, body: bytes) -> None:
        self.answers.append((status, body))

    def failed(self, failure: Failure) -> None:
        self.failures.append(type(failure))

    @property
    def told(self) -> int:
        return len(self.answers) + len(self.failures)


class Line:
    """A connection on a transport of ours; `eof` ends it as the loop would."""

    def __init__(self) -> None:
        self.freed = 0
        self.lost = 0
        self.connection = Connection(self._freed, self._lost)
        self.transport = FakeTransport()
        self.connection.connection_made(cast(asyncio.BaseTransport, self.transport))

    def _freed(self, connection: Connection) -> None:
        self.freed += 1

    def _lost(self, connection: Connection) -> None:
        self.lost += 1

    def ask(self) -> Asked:
        asked = Asked()
        self.connection.ask(b"request", asked)
        return asked

    def feed(self, *pieces: bytes) -> None:
        for piece in pieces:
            if not self.transport.ended:
                self.connection.data_received(piece)

    def eof(self, error: Exception | None = None) -> None:
        self.transport.ended = True
        self.connection.connection_lost(error)


def pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    places = [0, *sorted({cut % (len(data) + 1) for cut in cuts}), len(data)]
    return [data[a:b] for a, b in itertools.pairwise(places) if a < b]


def looped(work: Callable[[], None]) -> None:
    async def run() -> None:
        work()

    coroutine: Coroutine[Any, Any, None] = run()
    asyncio.run(coroutine)


CUTS = st.lists(st.integers(0, 400), max_size=12)


@given(answers=st.lists(st.sampled_from(KEPT), min_size=1, max_size=4), cuts=CUTS)
def test_answers_in_any_pieces_are_the_same_and_the_connection_goes_on(answers: list[bytes], cuts: list[int]) -> None:
    def work() -> None:
        line = Line()
        for number, answer in enumerate(answers, 1):
            whole, cut = line.ask(), Line()
            line.feed(*pieces(answer, cuts))
            alone = cut.ask()
            cut.feed(answer)
            assert whole.answers == alone.answers
            assert whole.told == 1
            assert (line.freed, line.connection.usable) == (number, True)

    looped(work)


@given(answer=st.sampled_from(CLOSING), cuts=CUTS)
def test_an_answer_that_says_close_is_taken_and_the_connection_is_not(answer: bytes, cuts: list[int]) -> None:
    def work() -> None:
        line = Line()
        asked = line.ask()
        line.feed(*pieces(answer, cuts))
        assert len(asked.answers) == asked.told == 1
        assert asked.answers[0][1] == answer.partition(b"\r\n\r\n")[2]
        assert (line.freed, line.transport.ended, line.connection.usable) == (0, True, False)

    looped(work)


@given(cuts=CUTS)
def test_an_answer_without_a_length_ends_with_the_connection(cuts: list[int]) -> None:
    def work() -> None:
        line = Line()
        asked = line.ask()
        line.feed(*pieces(BARE, cuts))
        assert asked.told == 0
        line.eof()
        assert (asked.answers, asked.told, line.lost) == ([(200, JSON)], 1, 1)

    looped(work)


@pytest.mark.parametrize("answer", [sized(), chunked(), CONTINUE + sized(), sized(more=b"Connection: close\r\n")])
def test_no_part_of_an_answer_is_taken_for_the_whole(answer: bytes) -> None:
    def work() -> None:
        for size in range(len(answer)):
            line = Line()
            asked = line.ask()
            line.feed(answer[:size])
            assert asked.told == 0
            line.eof()
            assert (asked.answers, asked.failures, line.lost) == ([], [ConnectionLost], 1)

    looped(work)


def test_a_broken_line_ends_no_answer_without_a_length() -> None:
    def work() -> None:
        line = Line()
        asked = line.ask()
        line.feed(BARE)
        line.eof(ConnectionResetError())
        assert (asked.answers, asked.failures) == ([], [ConnectionLost])

    looped(work)


@given(data=st.binary(max_size=200), good=st.sampled_from([b"", *KEPT, *CLOSING]), cuts=CUTS)
def test_whatever_comes_an_exchange_is_told_exactly_once(data: bytes, good: bytes, cuts: list[int]) -> None:
    def work() -> None:
        for stream in (data + good, good + data):
            line = Line()
            asked = line.ask()
            line.feed(*pieces(stream, cuts))
            line.eof()
            assert (asked.told, line.lost, line.connection.usable) == (1, 1, False)

    looped(work)


@pytest.mark.parametrize("after", [sized(b"[]"), b"X", b"\r\n\r\nX", b"HTTP/1.1 "])
def test_bytes_behind_an_answer_are_never_the_next_answer(after: bytes) -> None:
    def work() -> None:
        line = Line()
        asked = line.ask()
        line.feed(sized() + after)
        assert asked.answers == [(200, JSON)]
        assert not line.connection.usable
        late = Line()
        late.ask()
        late.feed(sized(), after)
        assert not late.connection.usable

    looped(work)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
        b"SSH-2.0-OpenSSH\r\n",
        b"HTTP/9.9 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n12345",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n12345",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
)
def test_what_is_no_answer_in_http_ends_the_connection(answer: bytes) -> None:
    def work() -> None:
        line = Line()
        asked = line.ask()
        line.feed(answer)
        line.eof()
        assert asked.answers == []
        assert asked.failures[0] in (NotHttp, ConnectionLost)
        assert asked.told == 1

    looped(work)


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_an_answer_has_an_end(head: bytes) -> None:
    def work() -> None:
        line = Line()
        asked = line.ask()
        line.feed(head, *[b"x" * 65536] * (LONGEST_ANSWER // 65536 + 1))
        assert asked.failures == [AnswerTooLong]
        assert line.transport.ended

    looped(work)


def test_one_that_expires_is_closed_and_told_once() -> None:
    def work() -> None:
        line = Line()
        asked = line.ask()
        line.connection.expire()
        line.eof()
        assert asked.failures == [AnswerTimedOut]
        assert (line.transport.ended, line.lost) == (True, 1)

    looped(work)
