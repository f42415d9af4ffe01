"""Conclusions of a review: added, changed and withdrawn in the record of a run that nobody conducts meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from qroc_desktop.domain.ids import IdSource
from qroc_desktop.domain.instant import Clock
from qroc_desktop.errors import Message, Refused
from qroc_desktop.exercise.conduct import Conduct
from qroc_desktop.exercise.events import Remarked
from qroc_desktop.exercise.vocabulary import RemarkKind
from qroc_desktop.services.exercise.driver import ExerciseDriver
from qroc_desktop.services.exercise.runs import RECORD, Exercises

T = TypeVar("T")
LONGEST: Final = 4000


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be set in a remark; None leaves it as it is."""

    kind: RemarkKind | None = None
    text: str | None = None
    objective: str | None = None
    owner: str | None = None
    due: str | None = None
    done: bool | None = None


class Remarks:
    """Writes remarks through the conduct of a run."""

    def __init__(self, run: Path, *, clock: Clock, ids: IdSource, author: str) -> None:
        """run: the record, or the folder that it lies in."""
        self._path = run / RECORD if run.is_dir() else run
        self._clock = clock
        self._ids = ids
        self._author = author

    def add(self, changes: Changes) -> Remarked:
        """A new one. Raises Refused where it has no kind or no text, and as `record` does."""
        if changes.kind is None or not (changes.text or "").strip():
            raise Refused(Message("A new remark needs a kind and a text."), kept=Message("Nothing was recorded."))
        fresh = Remarked(t=0, id=self._ids(), kind=changes.kind)
        return self.record(changed(fresh, changes))

    def change(self, remark: str, changes: Changes) -> Remarked:
        """Change one. Raises Refused where there is none of that name, and as `record` does."""
        return self._conducted(lambda conduct: self._recorded(conduct, changed(_held(conduct, remark), changes)))

    def withdraw(self, remark: str) -> Remarked:
        """Take one back; that it was there stays in the record. Raises Refused where there is none."""
        return self._conducted(
            lambda conduct: self._recorded(conduct, msgspec.structs.replace(_held(conduct, remark), text=""))
        )

    def record(self, remark: Remarked) -> Remarked:
        """Record one as it is, a draft that was accepted for example. Raises Refused where its date is none, its
        objective is not defined, or somebody else conducts the run."""
        return self._conducted(lambda conduct: self._recorded(conduct, remark))

    # --- parts -----------------------------------------------------------------------------------

    def _conducted(self, does: Callable[[Conduct], T]) -> T:
        with Exercises(self._clock).conducting(self._path) as conduct:
            return does(conduct)

    def _recorded(self, conduct: Conduct, remark: Remarked) -> Remarked:
        remark = msgspec.structs.replace(checked(remark), by=self._author)
        conduct.remark(remark)
        return conduct.world.standing.remarks.get(remark.id, remark)


def through(driver: ExerciseDriver) -> Callable[[Remarked], None]:
    """The way into the record of a run that is open on this machine; returns when it is on the disk."""

    def record(remark: Remarked) -> None:
        driver.do(lambda run: run.conduct.remark(checked(remark))).result()

    return record


def changed(remark: Remarked, changes: Changes) -> Remarked:
    """A remark with those fields set."""
    given = {name: value for name, value in msgspec.structs.asdict(changes).items() if value is not None}
    return msgspec.structs.replace(remark, **given)


def checked(remark: Remarked) -> Remarked:
    """The remark with its texts trimmed. Raises Refused where its date is none, or its text is too long."""
    if remark.due.strip():
        try:
            date.fromisoformat(remark.due.strip())
        except ValueError as error:
            raise Refused(
                Message("This is no date: {text}.", text=remark.due.strip()[:40]),
                kept=Message("Nothing was recorded."),
                action=Message("Write it as 2027-05-31."),
            ) from error
    if len(remark.text) > LONGEST:
        what = Message("A remark has at most {most} characters.", most=LONGEST)
        raise Refused(what, kept=Message("Nothing was recorded."))
    return msgspec.structs.replace(
        remark, text=remark.text.strip(), owner=remark.owner.strip(), due=remark.due.strip()
    )  # fmt: skip


def _held(conduct: Conduct, remark: str) -> Remarked:
    held = conduct.world.standing.remarks.get(remark)
    if held is None:
        raise Refused(
            Message("There is no remark of this name."),
            where=remark,
            action=Message("See all of them: qroc exercise hot-wash RUN."),
        )
    return held
