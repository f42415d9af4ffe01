"""The media of what a team is told: photos, PDFs and films become files of the message, texts are read out in it.

A medium is asked for by its name and only once the team has been told of it. One that is missing or broken takes
nothing else with it: the message stands without it, and it is asked for again later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from qroc_desktop.domain.aspects import Attachment
from qroc_desktop.errors import Message, QrocError
from qroc_desktop.formats.media import HEAD, SPECS, media_named, media_of
from qroc_desktop.formats.media_names import safe_name
from qroc_desktop.store.files import MOST, HeldFile

Fetch = Callable[[str], bytes | None]
LONGEST_TEXT: Final = 20_000
AGAIN_AFTER_MS: Final = 30_000
"""Scenario milliseconds until a medium that could not be had is asked for again."""
MISSING: Final = Message("it is not there")


class ToldMedia:
    """What is known of the media of one team, by their names."""

    def __init__(self, fetch: Fetch) -> None:
        """fetch: the bytes of a medium, None where there are none now; may raise QrocError."""
        self._fetch = fetch
        self._files: dict[str, Attachment] = {}
        self._texts: dict[str, str] = {}
        self._again: dict[str, int] = {}
        self._waiting: dict[str, HeldFile] = {}
        self.lacking: dict[str, Message] = {}
        """Media that could not be had or used, with why."""

    def held(self, names: Iterable[str], files: Iterable[Attachment]) -> None:
        """Files that the message with these media has in the workspace already need not be fetched again."""
        by_name = {file.name: file for file in files}
        for name in names:
            known = [file for stored, file in by_name.items() if _safe(name, file.media_type) == stored]
            if known and name not in self._files:
                self._files[name] = known[0]

    def look(self, names: Iterable[str], t: int) -> None:
        """Ask for those that are not known yet; `t`: scenario milliseconds."""
        for name in dict.fromkeys(names):
            if name not in self._files and name not in self._texts and t >= self._again.get(name, t):
                self._ask(name, t)

    def files(self, names: Iterable[str]) -> tuple[Attachment, ...]:
        """Those that are files, in this order."""
        return tuple({file.sha256: file for name in names if (file := self._files.get(name))}.values())

    def texts(self, names: Iterable[str]) -> Mapping[str, str]:
        """Those that are texts."""
        return {name: self._texts[name] for name in names if name in self._texts}

    @property
    def waiting(self) -> tuple[HeldFile, ...]:
        """Bytes that go into the workspace with the next batch; `kept` once they are there."""
        return tuple(self._waiting.values())

    def kept(self) -> None:
        """What waited is in the workspace."""
        self._waiting.clear()

    def _ask(self, name: str, t: int) -> None:
        try:
            data, why = self._fetch(name), MISSING
        except QrocError as error:
            data, why = None, error.what
        if data is None or (trouble := self._take(name, data)) is not None:
            self._again[name] = t + AGAIN_AFTER_MS
            self.lacking[name] = why if data is None or trouble is None else trouble
            return
        self.lacking.pop(name, None)

    def _take(self, name: str, data: bytes) -> Message | None:
        """Know it from now on; why that is not possible, else."""
        if len(data) > MOST:
            return Message("it is larger than {limit} MB", limit=MOST >> 20)
        media = media_of(data[:HEAD])
        if media is not None:
            file = HeldFile(data, name)
            kind = SPECS[media].type
            self._files[name] = Attachment(name=_safe(name, kind), media_type=kind, size=file.size, sha256=file.sha256)
            self._waiting[file.sha256] = file
            return None
        text = _text(data)
        if text is None:
            return Message("it is neither a picture, PDF or film nor a text") if data else Message("it is empty")
        self._texts[name] = text
        return None


def _safe(name: str, media_type: str) -> str:
    # Two folders of a package may have files of one name.
    return safe_name(name.replace("/", " - "), media_named(media_type))


def _text(data: bytes) -> str | None:
    """Plain text, at most `LONGEST_TEXT` characters; None for what is none."""
    try:
        read = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    if "\0" in read or not read.strip():
        return None
    kept = "".join(sign for sign in read.replace("\r\n", "\n") if sign.isprintable() or sign in "\n\t").strip()
    return kept if len(kept) <= LONGEST_TEXT else kept[: LONGEST_TEXT - 1] + "…"
