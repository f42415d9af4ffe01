"""Plans while they are being made, kept in files of the seat's own: red's legs with how their way was found, and what
the director is making of a plan that waits.

The files lie in a folder beside the seat's workspace, never in it: a workspace is shared, exported and replayed.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final, Generic, TypeVar

import msgspec

from qroc_desktop.domain.geodesy import LonLat
from qroc_desktop.errors import Damaged, Message, Refused
from qroc_desktop.exercise.plans import Intent
from qroc_desktop.exercise.ruling import RuledLeg
from qroc_desktop.reasons import reason_of

MOST_BYTES: Final = 20_000_000


class _PointedAt(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A way as it is pointed at on the map. `places`: where, lon, lat; empty where nobody has. `roads`: it should
    follow roads, and `along` whether it does, `why` why not."""

    places: tuple[LonLat, ...] = ()
    roads: bool = False
    along: bool = False
    why: str = ""


class DraftLeg(_PointedAt, frozen=True, kw_only=True, omit_defaults=True):
    """A leg as red draws it."""

    intent: Intent


class Drafts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """By entity: what is being made, and what was sent last, to be taken up again where it was declined."""

    making: dict[str, tuple[DraftLeg, ...]] = {}
    sent: dict[str, tuple[DraftLeg, ...]] = {}


class RulingLeg(_PointedAt, frozen=True, kw_only=True, omit_defaults=True):
    """A leg as the director rules it; nobody has pointed at its way while that is red's."""

    leg: RuledLeg


class RulingDraft(msgspec.Struct, frozen=True, kw_only=True):
    """What is being made of the plan that `entity`'s team sent at `t` (scenario milliseconds)."""

    entity: str
    t: int
    legs: tuple[RulingLeg, ...]


Rulings = tuple[RulingDraft, ...]
D = TypeVar("D")


class _KeptFile(Generic[D]):
    """Reads and writes one file of drafts."""

    def __init__(self, workspace: Path, name: str, kind: type[D], nothing: D) -> None:
        """workspace: the seat's own; NAME.qroc has its drafts in NAME-plans/."""
        self.path = workspace.with_name(f"{workspace.stem}-plans") / name
        self._decoder = msgspec.json.Decoder(kind)
        self._encoder = msgspec.json.Encoder(order="deterministic")
        self._nothing = nothing

    def read(self) -> D:
        """What was kept; nothing where there is no file. Raises Damaged where it is not what was written."""
        try:
            with self.path.open("rb") as file:
                return self._decoder.decode(file.read(MOST_BYTES))
        except FileNotFoundError:
            return self._nothing
        except OSError as error:
            what = Message("The drafts cannot be read: {reason}.", reason=reason_of(error))
            raise Damaged(what, where=str(self.path)) from error
        except (msgspec.DecodeError, msgspec.ValidationError) as error:
            what = Message("These are no drafts of plans; a new one begins empty.")
            raise Damaged(what, where=str(self.path)) from error

    def write(self, drafts: D) -> None:
        """Keep them, whole or not at all. Raises Refused where that is not possible."""
        rough = self.path.with_suffix(".new")
        try:
            self.path.parent.mkdir(mode=0o700, exist_ok=True)
            rough.write_bytes(self._encoder.encode(drafts))
            os.replace(rough, self.path)
        except OSError as error:
            what = Message("The draft cannot be kept: {reason}.", reason=reason_of(error))
            raise Refused(what, where=str(self.path)) from error


class DraftFile(_KeptFile[Drafts]):
    """The plans that a seat is making."""

    def __init__(self, workspace: Path) -> None:
        super().__init__(workspace, "drafts.json", Drafts, Drafts())


class RulingFile(_KeptFile[Rulings]):
    """What a director is making of plans that wait."""

    def __init__(self, workspace: Path) -> None:
        super().__init__(workspace, "rulings.json", Rulings, ())
