"""Folders of this user, and the names of files that are made there."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import platformdirs

from qroc_desktop.domain.ids import random_id
from qroc_desktop.domain.instant import Clock
from qroc_desktop.errors import Message, Refused
from qroc_desktop.reasons import reason_of
from qroc_desktop.services.settings import PROGRAM
from qroc_desktop.services.workspaces import SUFFIX, Workspaces

_LONGEST_NAME = 60


def data_folder() -> Path:
    """Where workspaces lie unless somebody says otherwise; made when needed. Refused where it cannot be."""
    folder = Path(platformdirs.user_data_path(PROGRAM, appauthor=False))
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Refused(
            Message("The folder for workspaces cannot be made: {reason}.", reason=reason_of(error)),
            where=str(folder),
            action=Message("Choose another place for the workspace, or ask your administrator."),
        ) from error
    return folder


def usual_folder() -> Path:
    """Where a file dialog begins."""
    try:
        return data_folder()
    except Refused:
        return Path.home()


def log_folder() -> Path:
    """Where the program's own log lies."""
    return Path(platformdirs.user_log_path(PROGRAM, appauthor=False))


def new_path(folder: Path, centre: str) -> Path:
    """A free file name in `folder` after the centre's name."""
    plain = unicodedata.normalize("NFKD", centre.replace("ß", "ss")).encode("ascii", "ignore").decode()
    stem = re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-").lower()[:_LONGEST_NAME] or "workspace"
    return free_path(folder, stem)


def free_path(folder: Path, stem: str) -> Path:
    """`stem` with the suffix of workspaces and, where there is such a file, a number."""
    path = folder / f"{stem}{SUFFIX}"
    number = 2
    while path.exists():
        path = folder / f"{stem}-{number}{SUFFIX}"
        number += 1
    return path


def fresh_demonstration(folder: Path, workspaces: Workspaces, *, clock: Clock) -> Path:
    """A new demonstration workspace; earlier ones that no other window has open are cleared away."""
    from qroc_desktop.services import demonstration  # a story that the ordinary start does not tell

    for old in folder.glob(f"demonstration-*{SUFFIX}"):
        workspaces.discard(old)
    path = folder / f"demonstration-{random_id()[:8]}{SUFFIX}"
    demonstration.create(path, clock=clock)
    return path
