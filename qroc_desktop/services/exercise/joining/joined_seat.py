"""A seat of an exercise that is conducted on another machine.

    FOLDER/joined.json    which exercise and seat, and the key with which it is joined again; for its user alone
    FOLDER/TEAM.qroc      the team's workspace, as the director's machine has one too
    FOLDER/said.sqlite    what was said here and what became of it
    FOLDER/shown.json     what was served last
    FOLDER/media/         media that the team was told of and somebody looked at
    FOLDER/coming/        files of items of which a part has come

Three threads: one shows what is served, one says what is said, one carries the files of items. Where the node is not
there all try again, and what is written meanwhile is said later. All of it survives the end of the process at any
moment.
"""

from __future__ import annotations

import hashlib
import logging
import os
import queue
import random
import secrets
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import msgspec

from qroc_desktop.domain.aspects import NOWHERE, Entry, Identity
from qroc_desktop.domain.ids import IdSource
from qroc_desktop.domain.query import Outcome
from qroc_desktop.domain.vocabulary import Aspect, SubjectType, WorkspaceKind
from qroc_desktop.errors import Damaged, Message, QrocError, Refused
from qroc_desktop.exercise.clock import Reading
from qroc_desktop.exercise.edits import Edit
from qroc_desktop.exercise.frames import Assembler, Medium
from qroc_desktop.exercise.intake import Fate, Why
from qroc_desktop.exercise.join_code import JoinCode
from qroc_desktop.exercise.scenario import said
from qroc_desktop.exercise.seating import Edits, Saying, SeatInfo, Served, Wrote, draws, encoded, spoken
from qroc_desktop.exercise.teams import file_name
from qroc_desktop.exercise.view import TeamView
from qroc_desktop.exercise.vocabulary import ClockState
from qroc_desktop.reasons import reason_of
from qroc_desktop.services.desk import Desk
from qroc_desktop.services.exercise.joining.file_courier import FileCourier
from qroc_desktop.services.exercise.joining.link import Link, NotAdmittedError, NotReachedError, Target
from qroc_desktop.services.exercise.joining.sayings import Sayings
from qroc_desktop.services.exercise.joining.seat_clock import SeatClock
from qroc_desktop.services.exercise.joining.wire import LONGEST_SAYING, refusal
from qroc_desktop.services.exercise.team_edits import edits_of, own, untold
from qroc_desktop.services.exercise.team_feed import AUTHOR, MOST_ENTRIES, TeamFeed
from qroc_desktop.services.exporting import save_whole
from qroc_desktop.store import Workspace
from qroc_desktop.sync.allowed import Allowed

JOINED: Final = "joined.json"
SHOWN: Final = "shown.json"
MEDIA: Final = "media"
_SHOWN_EVERY_S: Final = 5.0
_REFUSAL_SHOWN_S: Final = 60.0
_PATIENCE_S: Final = 4.0
"""So long `say` waits to learn what became of it."""
_PAUSES_S: Final = (0.3, 8.0)
_TOO_LARGE: Final = Message("What was done in one step is too large to be shared with the team; it stays here.")
_NOBODY: Final = Message("Nobody conducts the exercise now; its time stands still.")
_log = logging.getLogger(__name__)


class Joined(msgspec.Struct, frozen=True, kw_only=True):
    """What is remembered of an exercise that was joined."""

    target: Target
    info: SeatInfo


