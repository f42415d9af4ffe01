"""Mailboxes at a relay that several centres agree on: NATS JetStream, which keeps a parcel until it was taken.

Each centre has a mailbox of its own, a stream from which a message goes away when it is acknowledged; that happens
after what it brought has been committed. The relay sees who writes to which mailbox and how much, and nothing inside.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import threading
from collections.abc import Coroutine, Iterable, Iterator
from concurrent.futures import TimeoutError as TookTooLong
from typing import Any, TypeVar

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, RetentionPolicy, StorageType, StreamConfig
from nats.js.errors import NotFoundError

from qroc_desktop.sync import parcel
from qroc_desktop.sync.allowed import Relay
from qroc_desktop.sync.encoding import sha256
from qroc_desktop.sync.refusals import Code
from qroc_desktop.sync.roster import Peer
from qroc_desktop.sync.transports.base import Incoming, Unreachable

SUBJECT = "qroc.mailbox"
DUPLICATES_S = 20.0
"""So long the relay recognises a parcel that is brought again; after that it is brought to the peer again, which
recognises it as well."""
PATIENCE_S = 10.0
"""How long the relay may take for one thing; three times that, and it brings again what nobody acknowledged."""
BATCH = 8
WAIT_S = 1.0

T = TypeVar("T")


class _NoTls(NatsError):
    """The relay's address asks for TLS, and whoever answers there does not offer it."""


class _Client(Client):
    """A client that means TLS where the address says so. The library's own begins it only where the server asks for
    it, and that question comes in the clear: whoever sits on the way could leave it out."""

    async def _process_info(self, info: dict[str, Any], initial_connection: bool = False) -> None:
        server = self._current_server
        if server is not None and server.uri.scheme == "tls" and not info.get("tls_required"):
            raise _NoTls
        await super()._process_info(info, initial_connection)


