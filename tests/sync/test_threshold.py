"""Who has not shown who they are takes a little room at most, and never anybody else's; all over real sockets."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import socket
import ssl
import sys
import threading
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from qroc_desktop.exercise.intake import Receipt, hashed
from qroc_desktop.exercise.seating import Saying, Seat
from qroc_desktop.exercise.vocabulary import RoleType
from qroc_desktop.services.exercise.joining import wire
from qroc_desktop.services.exercise.joining.door import Door, Served
from qroc_desktop.services.exercise.joining.tls import server_context
from qroc_desktop.services.system import system_clock
from qroc_desktop.sync import tls
from qroc_desktop.sync.receiver import Receiver
from qroc_desktop.sync.server import Server
from qroc_desktop.sync.threshold import Limits
from qroc_desktop.sync.transports import wire as parcels
from tests.fakes.loops import at_rest
from tests.sync.nodes import NodeCentre, centres, until

LONG = 60.0
KEY = bytes(range(32))
ONE, TWO, THREE = "127.0.0.1", "127.0.0.2", "127.0.0.3"
REFUSED = "too many have not shown who they are"
pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="only there every address of 127.0.0.0/8 is this machine's"
)


class Loop:
    """An event loop in a thread of its own."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()

    def do(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(60)

    def close(self) -> None:
        self.do(at_rest())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()


@pytest.fixture
def loop() -> Iterator[Loop]:
    made = Loop()
    yield made
    made.close()


@pytest.fixture
def left() -> Iterator[contextlib.ExitStack]:
    with contextlib.ExitStack() as opened:
        yield opened


def half_open(port: int, left: contextlib.ExitStack, address: str = ONE) -> socket.socket:
    """A connection on which nothing is ever said."""
    return left.enter_context(socket.create_connection((ONE, port), 30, source_address=(address, 0)))


def is_closed(connection: socket.socket) -> bool:
    """Waits for the other side to end it."""
    try:
        return connection.recv(1) == b""
    except TimeoutError:
        return False
    except OSError:
        return True


def stands(connection: socket.socket) -> bool:
    """Whether the other side has not ended it."""
    connection.setblocking(False)
    try:
        return connection.recv(1) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        connection.settimeout(30)


# --- the node of a centre ----------------------------------------------------------------------------


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[tuple[NodeCentre, NodeCentre]]:
    with centres(tmp_path, "Noord", "Süd") as (noord, sued):
        yield noord, sued


@contextlib.contextmanager
def serving(centre: NodeCentre, loop: Loop, limits: Limits) -> Iterator[int]:
    receiver = Receiver(centre.exchange, system_clock, lambda _: None)

    async def started() -> Server:
        server = Server(receiver, workers, [centre.identity.keys], limits=limits)
        server.trust(receiver.pins())
        await server.start(ONE, 0)
        return server

    with ThreadPoolExecutor(2) as workers:
        server = loop.do(started())
        try:
            yield int(server.address.rpartition(":")[2])
        finally:
            loop.do(server.stop())


def peer_is_let_in(me: NodeCentre, other: NodeCentre, port: int, address: str) -> bool:
    context = tls.ClientContext.to([other.identity.keys.certificate], me.identity.keys, print)
    try:
        with (
            socket.create_connection((ONE, port), 30, source_address=(address, 0)) as raw,
            context.wrap_socket(raw) as connection,
        ):
            connection.sendall(b"GET " + parcels.HERE.encode() + b" HTTP/1.1\r\nHost: a\r\n\r\n")
            return b" 204 " in connection.recv(200)
    except OSError:
        return False


@pytest.mark.expects_log(REFUSED)
def test_half_open_connections_of_one_address_are_few_and_others_are_let_in(
    pair: tuple[NodeCentre, NodeCentre], loop: Loop, left: contextlib.ExitStack
) -> None:
    noord, sued = pair
    with serving(sued, loop, Limits(of_one=5, in_all=50, handshake_s=LONG)) as port:
        assert peer_is_let_in(noord, sued, port, ONE)
        waiting = [half_open(port, left) for _ in range(5)]
        assert all(is_closed(half_open(port, left)) for _ in range(3))
        assert not peer_is_let_in(noord, sued, port, ONE), "it is the same address"
        assert peer_is_let_in(noord, sued, port, TWO)
        assert all(stands(connection) for connection in waiting)
        for connection in waiting:
            connection.close()
        until(lambda: peer_is_let_in(noord, sued, port, ONE), "there is room again")


def test_whoever_says_nothing_is_sent_away(
    pair: tuple[NodeCentre, NodeCentre], loop: Loop, left: contextlib.ExitStack
) -> None:
    _, sued = pair
    with serving(sued, loop, Limits(of_one=2, in_all=4, handshake_s=0.2)) as port:
        for _ in range(3):
            assert all(is_closed(one) for one in [half_open(port, left), half_open(port, left)])


@pytest.mark.expects_log(REFUSED)
def test_where_there_is_no_room_at_all_whoever_has_most_of_it_gives_way(
    pair: tuple[NodeCentre, NodeCentre], loop: Loop, left: contextlib.ExitStack
) -> None:
    noord, sued = pair
    with serving(sued, loop, Limits(of_one=5, in_all=7, handshake_s=LONG)) as port:
        crowd = [half_open(port, left) for _ in range(5)]
        others = [half_open(port, left, TWO) for _ in range(2)]
        for _ in range(2):
            assert peer_is_let_in(noord, sued, port, THREE)
        assert is_closed(crowd[0]), "the one that stood there longest"
        assert all(stands(connection) for connection in [*crowd[1:], *others])


def test_peers_that_are_in_are_not_counted(
    pair: tuple[NodeCentre, NodeCentre], loop: Loop, left: contextlib.ExitStack
) -> None:
    noord, sued = pair
    context = tls.ClientContext.to([sued.identity.keys.certificate], noord.identity.keys, print)
    with serving(sued, loop, Limits(of_one=2, in_all=3, handshake_s=LONG)) as port:
        inside = []
        for _ in range(8):
            connection = left.enter_context(context.wrap_socket(half_open(port, left)))
            connection.sendall(b"GET " + parcels.HERE.encode() + b" HTTP/1.1\r\nHost: a\r\n\r\n")
            assert b" 204 " in connection.recv(200)
            inside.append(connection)
        for connection in inside:
            connection.sendall(b"GET " + parcels.HERE.encode() + b" HTTP/1.1\r\nHost: a\r\n\r\n")
            assert b" 204 " in connection.recv(200), "all of them are still there"


# --- the node of an exercise -------------------------------------------------------------------------


@contextlib.contextmanager
def exercise(folder: Path, loop: Loop, limits: Limits) -> Iterator[int]:
    seat = Seat(team="blue", role=RoleType.BLUE)

    async def nothing(*_: object) -> None:
        return None

    async def receipt(*_: object) -> Receipt:
        raise AssertionError("nobody says anything")

    async def keep(_seat: Seat, _saying: Saying, _data: bytes) -> Receipt:
        raise AssertionError("nobody says anything")

    async def started() -> Door:
        node = Served(lambda _: b"{}", keep, receipt, nothing, nothing, nothing, lambda: None)
        door = Door(server_context(folder, system_clock), node, limits=limits)
        door.admit({hashed(KEY): seat})
        await door.start(ONE, 0)
        return door

    door = loop.do(started())
    try:
        yield int(door.address.rpartition(":")[2])
    finally:
        loop.do(door.stop())


def encrypted() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def asks(connection: http.client.HTTPConnection, key: bytes = KEY) -> int:
    connection.request("GET", wire.SEAT, headers={"Authorization": wire.SCHEME + key.hex()})
    response = connection.getresponse()
    response.read()
    return response.status


def guest(port: int, left: contextlib.ExitStack) -> http.client.HTTPConnection:
    made = http.client.HTTPSConnection(ONE, port, timeout=30, context=encrypted())
    left.callback(made.close)
    return made


def await_let_in(port: int, left: contextlib.ExitStack) -> http.client.HTTPConnection:
    """Whoever shows their key in time; who is too slow for that comes again."""
    inside: list[http.client.HTTPConnection] = []

    def comes() -> bool:
        one = guest(port, left)
        with contextlib.suppress(OSError, http.client.HTTPException):
            if asks(one) == 200:
                inside.append(one)
        return bool(inside)

    until(comes, "somebody is let in")
    return inside[0]


def test_a_whole_terminal_server_takes_seats_by_one_address(
    tmp_path: Path, loop: Loop, left: contextlib.ExitStack
) -> None:
    with exercise(tmp_path, loop, Limits(of_one=3, in_all=6, handshake_s=LONG, unknown_s=LONG)) as port:
        guests = [guest(port, left) for _ in range(50)]
        assert [asks(one) for one in guests] == [200] * 50
        assert [asks(one) for one in guests] == [200] * 50, "all of them are still there"
        assert all(one.sock is not None for one in guests)


def test_fifty_who_come_at_the_same_moment_are_let_in(tmp_path: Path, loop: Loop, left: contextlib.ExitStack) -> None:
    with exercise(tmp_path, loop, Limits(handshake_s=LONG, unknown_s=LONG)) as port, ThreadPoolExecutor(50) as people:
        guests = [guest(port, left) for _ in range(50)]
        together = threading.Barrier(50)

        def comes(one: http.client.HTTPConnection) -> int:
            one.connect()
            together.wait(60)  # all have their connection, and nobody has shown a key
            return asks(one)

        assert list(people.map(comes, guests)) == [200] * 50


@pytest.mark.expects_log(REFUSED)
def test_who_shows_no_key_takes_little_room_and_not_for_ever(
    tmp_path: Path, loop: Loop, left: contextlib.ExitStack
) -> None:
    with exercise(tmp_path, loop, Limits(of_one=3, in_all=6, handshake_s=LONG, unknown_s=LONG)) as port:
        assert asks(guest(port, left), bytes(32)) == 401
        silent = [left.enter_context(encrypted().wrap_socket(half_open(port, left))) for _ in range(2)]
        assert is_closed(half_open(port, left)), "a wrong key is as good as none"
        other = http.client.HTTPSConnection(ONE, port, timeout=30, context=encrypted(), source_address=(TWO, 0))
        left.callback(other.close)
        assert asks(other) == 200
        assert len(silent) == 2


def test_who_shows_no_key_is_sent_away(tmp_path: Path, loop: Loop, left: contextlib.ExitStack) -> None:
    with exercise(tmp_path, loop, Limits(of_one=3, in_all=6, handshake_s=LONG, unknown_s=3.0)) as port:
        inside = await_let_in(port, left)
        assert is_closed(left.enter_context(encrypted().wrap_socket(half_open(port, left))))
        assert asks(inside) == 200, "who has shown one stays"
