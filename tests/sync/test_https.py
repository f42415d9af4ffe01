"""The HTTPS transport against the real server, both over real sockets in this process."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import ssl
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import pytest

from qroc_desktop.domain.instant import Instant, seconds
from qroc_desktop.services.system import system_clock
from qroc_desktop.sync import tls
from qroc_desktop.sync.allowed import Allowed, Folder, Https
from qroc_desktop.sync.bundle import Answer
from qroc_desktop.sync.content import Attachment
from qroc_desktop.sync.courier import Courier
from qroc_desktop.sync.encoding import sha256
from qroc_desktop.sync.identity import Identity, Keys
from qroc_desktop.sync.receiver import Receiver
from qroc_desktop.sync.refusals import Code, Rejected
from qroc_desktop.sync.roster import OVERLAP
from qroc_desktop.sync.routes import Routes
from qroc_desktop.sync.server import Server
from qroc_desktop.sync.tls import ServerContext
from qroc_desktop.sync.transports import wire
from qroc_desktop.sync.transports.base import Unreachable
from qroc_desktop.sync.transports.https import HttpsTransport, Patience
from tests.fakes.loops import at_rest
from tests.sync.building import answers, incident
from tests.sync.nodes import NodeCentre, centres, until
from tests.sync.proxy import Fate, Proxy

T = TypeVar("T")
PATIENT = Patience(connect=60.0, silence=60.0, answer=120.0)


class Door:
    """The server of a centre in a thread of this process."""

    def __init__(self, centre: NodeCentre, own: list[Keys] | None = None) -> None:
        self.met: list[str] = []
        began = system_clock()  # and there it stands: whether an alarm is the same again goes by time
        self.receiver = Receiver(centre.exchange, lambda: began, self.met.append)
        self._loop = asyncio.new_event_loop()
        self._workers = ThreadPoolExecutor(2)
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.server = self._do(self._made(own or [centre.identity.keys]))
        self.port = int(self.server.address.rpartition(":")[2])
        self.address = f"https://{self.server.address}"

    async def _made(self, own: list[Keys]) -> Server:
        server = Server(self.receiver, self._workers, own)
        server.trust(self.receiver.pins())
        await server.start("127.0.0.1", 0)
        return server

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(60)

    def close(self) -> None:
        self._do(self.server.stop())
        self._do(at_rest())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._workers.shutdown()


@contextlib.contextmanager
def door(centre: NodeCentre, own: list[Keys] | None = None) -> Iterator[Door]:
    made = Door(centre, own)
    try:
        yield made
    finally:
        made.close()


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[tuple[NodeCentre, NodeCentre]]:
    with centres(tmp_path, "Noord", "Süd") as (noord, sued):
        yield noord, sued


@contextlib.contextmanager
def transport(centre: NodeCentre) -> Iterator[tuple[HttpsTransport, list[tuple[str, str]]]]:
    alarms: list[tuple[str, str]] = []
    made = HttpsTransport(
        centre.identity, system_clock, lambda code, peer: alarms.append((code, peer)), patience=PATIENT
    )
    try:
        yield made, alarms
    finally:
        made.close()


def parcel(sender: NodeCentre, recipient: NodeCentre, item: str = "a") -> bytes:
    (data,) = sender.exchange.dispatch.parcels(sender.sends(recipient, incident(item)).bundle)
    return data


def test_a_parcel_and_its_answer_on_one_connection(pair: tuple[NodeCentre, NodeCentre]) -> None:
    noord, sued = pair
    with door(sued) as at, Proxy(at.port) as network, transport(noord) as (https, alarms):
        way = https.to(f"https://127.0.0.1:{network.port}")
        peer = noord.exchange.roster.active(sued.id)
        for item in "abc":
            replies = way.send(peer, parcel(noord, sued, item))
            assert [answer.answer for answer in answers(tuple(replies))] == [Answer.STORED]
        assert network.connections == 1
    assert len(sued.exchange.inbox.pending()) == 3
    assert alarms == []


def test_several_parcels_in_one_request(pair: tuple[NodeCentre, NodeCentre]) -> None:
    noord, sued = pair
    good, other = parcel(noord, sued), parcel(noord, sued, "b")
    damaged = good[:-1] + bytes([good[-1] ^ 1])
    with door(sued) as at, transport(noord) as (https, _):
        outcomes = https.to(at.address).send_together(noord.exchange.roster.active(sued.id), [good, damaged, other])
    assert [outcome.code for outcome in outcomes] == ["", "damaged", ""]
    assert [row.seq for row in sued.exchange.inbox.pending()] == [1, 2]
    assert sued.alarms() == [("damaged", noord.id, 1)]


def test_a_rejection_carries_its_code(pair: tuple[NodeCentre, NodeCentre]) -> None:
    noord, sued = pair
    data = parcel(noord, sued)
    with (
        door(sued) as at,
        transport(noord) as (https, _),
        pytest.raises(Rejected) as caught,
    ):
        https.to(at.address).send(noord.exchange.roster.active(sued.id), data[:-40] + b"x" * 40)
    assert caught.value.code is Code.DAMAGED


def test_a_stranger_gets_nothing_and_one_alarm_is_sounded(pair: tuple[NodeCentre, NodeCentre], tmp_path: Path) -> None:
    noord, sued = pair
    stranger = NodeCentre(tmp_path / "stranger", "Fremd")
    stranger.enrols(sued)
    with door(sued) as at, transport(stranger) as (https, _):
        for _ in range(5):
            with pytest.raises(Unreachable):
                https.to(at.address).send(stranger.exchange.roster.active(sued.id), parcel(noord, sued))
        until(sued.alarms, "an alarm")
        assert sued.alarms() == [("unknown-certificate", "", 1)]
    assert sued.exchange.inbox.received() == []
    stranger.close()


@pytest.mark.parametrize("newest", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_no_tls_before_1_3(pair: tuple[NodeCentre, NodeCentre], newest: ssl.TLSVersion) -> None:
    noord, sued = pair
    context = tls.ClientContext.to([sued.identity.keys.certificate], noord.identity.keys, print)
    context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1_2, newest
    with door(sued) as at, socket.create_connection(("127.0.0.1", at.port), 60) as raw:
        if newest is ssl.TLSVersion.TLSv1_3:
            with context.wrap_socket(raw) as connection:
                assert connection.version() == "TLSv1.3"
        else:
            with pytest.raises(OSError, match=r"(?i)eof|protocol|reset"):
                context.wrap_socket(raw)


def test_who_shows_no_certificate_gets_nothing(pair: tuple[NodeCentre, NodeCentre]) -> None:
    _, sued = pair
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        door(sued) as at,
        socket.create_connection(("127.0.0.1", at.port), 60) as raw,
        context.wrap_socket(raw) as bare,
    ):
        got = b""
        with contextlib.suppress(OSError):
            bare.sendall(b"GET /here HTTP/1.1\r\nHost: a\r\n\r\n")
            got = bare.recv(100)
        assert got == b""
        until(sued.alarms, "an alarm")
    assert sued.alarms() == [("unknown-certificate", "", 1)]


def test_a_server_with_another_certificate_gets_nothing(pair: tuple[NodeCentre, NodeCentre], tmp_path: Path) -> None:
    """Somebody answers at the peer's address, with a certificate that even bears the peer's name."""
    noord, sued = pair
    data = parcel(noord, sued)
    with door(sued, [Keys.new(sued.id, system_clock())]) as at, transport(noord) as (https, alarms):
        with pytest.raises(Unreachable):
            https.to(at.address).send(noord.exchange.roster.active(sued.id), data)
        assert alarms == [("unexpected-certificate", sued.id)]
    assert sued.exchange.inbox.received() == []


def test_a_peer_signed_certificate_is_not_its_certificate(pair: tuple[NodeCentre, NodeCentre]) -> None:
    """No chain is believed: the client compares the certificate byte for byte, whatever the library accepted."""
    noord, sued = pair
    context = tls.ClientContext.to([sued.identity.keys.certificate], noord.identity.keys, print)
    said: list[str] = []
    context.alarm = said.append
    context.pins = frozenset({b"another one"})
    with (
        door(sued) as at,
        socket.create_connection(("127.0.0.1", at.port), 60) as raw,
        pytest.raises(ssl.SSLCertVerificationError),
    ):
        context.wrap_socket(raw)
    assert said == ["unexpected-certificate"]


def test_revoked_in_the_middle_of_a_connection(pair: tuple[NodeCentre, NodeCentre]) -> None:
    noord, sued = pair
    peer = noord.exchange.roster.active(sued.id)
    with door(sued) as at, Proxy(at.port) as network, transport(noord) as (https, _):
        way = https.to(f"https://127.0.0.1:{network.port}")
        way.send(peer, parcel(noord, sued))
        sued.exchange.roster.revoke(noord.id, officer="Anna", why="keys lost")
        before = network.connections
        down = network.down
        with pytest.raises(Unreachable):
            way.send(peer, parcel(noord, sued, "b"))
        assert network.down - down < 200 or network.connections > before, "no answer on the connection"
    assert len(sued.exchange.inbox.received()) == 1
    assert [alarm[:2] for alarm in sued.alarms()] == [("revoked", noord.id)]


@pytest.mark.parametrize("hours", [-1, 0, 1])
def test_the_server_renewed_its_keys(pair: tuple[NodeCentre, NodeCentre], hours: int) -> None:
    """A peer that has not taken them up yet is still shown the former certificate, one that has sees the new one."""
    noord, sued = pair
    now = system_clock()
    former = sued.identity
    sued.rotate(former.rotated(Instant(now + seconds(hours * 3600)), Instant(now + OVERLAP)))
    own = [sued.identity.keys, former.keys]
    with door(sued, own) as at, transport(noord) as (https, alarms):
        way = https.to(at.address)
        way.send(noord.exchange.roster.active(sued.id), parcel(noord, sued))
        noord.exchange.enrol(sued.exchange.invite(), officer="Anna")
        peer = noord.exchange.roster.active(sued.id)
        assert len(peer.valid_keys(system_clock())) == 2
        way.send(peer, parcel(noord, sued, "b"))
        assert alarms == []
    assert len(sued.exchange.inbox.pending()) == 2


def test_who_is_silent_is_not_shown_another_certificate(pair: tuple[NodeCentre, NodeCentre]) -> None:
    """It has refused none, and one that it does not know would alarm it."""
    noord, sued = pair
    now = system_clock()
    noord.rotate(noord.identity.rotated(now, Instant(now + OVERLAP)))
    impatient = HttpsTransport(noord.identity, system_clock, lambda *_: None, patience=Patience(silence=0.2))
    with (
        door(sued) as at,
        Proxy(at.port, lambda: Fate(kind="hole")) as network,
        contextlib.closing(impatient),
        pytest.raises(Unreachable, match="in time"),
    ):
        impatient.to(f"https://127.0.0.1:{network.port}").reach(noord.exchange.roster.active(sued.id))
    assert network.connections == 1
    assert sued.alarms() == []


@pytest.mark.parametrize("hours", [-1, 0, 1])
def test_the_client_renewed_its_keys(pair: tuple[NodeCentre, NodeCentre], hours: int) -> None:
    noord, sued = pair
    now = system_clock()
    noord.rotate(noord.identity.rotated(Instant(now + seconds(hours * 3600)), Instant(now + OVERLAP)))
    with door(sued) as at, transport(noord) as (https, _):
        https.to(at.address).send(noord.exchange.roster.active(sued.id), parcel(noord, sued))
        sued.exchange.enrol(noord.exchange.invite(), officer="Anna")
        at.server.trust(at.receiver.pins())
        https.to(at.address).send(noord.exchange.roster.active(sued.id), parcel(noord, sued, "b"))
    assert len(sued.exchange.inbox.pending()) == 2


def test_a_request_that_is_too_large_is_not_read_to_its_end(pair: tuple[NodeCentre, NodeCentre]) -> None:
    noord, sued = pair
    with door(sued) as at, transport(noord) as (https, _), pytest.raises(Unreachable):
        https.call(noord.exchange.roster.active(sued.id), at.address, wire.PARCELS, bytes(wire.MOST_REQUEST + 1))


@pytest.mark.expects_log("a request could not be dealt with")
def test_trouble_of_the_other_side_is_no_refusal(pair: tuple[NodeCentre, NodeCentre]) -> None:
    """Its exchange file cannot be written, say: it is tried again, and nothing stops."""
    noord, sued = pair
    with door(sued) as at, transport(noord) as (https, _):
        sued.exchange.database.close()
        with pytest.raises(Unreachable, match="503"):
            https.to(at.address).send(noord.exchange.roster.active(sued.id), parcel(noord, sued))


def test_the_environment_changes_nothing(pair: tuple[NodeCentre, NodeCentre], monkeypatch: pytest.MonkeyPatch) -> None:
    noord, sued = pair
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, os.devnull)
    with door(sued) as at, transport(noord) as (https, _):
        https.to(at.address).send(noord.exchange.roster.active(sued.id), parcel(noord, sued))
    assert len(sued.exchange.inbox.pending()) == 1


ANSWERS: dict[str, bytes] = {
    "redirect": b"HTTP/1.1 307 Go\r\nLocation: https://127.0.0.1:9/parcels\r\nContent-Length: 0\r\n\r\n",
    "error": b"HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n",
    "another thing": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    "wrong number": b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n\x90",
    "cut short": b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nhello",
    "no http": b"\x00\x01\x02\r\n\r\n",
    "nothing": b"",
    "too much": b"HTTP/1.1 200 OK\r\nContent-Length: 90000000\r\n\r\n" + bytes(9_000_000),
    "bomb": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 20\r\n\r\n" + bytes(20),
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_answers_that_are_none(pair: tuple[NodeCentre, NodeCentre], answer: bytes) -> None:
    """A peer's server that is not itself: each is a network error, and tried again."""
    noord, sued = pair
    context = ServerContext.of([sued.identity.keys], print)
    context.trust([noord.identity.keys.certificate])

    def serve(listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            raw, _ = listener.accept()
            with context._present.wrap_socket(raw, server_side=True) as connection:
                connection.recv(65536)
                connection.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as listener, transport(noord) as (https, _):
        threading.Thread(target=serve, args=(listener,), daemon=True).start()
        way = https.to(f"https://127.0.0.1:{listener.getsockname()[1]}")
        with pytest.raises(Unreachable):
            way.send(noord.exchange.roster.active(sued.id), parcel(noord, sued))


def test_nobody_listens(pair: tuple[NodeCentre, NodeCentre]) -> None:
    noord, sued = pair
    with transport(noord) as (https, _), pytest.raises(Unreachable, match="no connection"):
        https.to("https://127.0.0.1:9").send(noord.exchange.roster.active(sued.id), parcel(noord, sued))


def large(sender: NodeCentre, recipient: NodeCentre, megabytes: int) -> tuple[str, list[bytes]]:
    photo = os.urandom(megabytes * 1024 * 1024)
    entry = Attachment(sha256=sha256(photo), name="photo.jpg", media="image/jpeg", size=len(photo))
    queued = sender.sends(recipient, incident("a"), attachments=(entry,), files={entry.sha256: photo})
    return queued.bundle, list(sender.exchange.dispatch.parcels(queued.bundle))


def test_a_burst_goes_in_few_requests_and_in_order(pair: tuple[NodeCentre, NodeCentre]) -> None:
    noord, sued = pair
    bundles = [noord.sends(sued, incident(f"item-{number}")).bundle for number in range(60)]
    bundles.append(large(noord, sued, 2)[0])
    bundles += [noord.sends(sued, incident(f"item-{number}")).bundle for number in range(60, 70)]
    missed: list[str] = []
    with door(sued) as at, transport(noord) as (https, _):
        allowed = Allowed(https=Https(to=("127.0.0.1:*",)), routes={sued.id: (at.address,)})
        routes = Routes(allowed, noord.id, https, [], missed.append, lambda *why: missed.extend(why))
        outcome = Courier(noord.exchange, routes, lambda: False).round(sued.id)
    assert (outcome.sent, outcome.unreachable, outcome.rejected) == (71, 0, 0)
    assert set(missed) == {sued.id}
    # The server asks who it is before it reads a request and again when it takes it in.
    assert len(at.met) // 2 < 12
    assert [row.bundle for row in sued.exchange.inbox.pending()] == bundles
    assert {noord.state(bundle) for bundle in bundles} == {"stored"}


def test_a_round_locks_the_exchange_only_where_there_is_something_to_write(pair: tuple[NodeCentre, NodeCentre]) -> None:
    """The window writes to the same file, and waits."""
    noord, sued = pair
    statements: list[str] = []
    with door(sued) as at, transport(noord) as (https, _):
        allowed = Allowed(https=Https(to=("127.0.0.1:*",)), routes={sued.id: (at.address,)})
        routes = Routes(allowed, noord.id, https, [], lambda _: None, lambda *_: None)
        courier = Courier(noord.exchange, routes, lambda: False)
        noord.exchange.database.observe(statements.append)
        assert courier.round(sued.id).sent == 0
        assert statements.count("BEGIN IMMEDIATE") == 0
        queued = noord.sends(sued, incident("a"))
        statements.clear()
        assert courier.round(sued.id).sent == 1
        assert statements.count("BEGIN IMMEDIATE") == 2, "that it is tried, and what was answered"
        assert noord.state(queued.bundle) == "stored"


def test_every_route_is_told_apart(pair: tuple[NodeCentre, NodeCentre], tmp_path: Path) -> None:
    noord, sued = pair
    told: list[tuple[str, str, str]] = []
    stick = tmp_path / "stick"
    nowhere = "https://127.0.0.1:9"
    with door(sued) as at, transport(noord) as (https, _):
        allowed = Allowed(
            https=Https(to=("127.0.0.1:*",)), folder=Folder(paths=(str(stick),)),
            routes={sued.id: (f"folder:{stick}", nowhere, at.address)},
        )  # fmt: skip
        routes = Routes(allowed, noord.id, https, [], lambda _: None, lambda *_: None, lambda *way: told.append(way))
        noord.sends(sued, incident("a"))
        assert Courier(noord.exchange, routes, lambda: False).round(sued.id).sent == 1
        assert [(centre, route, bool(why)) for centre, route, why in told] == [
            (sued.id, f"folder:{stick}", True), (sued.id, nowhere, True), (sued.id, at.address, False),
        ]  # fmt: skip
        told.clear()
        routes.to(noord.exchange.roster.active(sued.id)).reach()
        assert [(route, bool(why)) for _, route, why in told] == [(nowhere, True), (at.address, False)]


def test_what_was_cut_off_is_sent_again_and_taken_in_once(pair: tuple[NodeCentre, NodeCentre]) -> None:
    noord, sued = pair
    fates = iter([Fate(kind="cut", way="down", after=8_000), Fate(kind="corrupt", after=9_000)])
    bundles = [noord.sends(sued, incident(f"item-{number}")).bundle for number in range(100)]
    with door(sued) as at, Proxy(at.port, lambda: next(fates, Fate())) as network, transport(noord) as (https, _):
        address = f"https://127.0.0.1:{network.port}"
        allowed = Allowed(https=Https(to=("127.0.0.1:*",)), routes={sued.id: (address,)})
        routes = Routes(allowed, noord.id, https, [], lambda _: None, lambda *_: None)
        courier = Courier(noord.exchange, routes, lambda: False)
        cut_off = 0
        while any(noord.state(bundle) == "queued" for bundle in bundles):
            cut_off += courier.round(sued.id).unreachable
            noord.exchange.dispatch.wake(sued.id)
    assert cut_off == 2
    assert sorted(network.fates) == ["corrupt", "cut"]
    assert [row.bundle for row in sued.exchange.inbox.pending()] == bundles


def test_a_large_bundle_goes_on_where_it_was_cut(pair: tuple[NodeCentre, NodeCentre]) -> None:
    noord, sued = pair
    bundle, (data,) = large(noord, sued, 5)
    fates = iter([Fate(kind="cut", after=3_500_000)])
    with door(sued) as at, Proxy(at.port, lambda: next(fates, Fate())) as network, transport(noord) as (https, _):
        way = https.to(f"https://127.0.0.1:{network.port}")
        peer = noord.exchange.roster.active(sued.id)
        with pytest.raises(Unreachable):
            way.send(peer, data)
        first = network.up
        assert first <= 3_500_000
        replies = way.send(peer, data)
        again = network.up - first
    assert answers(tuple(replies))[0].answer is Answer.STORED
    # Three whole chunks had arrived; what is sent now is the rest and what TLS and HTTP need.
    assert again < len(data) - 3 * 1024 * 1024 + 50_000, (first, again)
    opened = sued.exchange.inbox.opened(bundle)
    assert [len(file) for file in opened.files.values()] == [5 * 1024 * 1024]


def test_what_a_peer_lacks_is_told_to_that_peer_alone(tmp_path: Path) -> None:
    """The question is about a bundle that the asking peer signed; parts that others sent do not count."""
    with centres(tmp_path, "Noord", "Süd", "Est") as (noord, sued, est):
        _, (data,) = large(noord, sued, 2)
        with door(sued) as at, transport(noord) as (https, _), transport(est) as (other, _):
            https.to(at.address).send(noord.exchange.roster.active(sued.id), data)
            outcome = other.to(at.address).send_together(est.exchange.roster.active(sued.id), [data])[0]
            assert outcome == wire.Outcome(code="wrong-carrier")


def test_the_private_key_is_in_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pair: tuple[NodeCentre, NodeCentre]
) -> None:
    keys = Identity.new("Noord", "NL", system_clock()).keys
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    seen: list[tuple[bytes, int, int]] = []
    load: Callable[..., None] = ssl.SSLContext.load_cert_chain

    def watched(self: ssl.SSLContext, path: str, password: bytes) -> None:
        mode = os.stat(path).st_mode
        seen.append((Path(path).read_bytes(), mode & 0o777, os.stat(Path(path).parent).st_mode & 0o777))
        load(self, path, password=password)

    monkeypatch.setattr(ssl.SSLContext, "load_cert_chain", watched)
    tls.ClientContext.to([], keys, print)
    assert list((tmp_path / "temporary").iterdir()) == []
    monkeypatch.delattr(os, "memfd_create", raising=False)
    tls.ClientContext.to([], keys, print)
    assert list((tmp_path / "temporary").iterdir()) == []
    for pem, _, _ in seen:
        assert b"ENCRYPTED PRIVATE KEY" in pem
        assert b"BEGIN PRIVATE KEY" not in pem
        assert b"BEGIN EC PRIVATE KEY" not in pem
    assert seen[-1][1:] == (0o600, 0o700)