class NatsTransport:
    """Our connection to one relay. It runs in a thread of its own, and is made anew where it was lost."""

    def __init__(self, relay: Relay, patience: float = PATIENCE_S) -> None:
        self.server = relay.server
        self._patience = patience
        self._relay = relay
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._closed = False
        self._turn = threading.Lock()
        self._client: Client | None = None
        self._inbox: JetStreamContext.PullSubscription | None = None
        self._connecting = asyncio.Lock()

    def to(self, mailbox: str) -> Mailbox:
        """The transport to whoever empties that mailbox."""
        return Mailbox(self, mailbox)

    def poll(self) -> Iterable[Incoming]:
        """What waits in our mailbox; waits a second for the first. Raises Unreachable."""
        first = self._call(self._fetch())
        return self._incoming(first)

    def publish(self, mailbox: str, data: bytes) -> None:
        """Put a parcel into a mailbox; it is on the relay's disk when this returns. Raises Unreachable."""
        self._call(self._publish(mailbox, data))

    @property
    def largest(self) -> int:
        """The largest message that the relay takes, in bytes. Raises Unreachable."""
        return self._call(self._largest())

    def close(self) -> None:
        """End the connection and its thread, for good."""
        with self._turn:
            self._closed, loop, thread = True, self._loop, self._thread
        if loop is None or thread is None or loop.is_closed():
            return
        with contextlib.suppress(TookTooLong, asyncio.CancelledError):
            asyncio.run_coroutine_threadsafe(self._end(), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        if not thread.is_alive():
            loop.close()

    def _incoming(self, messages: list[Msg]) -> Iterator[Incoming]:
        while messages:
            for message in messages:
                yield Letter(self, message)
            messages = self._call(self._fetch()) if len(messages) == BATCH else []

    def settle(self, action: Coroutine[Any, Any, object]) -> None:
        """Tell the relay what became of a message; where that fails it brings the message again."""
        with contextlib.suppress(Unreachable):
            self._call(action)

    def _call(self, work: Coroutine[Any, Any, T]) -> T:
        loop = self._running()
        if loop is None:
            work.close()
            raise Unreachable("the connection to the relay was closed", self.server)
        future = asyncio.run_coroutine_threadsafe(self._told(work), loop)
        try:
            return future.result(self._patience * 3)
        except TookTooLong:
            future.cancel()
            raise Unreachable("the relay does not answer", self.server) from None

    async def _told(self, work: Coroutine[Any, Any, T]) -> T:
        try:
            return await work
        except Unreachable:
            raise
        except (Exception, asyncio.CancelledError) as error:  # a garbled line can raise anything in the library
            await self._drop()
            reason = "the relay does not take it: " + type(error).__name__
            raise Unreachable(reason, self.server) from error

    def _running(self) -> asyncio.AbstractEventLoop | None:
        with self._turn:
            if self._closed:
                return None
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(target=self._loop.run_forever, name="relay", daemon=True)
                self._thread.start()
            return self._loop

    async def _end(self) -> None:
        await self._drop()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _connected(self) -> Client:
        async with self._connecting:
            if self._client is None or not self._client.is_connected:
                await self._drop()
                self._client = await asyncio.wait_for(self._connect(), self._patience)
            return self._client

    async def _connect(self) -> Client:
        more: dict[str, Any] = {}
        if self._relay.credentials:
            more["user_credentials"] = self._relay.credentials
        if self._relay.authority:
            more["tls"] = ssl.create_default_context(cafile=self._relay.authority)
        client, patience = _Client(), max(1, int(self._patience))
        try:
            await client.connect(self.server, allow_reconnect=False, connect_timeout=patience, error_cb=_quiet, **more)
        except BaseException as error:
            with contextlib.suppress(NatsError, OSError, TimeoutError):
                await client.close()  # the library leaves the socket of a failed attempt open
            if isinstance(error, _NoTls):
                raise Unreachable("the relay does not offer TLS", self.server) from error
            raise
        return client

    async def _drop(self) -> None:
        client, self._client, self._inbox = self._client, None, None
        if client is not None:
            with contextlib.suppress(NatsError, OSError, TimeoutError):
                await asyncio.wait_for(client.close(), 2)

    async def _largest(self) -> int:
        return (await self._connected()).max_payload

    async def _publish(self, mailbox: str, data: bytes) -> None:
        client = await self._connected()
        # The headers count as well, for some hundred bytes.
        if len(data) + 1024 > client.max_payload:
            raise Unreachable(f"the relay takes no message of {len(data)} bytes; raise its max_payload", self.server)
        headers = {"Nats-Msg-Id": sha256(data)}
        await client.jetstream().publish(
            f"{SUBJECT}.{mailbox}", data, timeout=self._patience, stream=_stream(mailbox), headers=headers
        )

    async def _fetch(self) -> list[Msg]:
        if self._inbox is None or self._client is None or not self._client.is_connected:
            self._inbox = await self._subscribed()
        try:
            return await self._inbox.fetch(BATCH, timeout=WAIT_S)
        except TimeoutError:
            return []

    async def _subscribed(self) -> JetStreamContext.PullSubscription:
        stream, subject = _stream(self._relay.mailbox), f"{SUBJECT}.{self._relay.mailbox}"
        mailboxes = (await self._connected()).jetstream(timeout=self._patience)
        try:
            await mailboxes.stream_info(stream)
        except NotFoundError:
            await mailboxes.add_stream(
                StreamConfig(
                    name=stream,
                    subjects=[subject],
                    retention=RetentionPolicy.WORK_QUEUE,
                    storage=StorageType.FILE,
                    num_replicas=self._relay.replicas,
                    duplicate_window=DUPLICATES_S,
                )
            )
        consumer = ConsumerConfig(durable_name="node", ack_policy=AckPolicy.EXPLICIT, ack_wait=self._patience * 3)
        return await mailboxes.pull_subscribe(subject, durable="node", stream=stream, config=consumer)


class Letter:
    """A parcel from our mailbox. The relay proves nothing about who put it there."""

    carrier = None

    def __init__(self, transport: NatsTransport, message: Msg) -> None:
        self._transport = transport
        self._message = message
        self.data = message.data

    def done(self) -> None:
        """It has been committed: the relay need not keep it."""
        self._transport.settle(self._message.ack_sync(timeout=5))

    def refused(self, code: Code) -> None:
        """The relay shall not bring it again; the alarm says why."""
        self._transport.settle(self._message.term())


class Mailbox:
    """The transport to one mailbox."""

    def __init__(self, transport: NatsTransport, mailbox: str) -> None:
        self._transport = transport
        self._mailbox = mailbox

    def poll(self) -> Iterable[Incoming]:
        """Nothing: ours is looked into once for all peers."""
        return ()

    def send(self, peer: Peer, data: bytes) -> list[bytes]:
        """Put a parcel into the mailbox, in parts where the relay takes no larger ones; answers come by `poll`."""
        opened = parcel.unpacked(data)
        if len(opened.chunks) > 1 and len(data) + 1024 > self._transport.largest:
            for chunk in opened.chunks:
                self._transport.publish(self._mailbox, parcel.packed(opened.envelope, [chunk]))
        else:
            self._transport.publish(self._mailbox, data)
        return []


def _stream(mailbox: str) -> str:
    return f"QROC-{mailbox}"


async def _quiet(error: Exception) -> None:
    """What is wrong comes out where it matters: in the call that fails."""
