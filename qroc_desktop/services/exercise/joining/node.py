"""The node of an exercise: the process at which workstations take their seats in a run that another one conducts.

It reads the record and never writes it; what seats say it commits to the intake before it acknowledges it. Killed at
any time it loses nothing: whoever joined joins again, and says again what was not acknowledged.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

import filelock
import msgspec

from qroc_desktop.domain.instant import Clock
from qroc_desktop.errors import Message, QrocError, Refused
from qroc_desktop.exercise import seating
from qroc_desktop.exercise.intake import Intake, Receipt
from qroc_desktop.exercise.seating import Saying, Seat
from qroc_desktop.exercise.team_files import SEAT_ROOM, Which
from qroc_desktop.reasons import reason_of
from qroc_desktop.services.exercise.joining import node_status as status
from qroc_desktop.services.exercise.joining.door import Door, Served
from qroc_desktop.services.exercise.joining.following import Following, Published
from qroc_desktop.services.exercise.joining.tls import server_context
from qroc_desktop.services.exercise.joining.wire import LaterError
from qroc_desktop.services.exercise.runs import RECORD
from qroc_desktop.sync.ending import told_to_end

_log = logging.getLogger(__name__)
LOOK_S: Final = 0.02
STATUS_S: Final = 1.0
AGAIN_S: Final = 1.0
MOST_WAITING: Final = 500
"""Of one seat: who conducts has to come first to what was said before."""


class _Seen(NamedTuple):
    """None where something is as it was. `keys`: of the seats that can be taken. `settled`: of what is waited for."""

    keys: Mapping[bytes, Seat] | None
    settled: Mapping[int, Receipt]
    published: Mapping[Seat, Published] | None


class ExerciseNode:
    """One node on one run folder; `run` returns when it was told to stop."""

    def __init__(
        self, folder: Path, listening: tuple[str, int], clock: Clock, *, patience_s: float | None = None
    ) -> None:
        """listening: host and port; port 0 takes a free one. patience_s: how long to wait for somebody who conducts
        before it ends by itself; None: for ever."""
        self._patience_s = patience_s
        self._folder = folder
        self._listening = listening
        self._clock = clock
        self._started = clock()
        self._stopped = threading.Event()
        self._record = ThreadPoolExecutor(1, thread_name_prefix="record")
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="intake")
        self._following: Following | None = None
        self._asked: set[Seat] = set()
        self._conducted = False
        self._trouble = ""
        self._infos: dict[Seat, bytes] = {}
        self._version = -1
        self._waiting: dict[int, asyncio.Future[Receipt]] = {}
        self._awaited: frozenset[int] = frozenset()

    def run(self) -> None:
        """Work until SIGTERM or SIGINT, or `stop`. Raises Refused where another node has the run, or the port."""
        with _only_one(self._folder), told_to_end(self._stopped):
            self._following = Following(self._folder)
            self._intake, self._admission = Intake(self._folder), Intake(self._folder)
            try:
                asyncio.run(self._work())
            finally:
                self._record.shutdown(wait=True, cancel_futures=True)
                self._writer.shutdown(wait=True, cancel_futures=True)
                self._intake.close()
                self._admission.close()
                if self._following is not None:
                    self._following.close()

    def stop(self) -> None:
        """End soon; from any thread."""
        self._stopped.set()

    # --- in the event loop -----------------------------------------------------------------------

    async def _work(self) -> None:
        self._tell = asyncio.Event()
        self._scenario = self._required().scenario
        node = Served(self._info, self._keep, self._receipt, self._medium, self._piece, self._bring, self._tell.set)
        door = Door(server_context(self._folder, self._clock), node)
        try:
            door.admit(self._intake.seats())
            await door.start(*self._listening)
            await self._watch(door)
        finally:
            self._stopped.set()
            await door.stop()
            self._write_status(door, "stopped")

    async def _watch(self, door: Door) -> None:
        loop = asyncio.get_running_loop()
        next_status, conducted_at = 0.0, loop.time()
        while not self._stopped.is_set():
            conducted_at = loop.time() if self._conducted else conducted_at
            if self._patience_s is not None and loop.time() - conducted_at > self._patience_s:
                _log.info("nobody conducts the run any more: the node ends")
                return
            seen = await loop.run_in_executor(self._record, self._look, door.seats, frozenset(self._waiting))
            if seen.keys is not None:
                door.admit(seen.keys)
            for number, receipt in seen.settled.items():
                if (waiting := self._waiting.get(number)) is not None and not waiting.done():
                    waiting.set_result(receipt)
            if seen.published is not None:
                door.publish(seen.published)
            if self._tell.is_set() or loop.time() >= next_status:
                self._tell.clear()
                next_status = loop.time() + STATUS_S
                self._write_status(door, "running")
            await asyncio.sleep(LOOK_S if not self._trouble else AGAIN_S)

    def _info(self, seat: Seat) -> bytes:
        if seat not in self._infos:
            try:
                self._infos[seat] = msgspec.json.encode(seating.info(self._scenario, seat))
            except (KeyError, StopIteration):
                raise Refused(Message("{name} is not defined.", name=seat.team)) from None
        return self._infos[seat]

    async def _keep(self, seat: Seat, saying: Saying, data: bytes) -> Receipt:
        def keep() -> Receipt:
            if self._intake.count_waiting(seat) >= MOST_WAITING:
                raise LaterError(Message("What was said before waits for the director; it is tried again."))
            with self._kept_or_later():
                return self._intake.keep(seat, saying, data, self._clock())

        return await asyncio.get_running_loop().run_in_executor(self._writer, keep)

    async def _receipt(self, number: int, seconds: float) -> Receipt:
        if number not in self._waiting:
            self._waiting[number] = asyncio.get_running_loop().create_future()
        waiting = self._waiting[number]
        try:
            # Several connections may wait for the same.
            return await asyncio.wait_for(asyncio.shield(waiting), seconds)
        except TimeoutError:
            return Receipt(number=number)
        finally:
            self._waiting.pop(number, None)

    async def _medium(self, name: str) -> bytes | None:
        return await asyncio.get_running_loop().run_in_executor(self._record, lambda: self._required().medium(name))

    async def _piece(self, team: str, sha256: str, number: int) -> bytes | None:
        return await asyncio.get_running_loop().run_in_executor(
            self._record, lambda: self._required().piece(team, sha256, number)
        )

    async def _bring(self, seat: Seat, file: Which, number: int, data: bytes) -> int | None:
        def bring() -> int | None:
            if not seating.draws(seat, seating.info(self._scenario, seat).side):
                raise Refused(Message("Observers and evaluators do not change the picture of a team."))
            with self._kept_or_later():
                return self._intake.files.take(file, number, data, seat=f"{seat.team} {seat.role}", room=SEAT_ROOM)

        return await asyncio.get_running_loop().run_in_executor(self._writer, bring)

    @contextmanager
    def _kept_or_later(self) -> Iterator[None]:
        """Where it is our disk and not what was said, it is worth trying again."""
        try:
            yield
        except QrocError as error:
            if error.where != str(self._intake.path):
                raise
            _log.error("the intake cannot be written: %s", error.what.template)
            raise LaterError(Message("The node cannot keep anything now; it is tried again.")) from error

    # --- in the thread of the record -------------------------------------------------------------

    def _look(self, seats: set[Seat], waiting: frozenset[int]) -> _Seen:
        """What is new of the record and of the intake."""
        keys, settled = None, dict[int, Receipt]()
        try:
            version = self._admission.version()
            if version != self._version:
                keys = self._admission.seats()
            if waiting and (version != self._version or not waiting <= self._awaited):
                settled = self._admission.settled(waiting)
            self._version, self._awaited = version, waiting
        except QrocError as error:
            _log.error("the intake cannot be read: %s", error.what.template)
        return _Seen(keys, settled, self._served(seats))

    def _served(self, seats: set[Seat]) -> Mapping[Seat, Published] | None:
        """What is served to these seats, None where that is as it was."""
        try:
            if self._following is None:
                self._following = Following(self._folder)
            fresh = self._following.look()
            conducted = self._following.conducted
            if not fresh and seats == self._asked and conducted == self._conducted and not self._trouble:
                return None
            self._asked, self._conducted, self._trouble = set(seats), conducted, ""
            return self._following.served(seats)
        except (QrocError, sqlite3.Error) as error:
            what = error.what if isinstance(error, QrocError) else Message("The record cannot be read.")
            if not self._trouble:
                _log.error("the record cannot be followed: %s", what.template)
        except Exception as error:
            what = Message("Something went wrong inside the program ({kind}).", kind=type(error).__name__)
            if not self._trouble:
                _log.exception("the record cannot be followed")
        self._trouble = str(what)
        if self._following is not None:
            self._following.close()
            self._following = None
        return None

    # --- parts -----------------------------------------------------------------------------------

    def _required(self) -> Following:
        if self._following is None:
            raise LaterError(Message("The record cannot be read now."))
        return self._following

    def _write_status(self, door: Door, state: str) -> None:
        guests = tuple(
            status.Guest(team=one.seat.team, role=one.seat.role, name=one.name, address=one.address, client=one.client)
            for one in door.guests
        )
        present = status.NodeStatus(
            pid=os.getpid(),
            state=state,
            started=self._started,
            at=self._clock(),
            listening=door.address,
            conducted=self._conducted,
            guests=guests,
            wrong_keys=dict(door.strikes.counts),
            trouble=self._trouble,
        )
        status.write(self._folder, present)


@contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    lock = filelock.FileLock(f"{folder / RECORD}.node.lock", timeout=0, is_singleton=False)
    try:
        lock.acquire()
    except filelock.Timeout:
        raise Refused(Message("Another node is at work on this run."), where=str(folder)) from None
    except OSError as error:
        reason = reason_of(error)
        raise Refused(Message("The run cannot be used: {reason}.", reason=reason), where=str(folder)) from error
    try:
        yield
    finally:
        lock.release()
