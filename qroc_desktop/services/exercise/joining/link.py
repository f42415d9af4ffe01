"""A workstation's way to the node of an exercise that it joined."""

from __future__ import annotations

import contextlib
import http.client
import ssl
import threading
from collections.abc import Generator
from typing import Final

import msgspec

from qroc_desktop.errors import Message, Refused
from qroc_desktop.exercise import join_code
from qroc_desktop.exercise.frames import LARGEST, Medium
from qroc_desktop.exercise.intake import Receipt
from qroc_desktop.exercise.seating import SeatInfo
from qroc_desktop.reasons import reason_of
from qroc_desktop.services.exercise.joining import wire
from qroc_desktop.services.exercise.joining.tls import PinnedConnection, WrongServerError, fingerprint
from qroc_desktop.store.files import PIECE

_FINAL: Final = frozenset({400, 409, 413})
_ANSWER_S: Final = 15.0


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """Which node, which seat's key, and who comes. `pin`: of the code; `certificate`: SHA-256 of the one that was
    found to have it, empty before the first time."""

    host: str
    port: int
    pin: str
    key: bytes
    client: str
    name: str = ""
    certificate: str = ""


class NotReachedError(Refused):
    """The node is not there, or cannot now; it is worth trying again."""


class NotAdmittedError(NotReachedError):
    """The node is there and does not know the key, or no longer."""


