"""A secret plan while it is being made: legs with how their way was found, kept in a file of the seat's own.

The file lies in a folder beside the seat's workspace, never in it: a workspace is shared, exported and replayed.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import msgspec

from qroc_desktop.domain.geodesy import LonLat
from qroc_desktop.errors import Damaged, Message, Refused
from qroc_desktop.exercise.plans import Intent
from qroc_desktop.reasons import reason_of

MOST_BYTES: Final = 20_000_000


class DraftLeg(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A leg as it was drawn. `places`: what was clicked, lon, lat; `roads`: it should follow roads, and `along` whether
    it does, `why` why not."""

    intent: Intent
    places: tuple[LonLat, ...] = ()
    roads: bool = False
    along: bool = False
    why: str = ""


class Drafts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """By entity: what is being made, and what was sent last, to be taken up again where it was declined."""

    making: dict[str, tuple[DraftLeg, ...]] = {}
    sent: dict[str, tuple[DraftLeg, ...]] = {}


_decoder = msgspec.json.Decoder(Drafts)
_encoder = msgspec.json.Encoder(order="deterministic")


class DraftFile:
    """Reads and writes the drafts of one seat."""

    def __init__(self, workspace: Path) -> None:
        """workspace: the seat's own; NAME.qroc has its drafts in NAME-plans/."""
        self.path = workspace.with_name(f"{workspace.stem}-plans") / "drafts.json"

    def read(self) -> Drafts:
        """What was kept; nothing where there is no file. Raises Damaged where it is not what was written."""
        try:
            with self.path.open("rb") as file:
                return _decoder.decode(file.read(MOST_BYTES))
        except FileNotFoundError:
            return Drafts()
        except OSError as error:
            what = Message("The drafts cannot be read: {reason}.", reason=reason_of(error))
            raise Damaged(what, where=str(self.path)) from error
        except (msgspec.DecodeError, msgspec.ValidationError) as error:
            what = Message("These are no drafts of plans; a new one begins empty.")
            raise Damaged(what, where=str(self.path)) from error

    def write(self, drafts: Drafts) -> None:
        """Keep them, whole or not at all. Raises Refused where that is not possible."""
        rough = self.path.with_suffix(".new")
        try:
            self.path.parent.mkdir(mode=0o700, exist_ok=True)
            rough.write_bytes(_encoder.encode(drafts))
            os.replace(rough, self.path)
        except OSError as error:
            what = Message("The draft cannot be kept: {reason}.", reason=reason_of(error))
            raise Refused(what, where=str(self.path)) from error
