"""What a command has in its hands: who works, what time it is, which file, and how to answer."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import click
import msgspec

from qroc_desktop import paths
from qroc_desktop.domain.ids import random_id
from qroc_desktop.domain.instant import Clock, Instant, InstantError, iso, parse
from qroc_desktop.domain.query import Moment
from qroc_desktop.domain.vocabulary import WorkspaceKind
from qroc_desktop.errors import NOTHING_CHANGED, Message, QrocError, Refused
from qroc_desktop.services.briefing import Briefings
from qroc_desktop.services.desk import Desk
from qroc_desktop.services.places import Places
from qroc_desktop.services.settings import user_settings
from qroc_desktop.services.system import system_clock, system_user
from qroc_desktop.services.workspaces import Workspaces
from qroc_desktop.store.gazetteer import Gazetteer
from qroc_desktop.symbology import Kinds, Symbols

MOST: Final = 1_000_000_000
"""More lines than anybody can ask for."""
EXERCISE: Final = "EXERCISE EXERCISE EXERCISE"

class Session:
    """Handed to every command by click; `workspace` is what `-w` named.

    home: the folder with this centre's keys and exchange, None for the usual one. exercise: whether it is the centre
    of exercises, where no workspace says so.
    """

    def __init__(
        self,
        workspace: Path | None,
        *,
        home: Path | None = None,
        passphrase_file: Path | None = None,
        exercise: bool = False,
        clock: Clock = system_clock,
    ) -> None:
        self._path = workspace
        self.home = home
        self.passphrase_file = passphrase_file
        self.exercise = exercise
        self.clock = clock
        self.played = exercise
        """Whether what is answered is of an exercise."""
        self.workspaces = Workspaces(author=system_user(), clock=clock, ids=random_id)

    @property
    def path(self) -> Path:
        """The workspace file; without `-w` a usage error."""
        if self._path is None:
            raise click.UsageError("This command needs a workspace: qroc -w FILE ...")
        if not is_text(str(self._path)):
            raise Refused(Message("The file's name holds bytes that are no characters."), where=str(self._path))
        return self._path

    @cached_property
    def files(self) -> paths.ProgramFiles:
        """Where the program's own files are."""
        return paths.program_files()

    def places(self) -> Places:
        """Search by name or coordinate."""
        return Places(Gazetteer(self.files.maps / "places.sqlite"))

    def briefings(self, desk: Desk) -> Briefings:
        """Briefings of an open workspace."""
        kinds = Kinds.load(self.files.resources / "symbols" / "kinds.toml")
        symbols = Symbols(self.files.page_libraries / "milsymbol" / "dist" / "milsymbol.js", kinds.badges)
        chosen = user_settings()
        return Briefings(desk, kinds=kinds, symbols=symbols, files=self.files, base_map=lambda: chosen.text("base_map"))

    @contextmanager
    def desk(self, *, write: bool = False) -> Iterator[Desk]:
        """The open workspace; commands that only read do not take the lock."""
        desk = self.workspaces.open(self.path, read_only=not write)
        self.played |= desk.identity.kind is WorkspaceKind.EXERCISE
        try:
            behind = write and desk.clock_is_behind
            yield desk
            if behind:
                _tell_clock(desk.now())
        finally:
            desk.close()


def _tell_clock(recorded: Instant) -> None:
    """The record never goes back in time: what is recorded while the clock is behind it bears the record's time."""
    click.echo(
        "note: the clock of this machine is behind the workspace, or one was ahead before; "
        f"recorded as of {iso(recorded)}.",
        err=True,
    )


def answer(as_json: bool, data: Mapping[str, Any], text: str) -> None:
    """One JSON document for programs, or text for people, on standard output. Of an exercise either says so."""
    session = click.get_current_context().obj
    played = isinstance(session, Session) and session.played
    if as_json:
        click.echo(_document({"exercise": True, **data} if played else data))
        return
    if played and not text.startswith(EXERCISE):
        text = f"{EXERCISE}\n{text}" if text else EXERCISE
    click.echo(printable(text), nl=bool(text))


def _document(data: Mapping[str, Any]) -> str:
    try:
        return msgspec.json.encode(data).decode()
    except UnicodeEncodeError:
        # The name of a file need not be text; JSON can say so all the same.
        return json.dumps(data)


def tell_notes(notes: Iterable[Mapping[str, str]]) -> None:
    """Reservations on standard error, where standard output holds a document."""
    for note in notes:
        click.echo(printable(f"note {note['where']}: {note['why']}".replace("\n", " ")), err=True)


def note_of(error: QrocError) -> dict[str, str]:
    """An error as a reservation about an answer that is given all the same."""
    kept = "" if error.kept == NOTHING_CHANGED else str(error.kept)
    parts = (str(error.what), kept, str(error.action or ""))
    return {"where": error.where, "why": " ".join(part for part in parts if part)}


def is_text(text: str) -> bool:
    """Whether it is text: a file's name or an argument may be bytes that are no characters."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def printable(text: str) -> str:
    """Text from outside without control characters, which could drive a terminal."""
    return "".join(c if c.isprintable() or c in "\n\t" else "\N{REPLACEMENT CHARACTER}" for c in text)


class WordsType(click.ParamType[str]):
    """Text; the bytes of a command line need not be any."""

    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Take it as it is, or make it a usage error."""
        text = str(value)
        if not is_text(text):
            self.fail(f"{printable(text)[:80]} holds bytes that are no characters in this terminal", param, ctx)
        return text


class InstantType(click.ParamType[Instant]):
    """ISO 8601 with a zone, or `now`."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Instant:
        """Read it, or make it a usage error."""
        if isinstance(value, int):
            return Instant(value)
        if value == "now":
            return system_clock()
        try:
            return parse(str(value))
        except InstantError as error:
            self.fail(f"{error}; write it with its zone, such as 2026-03-01T14:05:00+01:00", param, ctx)


class BoundsType(click.ParamType[tuple[float, float, float, float]]):
    """W,S,E,N in degrees."""

    name = "w,s,e,n"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[float, float, float, float]:
        """Read it, or make it a usage error."""
        try:
            west, south, east, north = (float(part) for part in str(value).split(","))
        except ValueError:
            self.fail(f"{value!r} is not four numbers W,S,E,N", param, ctx)
        if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90):
            self.fail(f"{value!r} is not a box on Earth: W,S,E,N in degrees, S not above N", param, ctx)
        return (west, south, east, north)


class ZoneType(click.ParamType[str]):
    """The IANA name of a time zone."""

    name = "zone"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Check it, or make it a usage error."""
        name = str(value)
        try:
            return ZoneInfo(name).key if name else ""
        except (OSError, ValueError, KeyError):
            self.fail(f"{name[:40]!r} is not a time zone; name it such as Europe/Berlin", param, ctx)


json_option = click.option("--json", "as_json", is_flag=True, help="Answer with one JSON document.")


def moment_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--valid` and `--known`: the instants that a picture is asked for."""
    known = click.option("--known", type=InstantType(), help="As known at this time (default: all that is known).")
    valid = click.option("--valid", type=InstantType(), help="True at this time (default: now).")
    return valid(known(command))


def moment_of(desk: Desk, valid: Instant | None, known: Instant | None) -> Moment:
    """The moment asked for; without times the present, which is never before the last change: a clock that was put
    back must not hide what is known."""
    when = desk.now() if valid is None else valid
    return Moment(when) if known is None else Moment(when, known)


def write_bytes(data: bytes) -> None:
    """Bytes to standard output as they are."""
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
