"""TAK data packages: manifests, what they leave out, attachments, and packages of our own."""

from __future__ import annotations

import pytest

from qroc_desktop.domain.aspects import Attachments, Wording
from qroc_desktop.domain.instant import parse
from qroc_desktop.domain.shape import Shape
from qroc_desktop.domain.vocabulary import Aspect, WorkspaceKind
from qroc_desktop.errors import Refused
from qroc_desktop.formats import archive, data_package, kmz
from qroc_desktop.formats.data_package import MANIFEST
from tests.formats.foreign_items import NOW, item, sample, writing
from tests.formats.media_files import document, photo
from tests.formats.test_cot import event


def manifest(*entries: tuple[str, str], version: str = "2") -> bytes:
    contents = "".join(f"<Content ignore='{ignore}' zipEntry='{entry}'/>" for entry, ignore in entries)
    configuration = (
        "<Configuration><Parameter name='uid' value='u'/><Parameter name='name' value='Package A'/></Configuration>"
    )
    inside = f"{configuration}<Contents>{contents}</Contents>"
    return f"<MissionPackageManifest version='{version}'>{inside}</MissionPackageManifest>".encode()


def packed(**members: bytes) -> bytes:
    return archive.packed({name.replace("__", "/").replace("_", "."): data for name, data in members.items()}, at=NOW)


def test_the_manifest_says_what_is_read() -> None:
    data = packed(
        MANIFEST__manifest_xml=manifest(
            ("a.cot", "false"), ("b.cot", "true"), ("x.jpg", "false"), ("gone.cot", "false")
        ),
        a_cot=event(uid="a").encode(),
        b_cot=event(uid="b").encode(),
        c_cot=event(uid="c").encode(),
        x_jpg=b"\xff\xd8",
    )
    assert data_package.looks_like(data, "x.zip")
    reading = data_package.read(data, name="x.zip")
    (only,) = reading.items
    assert (only.aspects[Aspect.ORIGIN].foreign_id, only.folders) == ("a", ("Package A",))  # type: ignore[union-attr]
    assert only.where == "a.cot, line 1, event"
    assert [(p.where, str(p.why)) for p in reading.problems] == [
        ("MANIFEST/manifest.xml, line 1, Content", "The manifest names a file that is not in the package."),
        ("b.cot", "The manifest has it ignored."),
        ("c.cot", "The manifest does not name it."),
        ("x.jpg", "An attachment, which is not read."),
    ]


@pytest.mark.parametrize("place", ["manifest.xml", "Manifest/MANIFEST.XML", "deep/er/MANIFEST/manifest.xml"])
def test_the_manifest_may_lie_elsewhere(place: str) -> None:
    data = archive.packed({place: manifest(("a.cot", "true")), "a.cot": event().encode()}, at=NOW)
    assert data_package.read(data, name="x.zip").items == []


def test_without_a_manifest_all_events_are_read() -> None:
    data = packed(a__a_cot=event(uid="a").encode(), b_xml=event(uid="b").encode(), c_xml=b"<kml/>")
    reading = data_package.read(data, name="x.zip")
    assert len(reading.items) == 2
    assert [(p.where, str(p.why)) for p in reading.problems] == [
        ("MANIFEST/manifest.xml", "The package has no manifest: all its events are read."),
        ("c.xml", "It is not a CoT event."),
    ]


def test_a_package_with_kml_in_it_is_not_kmz() -> None:
    data = packed(a_kml=b"<kml/>", b_cot=event().encode())
    assert data_package.looks_like(data, "x.zip")
    assert not kmz.looks_like(data, "x.zip")
    assert kmz.looks_like(packed(a_kml=b"<kml/>"), "x.zip")


def test_a_damaged_event_leaves_the_others() -> None:
    data = packed(a_cot=b"<event uid='", b_cot=event(uid="b").encode())
    reading = data_package.read(data, name="x.zip")
    assert len(reading.items) == 1
    assert "not well-formed" in str(reading.problems[1].why)


def test_exercise_and_live_events_in_one_package_are_refused() -> None:
    data = packed(a_cot=event(opex="e").encode(), b_cot=event(opex="o").encode())
    with pytest.raises(Refused, match="mixes events of an exercise"):
        data_package.read(data, name="x.zip")


