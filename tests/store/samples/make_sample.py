"""Writes the sample workspace of the present file format: `python -m tests.store.samples.make_sample`.

Run once when a version of the format is released; the file it wrote is then opened by the tests for ever and is never
written again. A script for a version that is gone cannot be run any more, and need not be.
"""

from __future__ import annotations

from pathlib import Path

from qroc_desktop.domain.aspects import Attachment, Attachments, Evaluation, Marking, Presence, Settlement, Style
from qroc_desktop.domain.change import Draft
from qroc_desktop.domain.shape import Shape
from qroc_desktop.domain.vocabulary import (
    Aspect,
    Basis,
    Handling,
    InformationAccuracy,
    SourceReliability,
    SubjectType,
    Tlp,
)
from qroc_desktop.store import Workspace, schema
from qroc_desktop.store.files import PIECE, HeldFile
from tests.store.building import HandClock, create, edit, entry, incident, layer, moved, removed, titled

FOLDER = Path(__file__).parent
PHOTO = b"\xff\xd8\xff" + bytes(PIECE)
"""Two pieces; from format 2 on a file holds files."""


def written(path: Path) -> None:
    clock = HandClock()
    with create(path, clock) as workspace:
        fill(workspace, clock)


def fill(workspace: Workspace, clock: HandClock) -> None:
    def step(*drafts: Draft, label: str = "edit", author: str = "anna") -> tuple[str, int]:
        clock.forward(60)
        outcome = workspace.append(drafts, author=author, label=label)
        return outcome.batch, outcome.last_seq

    step(layer("fire", "Fire", 1.0), layer("units", "Einheiten", 2.0), label="layers")
    _, base = step(incident("a", 4.9, 52.37, title="Brand in de Łódźstraat", place="Amsterdam", layer="fire"))
    step(incident("b", 13.4, 52.5, title="Überfall", place="Straße des 17. Juni", layer="units"))
    step(titled("a", "Gasbrand", wording=base))
    step(titled("a", "Explosion", wording=base), author="bert")
    step(moved("b", 13.41, 52.51, clock.time - 30_000_000), moved("b", 13.5, 52.6, clock.time + 3_600_000_000))
    ring = [[5.0, 52.0], [6.0, 52.0], [6.0, 53.0], [5.0, 52.0]]
    step(
        edit(
            "area",
            {
                Aspect.SHAPE: Shape(type="Polygon", coordinates=[ring]),
                Aspect.STYLE: Style(stroke="#aa0000", dash=(4.0, 2.0)),
                Aspect.MARKING: Marking(handling=Handling.H1, tlp=Tlp.AMBER_STRICT, conditions=("Centre only",)),
                Aspect.EVALUATION: Evaluation(
                    source=SourceReliability.B,
                    information=InformationAccuracy.CORROBORATED,
                    basis=Basis.ASSESSMENT,
                ),
            },
        )
    )
    step(
        entry("e1", "Caller reports smöke", items=("a",)), entry("e2", "No: steam", corrects="e1"), label="log-message"
    )
    mistake, _ = step(removed("a"))
    clock.forward(60)
    workspace.undo(mistake, author="anna")
    step(edit("gone", {Aspect.PRESENCE: Presence(removed=True)}))
    settled = Settlement(losers=(base + 2,))
    step(Draft(subject_type=SubjectType.ITEM, subject="a", patch={Aspect.SETTLEMENT: settled}), label="settle")
    clock.forward(60)
    file = HeldFile(PHOTO)
    named = Attachment(name="Tor.jpg", media_type="image/jpeg", size=file.size, sha256=file.sha256)
    patch = {Aspect.ATTACHMENTS: Attachments(files=(named,))}
    workspace.append([edit("b", patch)], author="anna", label="attach", brings=[file])


if __name__ == "__main__":
    written(FOLDER / f"format-{schema.VERSION}.qroc")
