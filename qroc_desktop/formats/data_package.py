"""TAK data packages: zip archives with a manifest, CoT events, and files that go with them.

The events come in, and with each the photos, PDFs and videos that the manifest says are of its uid. Other files are
named among the problems.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from qroc_desktop.domain.aspects import Attachment, Attachments, Origin
from qroc_desktop.domain.state import Item
from qroc_desktop.domain.vocabulary import Aspect
from qroc_desktop.errors import Message, Refused
from qroc_desktop.formats import archive, cot, cot_read, cot_write, xml
from qroc_desktop.formats.archive import Archive
from qroc_desktop.formats.media import HEAD, SPECS, required_media
from qroc_desktop.formats.media_names import safe_name
from qroc_desktop.formats.reading import Problem, Progress, Reading, Sameness, Writing, Written
from qroc_desktop.formats.xml import add, created

FORMAT: Final = "data-package"
NAMES: Final = (".zip", ".dpk")
MANIFEST: Final = "MANIFEST/manifest.xml"
NO_EVENT: Final = Message("An attachment, which is not read.")
_EVENTS: Final = (".cot", ".xml")
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9._-]+")


class _Contents(msgspec.Struct):
    """What a manifest says: the package's name, its members in order, those to be ignored, and the uid that each is
    of."""

    name: str = ""
    listed: list[str] = []
    ignored: set[str] = set()
    owners: dict[str, str] = {}


def looks_like(data: bytes, name: str) -> bool:
    """Whether it is a zip archive with a manifest or CoT events in it, by the names in its directory."""
    if not archive.is_zip(data):
        return False
    try:
        names = archive.opened(data, name=name).names
    except Refused:
        return name.lower().endswith(NAMES)
    return any(_is_manifest(member) or member.lower().endswith(".cot") for member in names)


def read(data: bytes, *, name: str, progress: Progress | None = None) -> Reading:
    """The events of the package, those that the manifest has ignored left out and noted.

    Raises Refused for a hostile or damaged archive, and where exercise and live events are mixed.
    """
    packed = archive.opened(data, name=name)
    reading = Reading(format=FORMAT, sameness=Sameness.STATE)
    contents = _manifest(packed, reading.problems)
    states: set[bool] = set()
    members = [member for member in packed.names if not _is_manifest(member)]
    attached: dict[str, list[str]] = {}
    for number, member in enumerate(members):
        if progress:
            progress(number, len(members))
        why = _left_out(member, contents)
        if why is NO_EVENT and contents is not None and (owner := contents.owners.get(member)):
            attached.setdefault(owner, []).append(member)
            continue
        if why is not None:
            reading.problems.append(Problem(member, why))
            continue
        states |= _member(packed, member, contents, reading)
    _attach(packed, attached, reading)
    if not reading.items and not reading.problems:
        reading.problems.append(Problem(name, Message("The package holds no event.")))
    if len(states) > 1:
        raise Refused(Message("It mixes events of an exercise with events of a live operation."), where=name)
    reading.exercise = states.pop() if states else None
    return reading


def write(items: Sequence[Item], context: Writing) -> Written:
    """A package with one event a file, as every TAK client takes it.

    Raises Refused for more items than a package has files.
    """
    if len(items) >= archive.MAX_MEMBERS:
        raise Refused(
            Message("A data package holds at most {limit} items.", limit=archive.MAX_MEMBERS - 1),
            action=Message("Choose Cursor on Target (.cot), which takes more, or fewer items."),
        )
    problems: list[Problem] = []
    manifest = created("MissionPackageManifest")
    manifest.set("version", "2")
    configuration = add(manifest, "Configuration")
    _parameter(configuration, "uid", f"qroc-{context.now}")
    _parameter(configuration, "name", context.identity.centre)
    contents = add(manifest, "Contents")
    members: dict[str, bytes] = {}
    for number, item in enumerate(items):
        event = cot_write.event_for(item, context, problems)
        uid = str(event.get("uid"))
        # A number of our own keeps names apart that differ in case or in unsafe characters alone.
        entry = f"{number:05d}-{_UNSAFE.sub('_', uid)[:80]}/{_UNSAFE.sub('_', uid)[:80]}.cot"
        members[entry] = xml.document(event)
        content = add(contents, "Content", ignore="false", zipEntry=entry)
        _parameter(content, "uid", uid)
        _parameter(content, "name", item.wording.title or uid)
    members[MANIFEST] = xml.document(manifest)
    return Written(data=archive.packed(members, at=context.now), problems=problems)


def _member(packed: Archive, member: str, contents: _Contents | None, reading: Reading) -> set[bool]:
    """Read one file of events; what it says of being an exercise."""
    try:
        data = packed.read(member)
        if not cot.looks_like(data, member):
            reading.problems.append(Problem(member, Message("It is not a CoT event.")))
            return set()
        part = cot_read.read(data, name=member)
    except Refused as error:
        reading.problems.append(Problem(member, error.what))
        return set()
    folders = (contents.name,) if contents is not None and contents.name else ()
    for item in part.items:
        own = item.folders or folders
        reading.items.append(msgspec.structs.replace(item, where=f"{member}, {item.where}", folders=own))
    for problem in part.problems:
        reading.problems.append(
            Problem(f"{member}, {problem.where}", problem.why, what=problem.what, skipped=problem.skipped)
        )
    return set() if part.exercise is None else {part.exercise}


def _attach(packed: Archive, attached: Mapping[str, Sequence[str]], reading: Reading) -> None:
    """Give items the files that are theirs, byte by byte as they are in the package."""
    given: set[str] = set()
    for place, item in enumerate(reading.items):
        origin = item.aspects.get(Aspect.ORIGIN)
        owner = origin.foreign_id if isinstance(origin, Origin) else ""
        found = [_file(packed, member, owner, given, reading) for member in attached.get(owner, ())]
        files = {file.sha256: file for file in found if file is not None}
        if files:
            aspects = {**item.aspects, Aspect.ATTACHMENTS: Attachments(files=tuple(files.values()))}
            reading.items[place] = msgspec.structs.replace(item, aspects=aspects)
        given.add(owner)
    for owner in attached.keys() - given:
        reading.problems += [Problem(member, NO_EVENT) for member in attached[owner]]


def _file(packed: Archive, member: str, owner: str, given: set[str], reading: Reading) -> Attachment | None:
    """One file of an item; None, and noted, where it is of no kind that an item can have."""
    name = member.rsplit("/", 1)[-1]
    try:
        data = packed.read(member)
        media = required_media(data[:HEAD], name)
    except Refused as error:
        if owner not in given:  # a thing with several states is told once
            reading.problems.append(Problem(member, error.what))
        return None
    digest = hashlib.sha256(data).hexdigest()
    reading.files[digest] = data
    return Attachment(name=safe_name(name, media), media_type=SPECS[media].type, size=len(data), sha256=digest)


def _manifest(packed: Archive, problems: list[Problem]) -> _Contents | None:
    """The manifest, wherever and in whichever case it lies; None where there is none that can be read."""
    member = min((m for m in packed.names if _is_manifest(m)), key=lambda m: m.count("/"), default=None)
    if member is None:
        problems.append(
            Problem(MANIFEST, Message("The package has no manifest: all its events are read."), skipped=False)
        )
        return None
    try:
        root = xml.parse(packed.read(member), name=member)
    except Refused as error:
        problems.append(Problem(member, error.what, skipped=False))
        return None
    if root.get("version") != "2":
        why = Message("The manifest is not of version 2; it is read as if it were.")
        problems.append(Problem(member, why, what=root.get("version") or "", skipped=False))
    contents = _Contents()
    for element in root.iter():
        name = xml.local(element)
        if name == "Parameter" and element.get("name") == "name" and not contents.listed and not contents.name:
            contents.name = element.get("value") or ""
        elif name == "Parameter" and element.get("name") == "uid" and contents.listed:
            contents.owners.setdefault(contents.listed[-1], element.get("value") or "")
        elif name == "Content":
            entry = (element.get("zipEntry") or "").replace("\\", "/").removeprefix("./")
            contents.listed.append(entry)
            if (element.get("ignore") or "").lower() == "true":
                contents.ignored.add(entry)
            if entry not in packed.names:
                why = Message("The manifest names a file that is not in the package.")
                problems.append(Problem(f"{member}, {xml.where(element)}", why, what=entry))
    return contents


def _left_out(member: str, contents: _Contents | None) -> Message | None:
    """Why a member is not read; None where it is."""
    if contents is not None and member in contents.ignored:
        return Message("The manifest has it ignored.")
    if not member.lower().endswith(_EVENTS):
        return NO_EVENT
    if contents is not None and member not in contents.listed:
        return Message("The manifest does not name it.")
    return None


def _is_manifest(member: str) -> bool:
    return f"/{member.lower()}".endswith("/manifest/manifest.xml") or member.lower() == "manifest.xml"


def _parameter(parent: xml.Element, name: str, value: str) -> None:
    add(parent, "Parameter", name=name, value=value)
