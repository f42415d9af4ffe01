"""After-action reports as files, from runs as files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from qroc_desktop.domain.instant import Clock
from qroc_desktop.errors import Message, Refused
from qroc_desktop.paths import ProgramFiles
from qroc_desktop.services.exercise.review.after_action import AfterAction, after_action
from qroc_desktop.services.exercise.runs import Exercises
from qroc_desktop.services.exporting import save_whole

FORMATS: Final = (".html", ".pdf")


class AfterActionFiles:
    """Writes reports; a run may be conducted by somebody else meanwhile, it is only read."""

    def __init__(self, files: ProgramFiles, *, clock: Clock) -> None:
        self._files = files
        self._clock = clock

    def save(
        self, run: Path, out: Path, *, team: str = "", at: Sequence[int] = (), centre: str = "", language: str = "en",
        step: Callable[[], None] = lambda: None,
    ) -> AfterAction:  # fmt: skip
        """Write the report of a run, whole or not at all; what it was made of. language: of the scenario's texts;
        the report's own words are in the language in use.

        Raises Refused where it is no run, the team is none of it, an instant was not played or the file cannot be
        written, and Damaged where the record was changed.
        """
        kind = out.suffix.lower()
        if kind not in FORMATS:
            raise Refused(
                Message("A report is HTML or PDF: name a file that ends in .html or .pdf."), where=str(out),
                kept=Message("No file was written."),
            )  # fmt: skip
        with Exercises(self._clock).reading(run) as recording:
            found = after_action(recording, team=team, language=language, at=at, verify=True)
        step()
        save_whole(out, self._drawn(kind, found, centre, step))
        return found

    def _drawn(self, kind: str, found: AfterAction, centre: str, step: Callable[[], None]) -> bytes:
        # Drawing libraries take a second to load, which only a report should cost.
        from qroc_desktop.services.exercise.review.maps import opened_maps
        from qroc_desktop.services.exercise.review.report import report_of

        with opened_maps(self._files) as maps:
            report = report_of(found, made_at=self._clock(), centre=centre, maps=maps)
            if kind == ".html":
                from qroc_desktop.reports.review.page import draw_page

                style = (self._files.resources / "briefing" / "report.css").read_text(encoding="utf-8")
                return draw_page(report, style, step=step)
            from qroc_desktop.reports.review.paper import draw_paper

            return draw_paper(report, step=step)