def join(code: JoinCode, folder: Path, *, name: str, allowed: Allowed) -> Joined:
    """Take a seat: ask the node for it and make the folder, or take the seat of the folder again with a new code.

    Waits for the node. Raises Refused, in one line, where it is not there, does not know the code, or the folder is
    of something else.
    """
    _allow(allowed, code.host, code.port)
    name = " ".join(name.split())
    if not name:
        raise Refused(Message("Say who you are: what you write bears your name."))
    before = _held(folder)
    client = before.target.client if before is not None else secrets.token_hex(16)
    target = Target(host=code.host, port=code.port, pin=code.pin, key=code.key(), client=client, name=name)
    link = Link(target)
    try:
        info = link.seat()
    finally:
        link.close()
    target = msgspec.structs.replace(target, certificate=link.certificate)
    if before is not None and (before.info.exercise, before.info.seat) != (info.exercise, info.seat):
        raise Refused(Message("This folder is of another exercise or another seat."), where=str(folder))
    if before is not None and before.target.certificate != target.certificate:
        raise Refused(Message("This folder is of another run of the exercise."), where=str(folder))
    joined = Joined(target=target, info=info)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _remember(folder, joined)
    except OSError as error:
        what = Message("The folder cannot be made: {reason}.", reason=reason_of(error))
        raise Refused(what, where=str(folder)) from error
    return joined


def remembered(folder: Path) -> Joined:
    """What a folder was joined to. Raises Refused where it is none."""
    found = _held(folder)
    if found is None:
        raise Refused(Message("No exercise was joined in this folder."), where=str(folder))
    return found