class Link:
    """Requests of several threads, one after the other, and one stream of frames."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self._turn = threading.Lock()
        self._kept: PinnedConnection | None = None
        self._streaming: PinnedConnection | None = None
        self._believed = target.certificate

    @property
    def certificate(self) -> str:
        """SHA-256 of the certificate that has the pin of the code; empty before the first connection."""
        return self._believed

    def seat(self) -> SeatInfo:
        """What the seat knows from the beginning. Raises NotReachedError."""
        try:
            return msgspec.json.decode(self._ask("GET", wire.SEAT, None, wire.LONGEST_ANSWER), type=SeatInfo)
        except msgspec.DecodeError as error:
            raise self._not_reached(Message("The node answers with something that cannot be read.")) from error

    def say(self, data: bytes) -> Receipt:
        """Hand over something said. Raises NotReachedError, or Refused where it will never be taken."""
        try:
            return msgspec.json.decode(self._ask("POST", wire.SAY, data, wire.LONGEST_ANSWER), type=Receipt)
        except msgspec.DecodeError as error:
            raise self._not_reached(Message("The node answers with something that cannot be read.")) from error

    def medium(self, medium: Medium) -> bytes:
        """A medium that was told; as long as it was said to be. Raises NotReachedError or Refused."""
        return self._ask("GET", wire.MEDIUM + medium.sha256, None, medium.size)

    def piece(self, sha256: str, number: int) -> bytes:
        """A piece of a file of an item. Raises NotReachedError or Refused."""
        return self._ask("GET", f"{wire.FILE}{sha256}/{number}", None, PIECE)

    def bring(self, sha256: str, size: int, number: int, data: bytes) -> int | None:
        """Hand over a piece of a file of `size` bytes; which one comes next, None where the node has all of it. No
        data: only ask. Raises NotReachedError, or Refused where it will never be taken."""
        try:
            answer = self._ask("POST", f"{wire.FILE}{sha256}/{number}?size={size}", data, wire.LONGEST_ANSWER)
            return msgspec.json.decode(answer, type=wire.Wanted).number
        except msgspec.DecodeError as error:
            raise self._not_reached(Message("The node answers with something that cannot be read.")) from error

    def frames(self) -> Generator[bytes, None, None]:
        """What is served, without end. Raises NotReachedError where it ends all the same."""
        connection = self._streaming = self._connection(wire.SILENCE_S)
        response: http.client.HTTPResponse | None = None
        try:
            connection.request("GET", wire.SHOWN, headers=self._headers())
            response = connection.getresponse()
            if response.status != 200:
                raise self._refused(response.status, response.read(wire.LONGEST_ANSWER))
            while len(head := response.read(4)) == 4:
                size = int.from_bytes(head, "big")
                if size > LARGEST:
                    raise self._not_reached(Message("The node answers with something that cannot be read."))
                frame = response.read(size)
                if len(frame) < size:
                    break
                yield frame
            raise self._not_reached(Message("The connection to the exercise has ended."))
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise self._explained(error) from error
        finally:
            if response is not None:
                response.close()
            connection.close()
            self._streaming = None

    def abort(self) -> None:
        """End whatever is under way, from any thread."""
        for connection in (self._streaming, self._kept):
            if connection is not None:
                connection.abort()

    def close(self) -> None:
        """Let the kept connection go; whoever still waits for an answer is aborted first."""
        self.abort()
        with self._turn:
            self._drop()

    # --- parts -----------------------------------------------------------------------------------

    def _ask(self, method: str, path: str, body: bytes | None, most: int) -> bytes:
        with self._turn:
            for attempt in (1, 2):
                fresh = self._kept is None
                try:
                    return self._once(method, path, body, most)
                except (OSError, http.client.HTTPException, ValueError) as error:
                    self._drop()
                    # A connection that was kept may have ended meanwhile, which says nothing about the node.
                    if fresh or attempt == 2:
                        raise self._explained(error) from error
                except Refused:
                    self._drop()
                    raise
        raise AssertionError("unreachable")

    def _once(self, method: str, path: str, body: bytes | None, most: int) -> bytes:
        if self._kept is None:
            self._kept = self._connection(_ANSWER_S)
        connection = self._kept
        connection.request(method, path, body=body, headers=self._headers())
        with connection.getresponse() as response:
            data = response.read(most + 1)
            if response.status != 200:
                raise self._refused(response.status, data)
            if len(data) > most:
                raise ValueError("the answer does not end")
            response.read()  # or the connection cannot be used again
            return data

    def _drop(self) -> None:
        if self._kept is not None:
            with contextlib.suppress(OSError):
                self._kept.close()
            self._kept = None

    def _connection(self, silence_s: float) -> PinnedConnection:
        return PinnedConnection(self.target.host, self.target.port, self._believes, timeout=silence_s)

    def _believes(self, certificate: bytes) -> bool:
        shown = fingerprint(certificate)
        if not self._believed and join_code.pin_of(certificate) == self.target.pin:
            self._believed = shown
        return shown == self._believed

    def _headers(self) -> dict[str, str]:
        return {
            "Authorization": wire.SCHEME + self.target.key.hex(),
            wire.CLIENT: self.target.client,
            wire.NAME: wire.written_name(self.target.name),
        }

    def _refused(self, status: int, body: bytes) -> Refused:
        if status in _FINAL:
            return wire.refusal(wire.read_why(body))
        if status == 401:
            return NotAdmittedError(
                Message("This code is not valid, or not any more."),
                where=self._where,
                action=Message("Ask the exercise director for a new code."),
            )
        return self._not_reached(wire.refusal(wire.read_why(body)).what)

    def _explained(self, error: Exception) -> NotReachedError:
        if isinstance(error, WrongServerError):
            return NotReachedError(
                Message("Whoever answers there is not the exercise of this code."),
                where=self._where,
                kept=Message("Nothing was sent."),
                action=Message("Have the code read out again, and tell the exercise director."),
            )
        if isinstance(error, TimeoutError):
            return self._not_reached(Message("The exercise does not answer in time."))
        if isinstance(error, ssl.SSLError | http.client.HTTPException) or not isinstance(error, OSError):
            return self._not_reached(Message("The node answers with something that cannot be read."))
        return self._not_reached(Message("The exercise cannot be reached: {reason}.", reason=reason_of(error)))

    def _not_reached(self, what: Message) -> NotReachedError:
        return NotReachedError(what, where=self._where, kept=Message("What you write is kept and sent later."))

    @property
    def _where(self) -> str:
        return f"{self.target.host}:{self.target.port}"
