"""Files of items: photos, PDFs and short videos, kept in the workspace as they were added."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from qroc_desktop.domain.aspects import Attachment
from qroc_desktop.domain.aspects import Attachments as Files
from qroc_desktop.domain.query import Outcome
from qroc_desktop.domain.state import Item
from qroc_desktop.domain.vocabulary import Aspect
from qroc_desktop.errors import Damaged, Message, Refused
from qroc_desktop.formats.media import HEAD, SPECS, Media, media_of, required_media
from qroc_desktop.formats.media_names import LONGEST_NAME, safe_name
from qroc_desktop.services.exporting import save_stream
from qroc_desktop.services.items import Items
from qroc_desktop.store import Workspace
from qroc_desktop.store.files import DiskFile

MOST_FILES: Final = 50
"""Files of one item."""


class Attachments:
    """Every change is one step, undone like any other; files of a peer's items cannot be changed here."""

    def __init__(self, workspace: Workspace, items: Items) -> None:
        self._workspace = workspace
        self._items = items

    def attach(self, seen: Item, paths: Sequence[Path]) -> Outcome:
        """Add files to an item, all or none. They are kept as they are, byte by byte, as evidence.

        Raises Refused where one is of no known kind, empty, too large or cannot be read, or all are attached already.
        """
        entries, brings = [], []
        have = {file.sha256 for file in seen.attachments.files}
        for path in paths:
            file = DiskFile(path)
            with file.open() as stream:
                media = required_media(stream.read(HEAD), file.where)
            if file.sha256 in have:
                continue
            have.add(file.sha256)
            brings.append(file)
            entries.append(
                Attachment(
                    name=safe_name(path.name, media),
                    media_type=SPECS[media].type,
                    size=file.size,
                    sha256=file.sha256,
                )
            )
        if not entries:
            raise Refused(Message("The item has this file already."), where=paths[0].name if paths else "")
        files = (*seen.attachments.files, *entries)
        if len(files) > MOST_FILES:
            raise Refused(Message("An item has at most {limit} files.", limit=MOST_FILES))
        patch = {Aspect.ATTACHMENTS: Files(files=files)}
        return self._items.edit(seen, patch, label="attach", brings=brings)

    def detach(self, seen: Item, hashes: Iterable[str]) -> Outcome:
        """Take files off an item. The workspace still keeps them, as it keeps every earlier state of the item."""
        going = set(hashes)
        left = tuple(file for file in seen.attachments.files if file.sha256 not in going)
        if len(left) == len(seen.attachments.files):
            raise Refused(Message("The item has no such file."))
        patch = {Aspect.ATTACHMENTS: Files(files=left) if left else None}
        return self._items.edit(seen, patch, label="detach")

    def opened(self, file: Attachment) -> BinaryIO:
        """Its bytes, to be closed by whoever asked. Raises Refused where they are not in this workspace."""
        stream = self._workspace.file(file.sha256)
        if stream is None:
            raise Refused(Message("The bytes of this file are not in the workspace."), where=file.name[:LONGEST_NAME])
        return stream

    def held(self, file: Attachment) -> bool:
        """Whether its bytes are in this workspace."""
        stream = self._workspace.file(file.sha256)
        if stream is not None:
            stream.close()
        return stream is not None

    def media(self, file: Attachment) -> Media | None:
        """Its kind by its content, whatever it says of itself; None for one that is not known, or not here."""
        stream = self._workspace.file(file.sha256)
        if stream is None:
            return None
        with stream:
            return media_of(stream.read(HEAD))

    def save(self, file: Attachment, to: Path) -> None:
        """Write a copy, whole or not at all; a file of that name is replaced."""
        with self.opened(file) as stream:
            save_stream(to, stream)

    def save_all(self, files: Sequence[Attachment], folder: Path) -> list[Path]:
        """Write copies of several into a folder, under names of their own; none is replaced."""
        saved: list[Path] = []
        for file in files:
            target = _free(folder, safe_name(file.name, self.media(file)))
            self.save(file, target)
            saved.append(target)
        return saved

    def name_to_save(self, file: Attachment) -> str:
        """A name for a copy, whoever named it, with the suffix that its content has."""
        return safe_name(file.name, self.media(file))


class Viewing:
    """Copies for the system's viewers, in a folder of this process alone that goes with it.

    What is opened is a photo, a PDF or a video by its content, under a suffix that we chose, so that nothing is ever
    executed.
    """

    def __init__(self, attachments: Attachments) -> None:
        self._attachments = attachments
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def copy(self, file: Attachment) -> Path:
        """Write a copy to look at. Raises Refused for a kind that is not known, whatever the file says of itself."""
        media = self._attachments.media(file)
        if media is None:
            self._attachments.opened(file).close()
            raise Refused(
                Message("This kind of file is not opened here."),
                where=file.name[:LONGEST_NAME],
                action=Message("Save it, and have it looked at by somebody who knows what it is."),
            )
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="qroc-view-", ignore_cleanup_errors=True)
        target = Path(self._folder.name) / f"{file.sha256[:16]}{SPECS[media].suffix}"
        if not target.exists():
            self._attachments.save(file, target)
            target.chmod(0o400)
        return target

    @staticmethod
    def view(file: Attachment, copy: Path, viewer: Callable[[Path], bool]) -> None:
        """Hand a copy to a viewer. Raises Refused where there is none."""
        if not viewer(copy):
            raise Refused(
                Message("The system has no viewer for this kind of file."),
                where=file.name[:LONGEST_NAME],
                action=Message("Save it instead."),
            )

    def close(self) -> None:
        """Delete the copies, as far as no viewer holds them."""
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None


class Named(msgspec.Struct, frozen=True):
    """A file of an item by its number from 1, as people see them listed."""

    number: int
    file: Attachment


def numbered(item: Item) -> list[Named]:
    """The files of an item in the order in which they were added."""
    return [Named(number, file) for number, file in enumerate(item.attachments.files, start=1)]


def _free(folder: Path, name: str) -> Path:
    target = folder / name
    for number in range(2, 1_000):
        if not os.path.lexists(target):
            return target
        target = folder / f"{Path(name).stem} ({number}){Path(name).suffix}"
    raise Damaged(Message("There are too many files of this name."), where=str(folder / name))