class JoinedSeat:
    """A seat at work, see `seat.ExerciseSeat`. `close` ends it; the folder can be opened again."""

    def __init__(
        self,
        folder: Path,
        *,
        allowed: Allowed,
        ids: IdSource,
        language: str = "en",
        mono: Callable[[], float] = time.monotonic,
    ) -> None:
        """Opens a folder that `join` made, at once and also where the node is not there. Raises Refused or Damaged
        where that is not possible, such as where another program has it open."""
        self.folder = folder
        joined = remembered(folder)
        _allow(allowed, joined.target.host, joined.target.port)
        self.info: SeatInfo = joined.info
        self.name = joined.target.name
        self._shown = _last_shown(folder, joined.info)
        self._clock = SeatClock(joined.info.t0, joined.info.duration, self._shown.reading, mono)
        self._media: dict[str, Medium] = {}
        self._written: queue.SimpleQueue[Saying] = queue.SimpleQueue()
        self._ending, self._news, self._settled = threading.Event(), threading.Event(), threading.Condition()
        self._trouble: QrocError | None = NotReachedError(Message("The exercise is being joined …"))
        self._refused: Refused | None = None
        self._refused_at = 0.0
        self._known = {one.id for one in self._shown.view.said}
        self._draws = draws(self.info.seat, self.info.side)
        self._reminded = False
        self._saved = 0.0
        with ExitStack() as opening:
            self.desk: Desk = self._open(folder / f"{file_name(self.info.seat.team)}.qroc", ids, language)
            opening.callback(self.desk.close)
            self._sayings = Sayings(folder)
            opening.callback(self._sayings.close)
            self._feed = TeamFeed(
                self.desk.workspace, self._clock.instant, language, media=self._fetched, refused=self._stays_here
            )
            opening.callback(self.desk.subscribe(self._heard))
            self._links = tuple(Link(joined.target) for _ in range(4))
            self._courier = FileCourier(
                self.desk.workspace, self._links[3], folder,
                sends=self._draws, refuse=self._refuse, ending=self._ending, pause=_pause,
            )  # fmt: skip
            self._files = opening.pop_all()
        self._threads = [
            threading.Thread(target=work, name=f"qroc-joined-{name}", daemon=True)
            for name, work in (("shown", self._watch), ("said", self._speak), ("files", self._courier.work))
        ]
        for thread in self._threads:
            thread.start()

    def shown(self) -> Served:
        """What was served last."""
        return self._shown

    def reading(self) -> Reading:
        """The exercise's clock now, between what is served as well."""
        return self._clock.reading()

    def trouble(self) -> QrocError | None:
        """Why nothing new is served, or what was said was refused; None where all is well."""
        trouble = self._trouble or self._refusal() or self._courier.trouble
        unsent = self.unsent() if self._trouble is not None and not self._ending.is_set() else 0
        if trouble is None or not unsent:
            return trouble
        kept = Message("What you wrote is kept and sent later ({count}).", count=unsent)
        return NotReachedError(trouble.what, where=trouble.where, kept=kept, action=trouble.action)

    def _refusal(self) -> Refused | None:
        """What was refused lately: it is to be read, and then the place is for what is the matter now."""
        return self._refused if time.monotonic() - self._refused_at < _REFUSAL_SHOWN_S else None

    def unsent(self) -> int:
        """How much was said that the node does not have yet."""
        files = self._courier.unsent()
        return self._sayings.unsent() + files + (0 if self._reminded else self._written.qsize())

    def say(self, saying: Saying) -> None:
        """Have it recorded. It is on this machine's disk at once; where the node cannot be reached it is said later,
        see `trouble`. Raises Refused where it does not fit."""
        self._sayings.put(saying)
        self._news.set()
        until = time.monotonic() + _PATIENCE_S
        with self._settled:
            while (left := until - time.monotonic()) > 0 and not self._ending.is_set():
                receipt = self._sayings.receipt(saying.id)
                if receipt is None or receipt.fate is Fate.DONE:
                    return
                if receipt.fate is Fate.REFUSED:
                    raise refusal(receipt.why)
                if self._trouble is not None:
                    return
                self._settled.wait(min(left, 0.5))

    def medium(self, name: str) -> bytes:
        """A medium that the team was told of, from this machine or from the node; off the GUI thread. Raises Refused
        where it was not told, is not what it was said to be, or cannot be had now."""
        medium = self._media.get(name)
        if medium is None:
            raise Refused(Message("Nothing of this name was told to the team."), where=name)
        path = self.folder / MEDIA / medium.sha256
        if path.is_file() and _is(data := path.read_bytes(), medium):
            return data
        data = self._links[2].medium(medium)
        if not _is(data, medium):
            raise Refused(Message("The medium is not what was told."), where=name)
        path.parent.mkdir(exist_ok=True)
        save_whole(path, data)
        return data

    @property
    def centre(self) -> None:
        """The centre of the team lies where the exercise is conducted; bundles are sent from there."""
        return None

    def taken(self) -> None:
        """Its window was opened; the node knows who is there."""

    def left(self) -> None:
        """Its window was closed: the seat is let go with it."""
        self.close()

    def _fetched(self, name: str) -> bytes | None:
        try:
            return self.medium(name)
        except QrocError as error:
            _log.info("a medium cannot be had now: %s", error.what.template)
            return None

    def close(self) -> None:
        """Let go of everything; what was said and is not sent waits for the next opening."""
        self._ending.set()
        self._news.set()
        for thread in self._threads:
            while thread.is_alive():
                for link in self._links:  # again and again: one may just be about to connect
                    link.abort()
                thread.join(0.2)
        for link in self._links:
            link.close()
        self._save_shown()
        self._files.close()

    # --- opening ---------------------------------------------------------------------------------

    def _open(self, path: Path, ids: IdSource, language: str) -> Desk:
        if not path.exists():
            centre = said(self.info.name, language) or self.info.seat.team
            identity = Identity(centre=centre, country=NOWHERE, kind=WorkspaceKind.EXERCISE)
            Workspace.create(path, identity, author=AUTHOR, clock=self._clock.now, ids=ids).close()
        workspace = Workspace.open(path, clock=self._clock.now, ids=ids)
        return Desk(workspace, author=self.name, clock=self._clock.now, ids=ids)

    def _remind(self) -> None:
        """What was written just before the end of the process may not have been queued."""
        known = self._sayings.ids() | self._known
        for entry in reversed(self.desk.workspace.entries(limit=MOST_ENTRIES)):
            if entry.author != AUTHOR and entry.id not in known:
                self._sayings.put(_wrote(entry.id, entry.entry, entry.author))
        for edit in untold(self.desk.workspace, known) if self._draws else ():
            self._keep(_edits(edit))
        self._reminded = True
        self._news.set()

    # --- what is said ----------------------------------------------------------------------------

    def _heard(self, outcome: Outcome) -> None:
        """In the writer's thread."""
        workspace = self.desk.workspace
        if (batch := own(workspace, outcome.batch)) is None:
            return
        for name in outcome.entries:
            made = workspace.history(SubjectType.ENTRY, name)[0]
            entry = made.patch.get(Aspect.ENTRY)
            if isinstance(entry, Entry):
                self._written.put(_wrote(name, entry, made.author))
        for edit in edits_of(workspace, batch, outcome) if self._draws else ():
            self._written.put(_edits(edit))
        self._news.set()

    def _queue_written(self) -> None:
        # Until it is known what was left over from before, what is written now waits in the workspace: order is kept.
        while self._reminded and not self._written.empty():
            saying = self._written.get()
            # What the team did at other seats comes by the feed and not from here.
            if saying.id not in self._known:
                self._keep(saying)

    def _stays_here(self, batch: str) -> bool:
        """Whether what was done here never comes into the record."""
        return not self._draws or self._sayings.refused(batch)

    def _keep(self, saying: Saying) -> None:
        if self._sayings.put(saying) and len(encoded(saying)) > LONGEST_SAYING:
            self._settle(saying.id, Fate.REFUSED, Why(what=_TOO_LARGE.template))

    def _speak(self) -> None:
        """In the thread that says."""
        failures = 0
        while not self._ending.is_set():
            try:
                self._news.clear()
                self._queue_written()
                waiting = self._sayings.first()
                if waiting is None:
                    self._news.wait(0.5)
                    continue
                self._hand_over(*waiting)
                failures = 0
            except QrocError as error:
                if not isinstance(error, NotReachedError):
                    _log.error("what was said cannot be sent: %s", error.what.template)
                failures += 1
                self._ending.wait(_pause(failures))
            except Exception as error:
                failures += 1
                self._trouble = _inside(error)
                self._ending.wait(_pause(failures))

    def _hand_over(self, name: str, data: bytes) -> None:
        try:
            receipt = self._links[1].say(data)
        except NotReachedError:
            raise
        except Refused as error:
            self._settle(name, Fate.REFUSED, Why(what=error.what.template, params=error.what.params))
            return
        if receipt.fate is Fate.KEPT:
            # It is safe there; who conducts has not come to it yet.
            self._sayings.sent(name)
            return
        self._settle(name, receipt.fate, receipt.why)

    def _refuse(self, why: Refused) -> None:
        self._refused, self._refused_at = why, time.monotonic()

    def _settle(self, name: str, fate: Fate, why: Why) -> None:
        with self._settled:
            self._sayings.settle(name, fate, why)
            if fate is Fate.REFUSED:
                self._refuse(refusal(why))
            self._settled.notify_all()

    # --- what is shown ---------------------------------------------------------------------------

    def _watch(self) -> None:
        """In the thread that shows."""
        failures = 0
        while not self._ending.is_set():
            assembler = Assembler()
            try:
                for frame in self._links[0].frames():
                    self._received(assembler, frame)
                    failures = 0
                    if self._ending.is_set():
                        return
            except QrocError as error:
                if self._ending.is_set():
                    return
                self._trouble = error
                failures += 1
                patient = isinstance(error, NotAdmittedError)
                self._ending.wait(_PAUSES_S[1] if patient else _pause(failures))
            except Exception as error:
                failures += 1
                self._trouble = _inside(error)
                self._ending.wait(_pause(failures))

    def _received(self, assembler: Assembler, frame: bytes) -> None:
        before = self._shown.view
        served = assembler.take(frame)
        self._clock.set(served.reading)
        self._media = assembler.media
        self._known.update(one.id for one in served.view.said)
        self._known.update(one.id for one in served.view.edits)
        if served.view != before or self._trouble is not None:
            self._feed.show(served.view)
        elif self._feed.behind:
            # Time stands still, and nothing else will come that brings the rest with it.
            self._feed.show(served.view, everything=True)
        self._courier.show(served.view.edits, assembler.files)
        self._shown = served
        if not self._reminded:
            self._remind()
        self._trouble = None if assembler.conducted else NotReachedError(_NOBODY)
        if time.monotonic() - self._saved > _SHOWN_EVERY_S:
            self._save_shown()

    def _save_shown(self) -> None:
        self._saved = time.monotonic()
        try:
            # The edits are in the workspace, and come again with the first frame.
            view = msgspec.structs.replace(self._shown.view, edits=())
            shown = msgspec.structs.replace(self._shown, view=view)
            save_whole(self.folder / SHOWN, msgspec.json.encode(shown), flush=lambda _: None)
        except QrocError as error:  # what matters is in the workspace
            _log.info("what was shown last is not kept: %s", error.what.template)


