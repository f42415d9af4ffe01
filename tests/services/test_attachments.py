"""Files of items: added, taken off, undone, saved, opened, and shared as cleaned copies."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import msgspec
import pytest

from qroc_desktop.domain.aspects import Attachment, Attachments, Marking
from qroc_desktop.domain.vocabulary import Aspect, SubjectCategory
from qroc_desktop.errors import Refused
from qroc_desktop.formats import archive
from qroc_desktop.formats.media import Media
from qroc_desktop.formats.media_names import safe_name
from qroc_desktop.policy.vocabulary import Purpose
from qroc_desktop.services.attachments import Viewing
from qroc_desktop.services.copies import Copies
from qroc_desktop.services.receiving import local_id
from qroc_desktop.sync.bundle import Kind
from qroc_desktop.sync.content import Opened, Terms, attached, written
from qroc_desktop.sync.shipment import Shipment
from tests.formats.media_files import document, frames_of, photo, unpacked, video
from tests.formats.test_cot import event
from tests.services.sharing_centres import START, Desk, Neighbours, grounds

SECRET = "Zeugin-Lindqvist"
HIDDEN = {
    name: f"{SECRET}-{name}"
    for name in ("exif", "maker", "gps", "comment", "xmp", "iptc", "trailing", "info", "pdf-xmp", "revision", "file",
                 "filename", "script", "outline", "piece", "pdf-exif", "title", "handler")
}  # fmt: skip


def put(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def attach(desk: Desk, item: str, *paths: Path) -> None:
    desk.desk.attachments.attach(desk.item(item), paths)


def files(desk: Desk, item: str) -> tuple[Attachment, ...]:
    return desk.item(item).attachments.files


def read(desk: Desk, file: Attachment) -> bytes:
    with desk.desk.attachments.opened(file) as stream:
        return stream.read()


def everything_in(path: Path) -> bytes:
    """All bytes of a database and of its write-ahead log, and all blobs of it in one piece each."""
    raw = b"".join(part.read_bytes() for part in (path, Path(f"{path}-wal")) if part.exists())
    with sqlite3.connect(path) as connection:
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        if "file_piece" in tables:
            raw += b"".join(row[0] for row in connection.execute("SELECT data FROM file_piece ORDER BY sha256, no"))
    connection.close()
    return raw


# --- at home -------------------------------------------------------------------------------------


def test_a_file_stays_as_it_was_added(maastricht: Desk, tmp_path: Path) -> None:
    item = maastricht.incident("Shooting")
    data = photo(HIDDEN)
    attach(maastricht, item, put(tmp_path, "Tor 3.JPG", data))
    (file,) = files(maastricht, item)
    assert (file.name, file.media_type, file.size) == ("Tor 3.JPG", "image/jpeg", len(data))
    assert read(maastricht, file) == data
    assert maastricht.desk.workspace.check().findings == []


def test_attaching_and_taking_off_are_steps_that_can_be_undone(maastricht: Desk, tmp_path: Path) -> None:
    item = maastricht.incident("Shooting")
    attach(maastricht, item, put(tmp_path, "a.jpg", photo()), put(tmp_path, "b.pdf", document()))
    first, second = files(maastricht, item)
    maastricht.desk.attachments.detach(maastricht.item(item), [first.sha256])
    assert files(maastricht, item) == (second,)
    maastricht.desk.history.undo()
    assert files(maastricht, item) == (first, second)
    assert read(maastricht, first) == photo()
    maastricht.desk.history.undo()
    assert files(maastricht, item) == ()
    maastricht.desk.history.redo()
    assert files(maastricht, item) == (first, second)


def test_one_file_that_is_no_good_refuses_all(maastricht: Desk, tmp_path: Path) -> None:
    item = maastricht.incident("Shooting")
    good, bad = put(tmp_path, "a.jpg", photo()), put(tmp_path, "photo.jpg", b"MZ\x90\x00 a program")
    with pytest.raises(Refused, match=r"photo\.jpg: This kind of file cannot be attached"):
        attach(maastricht, item, good, bad)
    assert files(maastricht, item) == ()


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda folder: put(folder, "empty.jpg", b""), "empty.jpg: The file is empty."),
        (lambda folder: folder / "gone.jpg", "There is no such file."),
        (lambda folder: folder, "There is no such file."),
        (lambda _: Path("/dev/zero"), "There is no such file."),
    ],
    ids=["empty", "gone", "folder", "device"],
)
def test_what_is_no_file_is_refused(maastricht: Desk, tmp_path: Path, make: object, said: str) -> None:
    item = maastricht.incident("Shooting")
    with pytest.raises(Refused) as refusal:
        attach(maastricht, item, make(tmp_path))  # type: ignore[operator]
    assert said in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_the_same_file_is_kept_once(maastricht: Desk, tmp_path: Path) -> None:
    path = put(tmp_path, "a.jpg", photo())
    one, other = maastricht.incident("Shooting"), maastricht.incident("Fire")
    attach(maastricht, one, path)
    with pytest.raises(Refused, match="already"):
        attach(maastricht, one, path)
    attach(maastricht, other, put(tmp_path, "b.jpg", photo()))
    with sqlite3.connect(maastricht.desk.workspace.path) as connection:
        assert connection.execute("SELECT count(*) FROM file").fetchone() == (1,)
    connection.close()


@pytest.mark.parametrize(
    ("name", "media", "safe"),
    [
        ("../../etc/passwd", Media.JPEG, "passwd.jpg"),
        ("C:\\Windows\\evil.exe", Media.PDF, "evil.pdf"),
        ("invoice\u202egpj.exe", Media.PNG, "invoicegpj.png"),
        ("a\x00b\r\nc.png", Media.PNG, "abc.png"),
        ("NUL.jpg", Media.JPEG, "file NUL.jpg"),
        (".hidden", Media.JPEG, "file.jpg"),
        ("", Media.MP4, "file.mp4"),
        ("clip.MOV", Media.MP4, "clip.MOV"),
        ("x" * 300 + ".jpeg", Media.JPEG, "x" * 115 + ".jpeg"),
        ("report.pdf", None, "report.bin"),
    ],
)
def test_a_name_leads_nowhere_and_says_what_the_file_is(name: str, media: Media | None, safe: str) -> None:
    assert safe_name(name, media) == safe


def test_copies_are_saved_beside_each_other(maastricht: Desk, tmp_path: Path) -> None:
    item = maastricht.incident("Shooting")
    attach(maastricht, item, put(tmp_path, "a.jpg", photo()))
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "a.jpg").write_bytes(b"of somebody else")
    (saved,) = maastricht.desk.attachments.save_all(files(maastricht, item), folder)
    assert saved == folder / "a (2).jpg"
    assert saved.read_bytes() == photo()
    assert (folder / "a.jpg").read_bytes() == b"of somebody else"


def test_what_is_opened_is_a_copy_under_a_name_of_ours(maastricht: Desk, tmp_path: Path) -> None:
    item = maastricht.incident("Shooting")
    attach(maastricht, item, put(tmp_path, "a.jpg", photo()))
    (file,) = files(maastricht, item)
    viewing = Viewing(maastricht.desk.attachments)
    copy = viewing.copy(file)
    assert (copy.suffix, copy.read_bytes()) == (".jpg", photo())
    with pytest.raises(Refused, match="no viewer"):
        viewing.view(file, copy, lambda _: False)
    viewing.close()
    assert not copy.exists()
    assert read(maastricht, file) == photo()


def test_a_data_package_brings_its_files(maastricht: Desk, tmp_path: Path) -> None:
    manifest = (
        b'<MissionPackageManifest version="2"><Contents><Content ignore="false" zipEntry="a.cot"/>'
        b'<Content ignore="false" zipEntry="a/gate.jpg"><Parameter name="uid" value="a"/></Content>'
        b"</Contents></MissionPackageManifest>"
    )
    members = {"MANIFEST/manifest.xml": manifest, "a.cot": event(uid="a").encode(), "a/gate.jpg": photo(HIDDEN)}
    path = put(tmp_path, "camera.zip", archive.packed(members, at=START))
    desk = maastricht.desk
    outcome = desk.imports.accept(desk.imports.plan([path]))
    (item,) = outcome.items
    (file,) = files(maastricht, item)
    assert (file.name, read(maastricht, file)) == ("gate.jpg", photo(HIDDEN))
    assert desk.workspace.check().findings == []
    desk.history.undo()
    assert desk.picture.item(item) is None
    desk.history.redo()
    assert read(maastricht, files(maastricht, item)[0]) == photo(HIDDEN)


# --- at the neighbour's --------------------------------------------------------------------------


def test_cleaned_copies_arrive_and_not_one_hidden_word_leaves(
    maastricht: Desk, aachen: Desk, neighbours: Neighbours, tmp_path: Path
) -> None:
    item = maastricht.incident("Shooting")
    upright, turned = photo(HIDDEN), photo(HIDDEN, orientation=6)
    attach(
        maastricht,
        item,
        put(tmp_path, f"{SECRET} 1.jpg", upright),
        put(tmp_path, f"{SECRET} 2.jpg", turned),
        put(tmp_path, f"{SECRET} 3.pdf", document(HIDDEN)),
        put(tmp_path, f"{SECRET} 4.mp4", video(HIDDEN)),
    )
    assert SECRET.encode() in everything_in(maastricht.desk.workspace.path)
    preview = maastricht.sharing.preview([item], aachen.id, grounds())
    (line,) = preview.lines
    names = [going.copy.name if going.copy else "" for going in line.files]
    assert names == ["photo 1.jpg", "photo 2.jpg", "document 1.pdf", "video 1.mp4"]
    bundle = maastricht.sharing.send(preview, officer="Anna", why="near", subject="Markt").bundle
    neighbours.carry()
    sealed = aachen.exchange.inbox.opened(bundle)
    assert_nowhere(sealed)
    assert aachen.applied() == 1
    received = files(aachen, local_id(maastricht.id, item))
    assert [file.name for file in received] == names
    one, _, pdf, film = [read(aachen, file) for file in received]
    assert SECRET.encode() not in unpacked(pdf)
    assert frames_of(film) == frames_of(video(HIDDEN))
    assert len(one) < len(upright)
    assert aachen.desk.workspace.check().findings == []
    for path in (aachen.desk.workspace.path, aachen.exchange.path):
        assert SECRET.encode() not in everything_in(path)


def assert_nowhere(opened: Opened) -> None:
    """In no byte of what was encrypted."""
    plain = written(opened.content, opened.files)
    assert SECRET.encode() not in plain
    assert SECRET.encode("utf-16-be") not in plain
    assert len(opened.files) == 4


def test_files_stay_where_the_law_withholds_them(
    maastricht: Desk, aachen: Desk, neighbours: Neighbours, tmp_path: Path
) -> None:
    item = maastricht.incident("Shooting", marking=Marking(subject=SubjectCategory.SUSPECT))
    attach(maastricht, item, put(tmp_path, "a.jpg", photo()))
    shown = maastricht.sharing.preview(
        [item], aachen.id, grounds(basis="pruem-2008-615/13", purpose=Purpose.MAJOR_EVENT)
    )
    (line,) = shown.lines
    assert line.files == ()
    assert line.given is None or Aspect.ATTACHMENTS not in line.given.aspects


def test_what_cannot_be_cleaned_does_not_go_and_the_preview_says_why(
    maastricht: Desk, aachen: Desk, neighbours: Neighbours, tmp_path: Path
) -> None:
    item = maastricht.incident("Shooting")
    attach(maastricht, item, put(tmp_path, "a.jpg", photo()[:400]), put(tmp_path, "b.jpg", photo()))
    preview = maastricht.sharing.preview([item], aachen.id, grounds())
    broken, whole = preview.lines[0].files
    assert (broken.copy, str(broken.why)) == (None, "The picture is damaged or is none.")
    assert whole.copy is not None
    assert whole.copy.name == "photo 1.jpg"
    maastricht.sharing.send(preview, officer="Anna", why="near")
    neighbours.carry()
    aachen.applied()
    assert len(files(aachen, local_id(maastricht.id, item))) == 1


def test_a_copy_that_is_not_held_any_more_is_made_again_the_same(maastricht: Desk, tmp_path: Path) -> None:
    item = maastricht.incident("Shooting")
    attach(maastricht, item, put(tmp_path, "a.jpg", photo(HIDDEN, orientation=6)), put(tmp_path, "b.mp4", video()))
    forgetful, holding = (Copies(maastricht.desk.workspace, held_bytes=size) for size in (0, 10**9))
    shown = forgetful.going(files(maastricht, item))
    assert shown == holding.going(files(maastricht, item))
    assert [forgetful.data(going) for going in shown] == [holding.data(going) for going in shown]
    promised = shown[0].copy
    assert promised is not None
    other = msgspec.structs.replace(shown[0], copy=msgspec.structs.replace(promised, sha256="00" * 32))
    with pytest.raises(Refused, match="changed since the preview"):
        forgetful.data(other)


def test_a_photo_of_two_items_goes_once(maastricht: Desk, aachen: Desk, neighbours: Neighbours, tmp_path: Path) -> None:
    items = [maastricht.incident("Shooting"), maastricht.incident("Fire")]
    path = put(tmp_path, "a.jpg", photo())
    for item in items:
        attach(maastricht, item, path)
    preview = maastricht.sharing.preview(items, aachen.id, grounds())
    bundle = maastricht.sharing.send(preview, officer="Anna", why="near").bundle
    neighbours.carry()
    (entry,) = aachen.exchange.inbox.opened(bundle).content.attachments
    assert set(entry.items) == set(items)
    aachen.applied()
    held = {file for item in items for file in files(aachen, local_id(maastricht.id, item))}
    assert [len(read(aachen, file)) for file in held] == [entry.size]


def test_an_update_brings_only_files_that_are_not_there_yet(
    maastricht: Desk, aachen: Desk, neighbours: Neighbours, tmp_path: Path
) -> None:
    item = maastricht.incident("Shooting")
    attach(maastricht, item, put(tmp_path, "a.mp4", video()))
    preview = maastricht.sharing.preview([item], aachen.id, grounds())
    first = maastricht.sharing.send(preview, officer="Anna", why="near").bundle
    neighbours.carry()
    aachen.applied()
    attach(maastricht, item, put(tmp_path, "b.jpg", photo()))
    update = maastricht.sharing.preview_update(first, grounds())
    second = maastricht.sharing.send(update, officer="Anna", why="more").bundle
    neighbours.carry()
    assert [file.name for file in aachen.exchange.inbox.opened(second).content.attachments] == ["photo 1.jpg"]
    aachen.applied()
    film, still = files(aachen, local_id(maastricht.id, item))
    assert frames_of(read(aachen, film)) == frames_of(video())
    assert len(read(aachen, still)) > 0


def test_a_file_that_was_not_acknowledged_goes_again_with_the_update(
    maastricht: Desk, aachen: Desk, neighbours: Neighbours, tmp_path: Path
) -> None:
    item = maastricht.incident("Shooting")
    attach(maastricht, item, put(tmp_path, "a.jpg", photo()))
    preview = maastricht.sharing.preview([item], aachen.id, grounds())
    first = maastricht.sharing.send(preview, officer="Anna", why="near").bundle
    maastricht.retitle(item, "Shooting at the gate")
    update = maastricht.sharing.preview_update(first, grounds())
    second = maastricht.sharing.send(update, officer="Anna", why="more").bundle
    neighbours.carry()
    assert len(aachen.exchange.inbox.opened(second).files) == 1


def test_a_file_that_was_taken_off_since_the_preview_stops_the_sending(
    maastricht: Desk, aachen: Desk, neighbours: Neighbours, tmp_path: Path
) -> None:
    item = maastricht.incident("Shooting")
    attach(maastricht, item, put(tmp_path, "a.jpg", photo()))
    preview = maastricht.sharing.preview([item], aachen.id, grounds())
    maastricht.desk.attachments.detach(maastricht.item(item), [files(maastricht, item)[0].sha256])
    with pytest.raises(Refused, match="changed since the preview"):
        maastricht.sharing.send(preview, officer="Anna", why="near")


def test_a_peers_files_cannot_be_changed_here(
    maastricht: Desk, aachen: Desk, neighbours: Neighbours, tmp_path: Path
) -> None:
    item = maastricht.incident("Shooting")
    attach(maastricht, item, put(tmp_path, "a.jpg", photo()))
    preview = maastricht.sharing.preview([item], aachen.id, grounds())
    bundle = maastricht.sharing.send(preview, officer="Anna", why="near").bundle
    neighbours.carry()
    aachen.applied()
    theirs = local_id(maastricht.id, item)
    with pytest.raises(Refused, match="locked"):
        attach(aachen, theirs, put(tmp_path, "b.pdf", document()))
    maastricht.sharing.withdraw(bundle, officer="Anna", why="mistake")
    neighbours.carry()
    aachen.applied()
    assert aachen.item(theirs).removed
    assert aachen.pictured() == {}


def test_what_a_hostile_peer_sends_is_kept_and_never_opened(
    maastricht: Desk, aachen: Desk, neighbours: Neighbours, tmp_path: Path
) -> None:
    item = maastricht.item(maastricht.incident("Shooting"))
    program, lost = b"MZ\x90\x00 a program", "ab" * 32
    entry = attached(program, "photo 1.jpg", "image/jpeg", [item.id])
    named = (
        Attachment(name="../../run\u202egpj.exe", media_type="image/jpeg", size=5, sha256=entry.sha256),
        Attachment(name="\x1b[2Jgone.jpg", media_type="text/html", size=10**15, sha256=lost),
    )
    hostile = msgspec.structs.replace(item, aspects={**item.aspects, Aspect.ATTACHMENTS: Attachments(files=named)})
    maastricht.exchange.outbox.queue(
        Shipment(
            to=aachen.id, kind=Kind.SNAPSHOT, officer="Mallory", why="-", terms=Terms(purpose="prevention"),
            items=(hostile,), attachments=(entry,), files={entry.sha256: program},
        )
    )  # fmt: skip
    neighbours.carry()
    assert aachen.applied() == 1
    first, second = files(aachen, local_id(maastricht.id, item.id))
    assert (first.name, second.name) == ("rungpj.jpg", "[2Jgone.bin")
    attachments, viewing = aachen.desk.attachments, Viewing(aachen.desk.attachments)
    assert attachments.name_to_save(first) == "rungpj.bin"
    with pytest.raises(Refused, match="is not opened here"):
        viewing.copy(first)
    with pytest.raises(Refused, match="not in the workspace"):
        viewing.copy(second)
    folder = tmp_path / "out"
    folder.mkdir()
    assert [path.name for path in attachments.save_all([first], folder)] == ["rungpj.bin"]
    assert (folder / "rungpj.bin").read_bytes() == program
    assert aachen.desk.workspace.check().findings == []
    shown = aachen.sharing.preview([local_id(maastricht.id, item.id)], maastricht.id, grounds()).lines[0]
    assert [going.copy for going in shown.files] == [None] * len(shown.files)
