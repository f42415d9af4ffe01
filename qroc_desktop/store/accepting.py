"""What a change must be like to be recorded, or to be taken over from a damaged file."""

from __future__ import annotations

from qroc_desktop.domain.aspects import Situation
from qroc_desktop.domain.change import ChangeError, Patch, check_patch
from qroc_desktop.domain.instant import BEGINNING, FOREVER
from qroc_desktop.domain.shape import Shape, checked
from qroc_desktop.domain.vocabulary import Aspect, SubjectType


def require_acceptable(subject_type: SubjectType, patch: Patch) -> None:
    """Raise ChangeError or ShapeError (both ValueError) for a patch that must not be recorded."""
    try:
        check_patch(subject_type, patch)
    except KeyError as error:
        raise ChangeError(f"unknown subject type {error}") from error
    shape = patch.get(Aspect.SHAPE)
    if isinstance(shape, Shape):
        checked(shape)
    situation = patch.get(Aspect.SITUATION)
    if isinstance(situation, Situation):
        for instant in (situation.starts, situation.ends, situation.stale_at):
            if instant is not None and not BEGINNING <= instant <= FOREVER:
                raise ChangeError("an instant of the situation is out of range")