# --- parts ---------------------------------------------------------------------------------------


def _allow(allowed: Allowed, host: str, port: int) -> None:
    if not allowed.allows_joining(host, port):
        raise Refused(
            Message("This machine may not join exercises there."),
            where=f"{host}:{port}",
            kept=Message("Nothing was sent."),
            action=Message("Ask your administrator for a part [exercise] with this address in exchange.toml."),
        )


def _held(folder: Path) -> Joined | None:
    path = folder / JOINED
    try:
        return msgspec.json.decode(path.read_bytes(), type=Joined)
    except FileNotFoundError:
        pass
    except NotADirectoryError as error:
        raise Refused(Message("There is a file of that name already."), where=str(folder)) from error
    except (OSError, msgspec.DecodeError) as error:
        raise Damaged(Message("What was joined here cannot be read."), where=str(path)) from error
    if folder.is_dir() and any(folder.iterdir()):
        raise Refused(Message("There is a folder of that name already."), where=str(folder))
    return None


def _remember(folder: Path, joined: Joined) -> None:
    rough = folder / f".{JOINED}.{secrets.token_hex(4)}"
    try:
        with os.fdopen(os.open(rough, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(msgspec.json.encode(joined))
            file.flush()
            os.fsync(file.fileno())
        os.replace(rough, folder / JOINED)
    finally:
        rough.unlink(missing_ok=True)


def _last_shown(folder: Path, info: SeatInfo) -> Served:
    try:
        found = msgspec.json.decode((folder / SHOWN).read_bytes(), type=Served)
        if found.view.team == info.seat.team:
            return found
    except (OSError, msgspec.DecodeError):
        pass
    reading = Reading(state=ClockState.RESET, t=0, speed=1.0)
    return Served(reading=reading, view=TeamView(team=info.seat.team, t=0))


def _wrote(name: str, entry: Entry, author: str) -> Wrote:
    return Wrote(id=name, by=author, text=spoken(entry.kind, entry.text), corrects=entry.corrects)


def _edits(edit: Edit) -> Edits:
    return Edits(id=edit.id, by=edit.by, touches=edit.touches, label=edit.label, undoes=edit.undoes)


def _is(data: bytes, medium: Medium) -> bool:
    return len(data) == medium.size and hashlib.sha256(data).hexdigest() == medium.sha256


def _inside(error: Exception) -> Damaged:
    """A fault of ours must not end a thread: the officer would see nothing new, and not know it."""
    _log.exception("a joined seat has failed")
    what = Message("Something went wrong inside the program ({kind}).", kind=type(error).__name__)
    return Damaged(what, kept=Message("What was recorded is safe."))


def _pause(failures: int) -> float:
    first, longest = _PAUSES_S
    return min(longest, first * 2.0 ** min(failures - 1, 10)) * random.uniform(0.5, 1.0)  # noqa: S311 - no secret
