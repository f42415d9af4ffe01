"""All formats: which one a file is, its reader and its writer. Content is looked at first, the file's name second."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Final, Protocol, cast

import msgspec

from qroc_desktop.domain.state import Item
from qroc_desktop.errors import Message, Refused
from qroc_desktop.formats import carried
from qroc_desktop.formats.reading import Progress, Reader, Reading, Wishes, Writer, Writing, Written

Translate = Callable[[Message], str]


class Format(msgspec.Struct, frozen=True, kw_only=True):
    """A format. `suffixes`: with the dot, the usual one first.

    wishes: those fields of Wishes that its reader takes."""

    name: str
    title: Message
    suffixes: tuple[str, ...]
    module: str
    reads: bool = True
    writes: bool = True
    wishes: tuple[str, ...] = ()


class _Module(Protocol):
    def looks_like(self, data: bytes, name: str) -> bool: ...


# In the order in which content is asked: what can only be itself first, what any text could be last.
_FORMATS: Final = (
    Format(name="kmz", title=Message("KMZ"), suffixes=(".kmz",), module="kmz"),
    Format(name="data-package", title=Message("TAK data package"), suffixes=(".zip", ".dpk"), module="data_package"),
    Format(
        name="cap",
        title=Message("CAP alert"),
        suffixes=(".cap", ".xml", ".edxlde", ".edxl"),
        module="cap",
        wishes=("language",),
    ),
    Format(name="kml", title=Message("KML"), suffixes=(".kml",), module="kml"),
    Format(name="gpx", title=Message("GPX"), suffixes=(".gpx",), module="gpx", writes=False),
    Format(name="cot", title=Message("Cursor on Target"), suffixes=(".cot", ".xml"), module="cot"),
    Format(
        name="geojson",
        title=Message("GeoJSON"),
        suffixes=(".geojson", ".json", ".geojsonl", ".ndjson", ".geojsons"),
        module="geojson",
    ),
    Format(
        name="csv", title=Message("CSV table"), suffixes=(".csv", ".tsv", ".txt"), module="csv_table", wishes=("zone",)
    ),
)
_OUT: Final = ("geojson", "cap", "kml", "kmz", "cot", "data-package", "csv")
FORMATS: Final[dict[str, Format]] = {format_.name: format_ for format_ in _FORMATS}
READERS: Final = tuple(format_.name for format_ in _FORMATS if format_.reads)
"""Names of the formats that can be read."""
WRITERS: Final = tuple(name for name in _OUT if FORMATS[name].writes)
"""Names of the formats that can be written, the most usual first."""


def prepare() -> None:
    """Load all readers now, for whoever must not be kept waiting by the first file."""
    for format_ in _FORMATS:
        if format_.reads:
            _module(format_)


def detect(data: bytes, name: str) -> Format:
    """The format of a file. Raises Refused where it is none of ours, or empty."""
    if not data.strip(b"\x00 \t\r\n") or data in (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"):
        raise Refused(Message("The file is empty."), where=name)
    for format_ in _FORMATS:
        if format_.reads and cast("_Module", _module(format_)).looks_like(data, name):
            return format_
    raise Refused(
        Message("The format of the file is not known."),
        where=name,
        action=Message("These can be read: {formats}.", formats=", ".join(str(FORMATS[n].title) for n in READERS)),
    )


def read(data: bytes, *, name: str, progress: Progress | None = None, wishes: Wishes | None = None) -> Reading:
    """What a file gives. Raises Refused where the file as a whole is no good, or what `progress` raises."""
    format_ = detect(data, name)
    granted = {wish: getattr(wishes or Wishes(), wish) for wish in format_.wishes}
    return cast("Reader", partial(reader(format_.name), **granted))(data, name=name, progress=progress)


def write(format_name: str, items: Sequence[Item], context: Writing) -> Written:
    """Items in a format. Raises Refused where there is no such writer or the format must not carry the picture."""
    written = writer(format_name)(items, context)
    return Written(data=written.data, problems=[*written.problems, *carried.left_behind(items)])


def reader(format_name: str) -> Reader:
    """The reader of a format. Raises Refused where it has none."""
    format_ = FORMATS.get(format_name)
    if format_ is None or not format_.reads:
        raise Refused(Message("The format {format} cannot be read.", format=format_name[:40]))
    return cast("Reader", _module(format_).read)


def writer(format_name: str) -> Writer:
    """The writer of a format. Raises Refused where it has none."""
    format_ = FORMATS.get(format_name)
    if format_ is None or not format_.writes:
        raise Refused(
            Message("The format {format} cannot be written.", format=format_name[:40]),
            action=Message("These can be written: {formats}.", formats=", ".join(WRITERS)),
        )
    return cast("Writer", _module(format_).write)


def open_filters(translate: Translate = str) -> list[str]:
    """Filters of a dialog that opens files, `Words (*.a *.b)`: all formats together, each by itself, any file."""
    single = [FORMATS[name] for name in READERS]
    every = tuple(dict.fromkeys(pattern for format_ in single for pattern in _patterns(format_)))
    titled = [
        (Message("All formats"), every),
        *((f.title, _patterns(f)) for f in single),
        (Message("All files"), ("*",)),
    ]
    return [f"{translate(title)} ({' '.join(patterns)})" for title, patterns in titled]


def save_filters(translate: Translate = str) -> dict[str, str]:
    """Filters of a dialog that saves a file, by the name of the format, the most usual first."""
    return {name: f"{translate(FORMATS[name].title)} ({_patterns(FORMATS[name])[0]})" for name in WRITERS}


def with_suffix(path: Path, format_name: str) -> Path:
    """The path with the format's usual suffix, unless it has one of the format's already."""
    suffixes = FORMATS[format_name].suffixes
    return path if path.suffix.lower() in suffixes else path.with_name(path.name + suffixes[0])


def wants_mapping(name: str) -> bool:
    """Whether a file of that name is a table, whose columns a person should look at before it is read."""
    return Path(name).suffix.lower() in FORMATS["csv"].suffixes


def _module(format_: Format) -> ModuleType:
    # Loaded when first asked for: starting the program must not wait for parsers that nobody uses.
    return importlib.import_module(f"qroc_desktop.formats.{format_.module}")


def _patterns(format_: Format) -> tuple[str, ...]:
    return tuple(f"*{suffix}" for suffix in format_.suffixes)