def test_an_archive_inside_is_not_opened() -> None:
    data = packed(a_cot=packed(x_cot=event().encode()))
    reading = data_package.read(data, name="x.zip")
    assert reading.items == []
    assert "archive inside an archive" in str(reading.problems[1].why)


def test_our_package_comes_back_and_names_each_event() -> None:
    items = [
        item("id/1", wording=Wording(title="Ä")),
        item("ID:1", shape=Shape(type="Point", coordinates=[1.0, 2.0])),
    ]
    written = data_package.write(items, writing(WorkspaceKind.EXERCISE))
    assert written.data == data_package.write(items, writing(WorkspaceKind.EXERCISE)).data
    reading = data_package.read(written.data, name="x.zip")
    assert [i.aspects for i in reading.items] == [i.aspects for i in items]
    assert reading.exercise is True
    names = archive.opened(written.data, name="x.zip").names
    assert names == ("00000-id_1/id_1.cot", "00001-ID_1/ID_1.cot", "MANIFEST/manifest.xml")


def test_a_package_holds_as_many_items_as_it_is_read_with() -> None:
    many = [item("i")] * archive.MAX_MEMBERS
    with pytest.raises(Refused, match=r"A data package holds at most 9999 items\..*Choose Cursor on Target"):
        data_package.write(many, writing())


# Real packages. Values read off the files by eye.


def test_a_package_with_a_camera() -> None:
    data = sample("cot/CameraCOTs.zip")
    assert data_package.looks_like(data, "CameraCOTs.zip")
    reading = data_package.read(data, name="CameraCOTs.zip")
    (camera,) = reading.items
    assert camera.folders == ("2024 streaming cameras - not for iTAK",)
    assert camera.aspects[Aspect.SHAPE] == Shape(type="Point", coordinates=[-107.312862, 38.0351828, 2624.647])
    assert camera.aspects[Aspect.WORDING] == Wording(title="Lake City")
    assert camera.aspects[Aspect.NATURE].kind == "b-m-p-s-p-loc"  # type: ignore[union-attr]
    assert camera.valid_at == parse("2023-11-15T20:48:16.067Z")
    assert "rangeLineStrokeColor" in camera.aspects[Aspect.ORIGIN].kept["cot"]["detail"]  # type: ignore[union-attr]
    assert (reading.problems, reading.exercise) == ([], None)


def test_a_package_with_nothing_in_it() -> None:
    reading = data_package.read(sample("cot/MissionArchive.zip"), name="MissionArchive.zip")
    assert reading.items == []
    assert [str(p.why) for p in reading.problems] == ["The package holds no event."]


def linked(*contents: tuple[str, str]) -> bytes:
    """A manifest that says of which uid each file is."""
    parts = "".join(
        f'<Content ignore="false" zipEntry="{entry}"><Parameter name="uid" value="{uid}"/></Content>'
        for entry, uid in contents
    )
    return f'<MissionPackageManifest version="2"><Contents>{parts}</Contents></MissionPackageManifest>'.encode()


def test_files_of_an_event_come_with_it() -> None:
    image, plan = photo(), document()
    data = archive.packed(
        {
            MANIFEST: linked(
                ("a/a.cot", "a"),
                ("a/gate.jpg", "a"),
                ("a/plan.pdf", "a"),
                ("b/tool.exe", "a"),
                ("c/of-nobody.jpg", "c"),
            ),
            "a/a.cot": event(uid="a").encode(),
            "a/gate.jpg": image,
            "a/plan.pdf": plan,
            "b/tool.exe": b"MZ\x90",
            "c/of-nobody.jpg": image,
        },
        at=NOW,
    )
    reading = data_package.read(data, name="x.zip")
    (only,) = reading.items
    held = only.aspects[Aspect.ATTACHMENTS]
    assert isinstance(held, Attachments)
    assert [(file.name, file.media_type, reading.files[file.sha256]) for file in held.files] == [
        ("gate.jpg", "image/jpeg", image), ("plan.pdf", "application/pdf", plan),
    ]  # fmt: skip
    assert [problem.where for problem in reading.problems] == ["b/tool.exe", "c/of-nobody.jpg"]
