"""The command line, one behaviour a test."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.conftest import Qroc
from tests.formats.media_files import document, photo


def test_create_then_info(qroc: Qroc, workspace: Path) -> None:
    info = qroc("-w", workspace, "workspace", "info", "--json")
    assert info.code == 0
    assert info.json["centre"] == "Leitstelle Süd"
    assert info.json["country"] == "DE"
    assert info.json["kind"] == "live"
    assert info.json["items"] == 0


def test_create_refuses_an_existing_file(qroc: Qroc, workspace: Path) -> None:
    before = workspace.read_bytes()
    answer = qroc("-w", workspace, "workspace", "create", "--centre", "Other", "--country", "NL")
    assert answer.code == 1
    assert len(answer.err.splitlines()) == 1
    assert str(workspace) in answer.err
    assert workspace.read_bytes() == before


def test_country_must_be_two_letters(qroc: Qroc, tmp_path: Path) -> None:
    answer = qroc("-w", tmp_path / "x.qroc", "workspace", "create", "--centre", "C", "--country", "Germany")
    assert answer.code == 1
    assert "Germany" in answer.err
    assert not (tmp_path / "x.qroc").exists()


def test_usage_errors_exit_with_2(qroc: Qroc, workspace: Path) -> None:
    assert qroc("items").code == 2
    assert qroc("-w", workspace, "items", "--bbox", "1,2,3").code == 2
    assert qroc("-w", workspace, "picture", "--valid", "14:05").code == 2
    assert qroc("-w", workspace, "export", "--format", "docx", "--out", "x").code == 2


def test_missing_workspace_is_one_line(qroc: Qroc, tmp_path: Path) -> None:
    answer = qroc("-w", tmp_path / "absent.qroc", "items")
    assert (answer.code, answer.out) == (1, "")
    assert len(answer.err.splitlines()) == 1
    assert "absent.qroc" in answer.err


def test_check_of_a_sound_workspace(qroc: Qroc, workspace: Path) -> None:
    answer = qroc("-w", workspace, "workspace", "check", "--json")
    assert answer.code == 0
    assert answer.json == {"sound": True, "findings": []}


def test_import_says_what_came_in_and_what_was_skipped(qroc: Qroc, workspace: Path, geojson: Path) -> None:
    answer = qroc("-w", workspace, "import", geojson, "--json")
    assert answer.code == 0, answer.err
    assert answer.json["imported"] == 2
    (skipped,) = answer.json["skipped"]
    assert "three.geojson" in skipped["where"]
    assert "91" in skipped["why"]
    assert answer.json["batch"]
    assert answer.json.keys() == {"imported", "removed", "skipped", "batch"}
    assert skipped.keys() == {"where", "why"}
    listed = qroc("-w", workspace, "items", "--json").json
    assert {item["title"] for item in listed["items"]} == {"Röntgenstraße", "Depot"}
    assert {item["layer"] for item in listed["items"]} == {"three"}


def test_dry_run_writes_nothing(qroc: Qroc, workspace: Path, geojson: Path) -> None:
    answer = qroc("-w", workspace, "import", geojson, "--dry-run", "--json")
    assert answer.json["imported"] == 2
    assert answer.json["batch"] is None
    assert qroc("-w", workspace, "items", "--json").json["count"] == 0


def test_one_bad_file_refuses_the_whole_import(qroc: Qroc, workspace: Path, geojson: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.kml"
    bad.write_bytes(b'<!DOCTYPE x [<!ENTITY a "b">]><kml>&a;</kml>')
    answer = qroc("-w", workspace, "import", geojson, bad)
    assert answer.code == 1
    assert len(answer.err.splitlines()) == 1
    assert "bad.kml" in answer.err
    assert qroc("-w", workspace, "items", "--json").json["count"] == 0


def test_undo_takes_an_import_back_as_one_step(qroc: Qroc, workspace: Path, geojson: Path) -> None:
    batch = qroc("-w", workspace, "import", geojson, "--layer", "Lage", "--json").json["batch"]
    undone = qroc("-w", workspace, "undo", batch, "--json")
    assert undone.code == 0, undone.err
    assert qroc("-w", workspace, "items", "--json").json["count"] == 0
    again = qroc("-w", workspace, "undo", batch)
    assert again.code == 1
    assert len(again.err.splitlines()) == 1


def test_undo_of_an_unknown_batch_is_refused(qroc: Qroc, workspace: Path) -> None:
    assert qroc("-w", workspace, "undo", "no-such-batch").code == 1


def test_importing_a_file_again_updates_instead_of_doubling(qroc: Qroc, workspace: Path, tmp_path: Path) -> None:
    path = tmp_path / "units.geojson"
    for title in ("before", "after"):
        feature = {
            "type": "Feature",
            "id": "unit-7",
            "properties": {"title": title},
            "geometry": {"type": "Point", "coordinates": [5.69, 50.85]},
        }
        path.write_text(json.dumps(feature), encoding="utf-8")
        assert qroc("-w", workspace, "import", path).code == 0
    listed = qroc("-w", workspace, "items", "--json").json
    assert [item["title"] for item in listed["items"]] == ["after"]


def test_items_by_box_words_and_layer(qroc: Qroc, workspace: Path, geojson: Path) -> None:
    qroc("-w", workspace, "import", geojson, "--layer", "Lage")

    def titles(*options: str) -> set[str]:
        answer = qroc("-w", workspace, "items", "--json", *options)
        assert answer.code == 0, answer.err
        return {item["title"] for item in answer.json["items"]}

    assert titles("--bbox", "6,50,7,51") == {"Röntgenstraße"}
    assert titles("--query", "rontgenstrasse") == {"Röntgenstraße"}
    assert titles("--query", "depo") == {"Depot"}
    assert titles("--layer", "Lage") == {"Röntgenstraße", "Depot"}
    assert qroc("-w", workspace, "items", "--layer", "none such").code == 1


def test_items_say_which_file_they_came_from(qroc: Qroc, workspace: Path, geojson: Path) -> None:
    qroc("-w", workspace, "import", geojson)
    before = qroc("-w", workspace, "workspace", "info", "--json").json["last"]
    moved = geojson.rename(geojson.with_name("newer.geojson"))
    qroc("-w", workspace, "import", moved, "--layer", "three")
    for options, file in (((), "newer.geojson"), (("--known", before), "three.geojson")):
        listed = qroc("-w", workspace, "items", "--json", *options).json["items"]
        assert [(i["origin"]["format"], i["origin"]["file"]) for i in listed] == [("geojson", file)] * 2


def test_log_is_appended_and_corrected(qroc: Qroc, workspace: Path) -> None:
    first = qroc("-w", workspace, "log", "add", "message", "Two", "vehicles", "--json").json["entry"]
    second = qroc("-w", workspace, "log", "add", "message", "Three vehicles", "--corrects", first, "--json")
    assert second.code == 0, second.err
    entries = qroc("-w", workspace, "log", "--json").json["entries"]
    assert [entry["text"] for entry in entries] == ["Three vehicles", "Two vehicles"]
    assert entries[0]["corrects"] == first
    assert entries[1]["corrected_by"] == [entries[0]["id"]]
    assert qroc("-w", workspace, "log", "add", "rumour", "x").code == 2


def test_picture_as_it_was_known(qroc: Qroc, workspace: Path, geojson: Path, tmp_path: Path) -> None:
    before = qroc("-w", workspace, "workspace", "info", "--json").json["last"]
    assert qroc("-w", workspace, "import", geojson).code == 0
    now = qroc("-w", workspace, "picture")
    assert len(now.json["features"]) == 2
    then = qroc("-w", workspace, "picture", "--known", before)
    assert then.json["features"] == []
    out = tmp_path / "picture.geojson"
    assert qroc("-w", workspace, "picture", "--out", out).code == 0
    assert len(json.loads(out.read_text(encoding="utf-8"))["features"]) == 2


def test_a_locked_workspace_is_read_but_not_written(qroc: Qroc, workspace: Path, geojson: Path) -> None:
    from qroc_desktop.cli.session import Session

    with Session(workspace).desk(write=True):
        assert qroc("-w", workspace, "items").code == 0
        refused = qroc("-w", workspace, "import", geojson)
        assert refused.code == 1
        assert len(refused.err.splitlines()) == 1
    assert qroc("-w", workspace, "import", geojson).code == 0


def test_something_else_than_a_workspace_is_refused(qroc: Qroc, tmp_path: Path) -> None:
    text = tmp_path / "letter.qroc"
    text.write_text("Dear colleague", encoding="utf-8")
    other = tmp_path / "other.qroc"
    with sqlite3.connect(other) as database:
        database.execute("create table t (x)")
    database.close()
    for path in (text, other):
        answer = qroc("-w", path, "workspace", "info")
        assert answer.code == 1
        assert len(answer.err.splitlines()) == 1
        assert path.name in answer.err


def test_control_characters_never_reach_the_terminal(qroc: Qroc, workspace: Path) -> None:
    qroc("-w", workspace, "log", "add", "message", "bell \x07 and \x1b[2Jclear")
    out = qroc("-w", workspace, "log").out
    assert "\x1b" not in out
    assert "\x07" not in out


def test_places_by_name_and_by_coordinate(qroc: Qroc) -> None:
    vienna = qroc("places", "Wien", "--json").json["places"][0]
    assert abs(vienna["lat"] - 48.21) < 0.05
    assert abs(vienna["lon"] - 16.37) < 0.05
    coordinate = qroc("places", "50,8503", "4,3517", "--json").json["places"][0]
    assert (coordinate["lon"], coordinate["lat"]) == (4.3517, 50.8503)


def test_reservations_of_an_import_stand_beside_the_document(qroc: Qroc, workspace: Path, tmp_path: Path) -> None:
    path = tmp_path / "nowhere.geojson"
    path.write_text('{"type":"Feature","properties":{"title":"x"},"geometry":null}', encoding="utf-8")
    answer = qroc("-w", workspace, "import", path, "--json")
    assert (answer.code, answer.json["imported"], answer.json["skipped"]) == (0, 1, [])
    assert answer.err.startswith("note nowhere.geojson: feature 1: ")


def test_a_dry_run_says_what_the_import_says(qroc: Qroc, workspace: Path, geojson: Path) -> None:
    looked = qroc("-w", workspace, "import", geojson, "--dry-run", "--json").json
    done = qroc("-w", workspace, "import", geojson, "--json").json
    assert looked | {"batch": None} == done | {"batch": None}


def test_an_export_never_takes_the_place_of_what_is_no_file(qroc: Qroc, workspace: Path, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    answer = qroc("-w", workspace, "export", "--format", "geojson", "--out", pipe)
    assert answer.code == 1
    assert len(answer.err.splitlines()) == 1
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_an_export_follows_links_and_keeps_permissions(qroc: Qroc, workspace: Path, tmp_path: Path) -> None:
    shared, link = tmp_path / "shared.geojson", tmp_path / "link.geojson"
    shared.write_text("old", encoding="utf-8")
    shared.chmod(0o664)
    link.symlink_to(shared)
    assert qroc("-w", workspace, "export", "--format", "geojson", "--out", link).code == 0
    assert link.is_symlink()
    assert stat.S_IMODE(shared.stat().st_mode) == 0o664
    assert json.loads(shared.read_text(encoding="utf-8"))["features"] == []


def test_an_answer_that_cannot_be_written_is_one_line(workspace: Path) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "qroc_desktop.cli.main", "-w", workspace, "picture"],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1


def test_times_of_tables_are_in_the_zone_that_was_named(qroc: Qroc, workspace: Path, tmp_path: Path) -> None:
    table = tmp_path / "a.csv"
    table.write_text("title;lat;lon;Datum;Uhrzeit\nBrand;50;6;01.07.2026;14:05\n", encoding="utf-8")
    answer = qroc("-w", workspace, "import", table, "--zone", "Europe/Berlin", "--json")
    assert (answer.code, answer.err) == (0, "")
    at = ("-w", workspace, "items", "--json", "--valid")
    assert qroc(*at, "2026-07-01T12:04:59Z").json["count"] == 0
    assert qroc(*at, "2026-07-01T12:05:00Z").json["count"] == 1
    for unknown in ("Mars/Olympus", "../../etc/passwd", "Europe"):
        refused = qroc("-w", workspace, "import", table, "--zone", unknown)
        assert refused.code == 2
        assert "is not a time zone" in refused.err


def test_a_deletion_is_counted_and_told(qroc: Qroc, workspace: Path, tmp_path: Path) -> None:
    events = tmp_path / "stream.cot"
    event = (
        "<event version='2.0' uid='{}' type='{}' how='m-g' time='2026-03-01T10:00:00Z' start='2026-03-01T10:00:00Z'"
        " stale='2026-03-01T11:00:00Z'><point lat='50' lon='6' hae='0' ce='1' le='1'/><detail>{}</detail></event>"
    )
    link = "<link uid='X' relation='none' type='none'/>"
    events.write_text(event.format("X", "a-f-G", "") + event.format("D", "t-x-d-d", link), encoding="utf-8")
    answer = qroc("-w", workspace, "import", events)
    assert answer.out.splitlines()[0] == "1 imported, 1 removed, 0 skipped"
    assert "An item is removed from the picture" in answer.out
    assert qroc("-w", workspace, "items", "--json").json["count"] == 0


INTERRUPTING = """
import signal, sys

class Interrupts:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            signal.raise_signal(signal.SIGINT)

# A shell starts what runs in the background without Ctrl+C; the tests may run there.
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.meta_path.insert(0, Interrupts())
sys.argv = ["qroc", *{arguments!r}]
from qroc_desktop.cli.start import main
main()
"""


@pytest.mark.parametrize("module", ["click", "qroc_desktop.store", "qroc_desktop.formats.geojson"])
def test_ctrl_c_is_one_line_from_the_first_moment(qroc: Qroc, workspace: Path, geojson: Path, module: str) -> None:
    arguments = ["-w", str(workspace), "import", str(geojson)]
    program = INTERRUPTING.format(module=module, arguments=arguments)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr.strip()) == (130, "", "qroc: Interrupted.")
    assert qroc("-w", workspace, "import", geojson, "--dry-run").code == 0
    assert qroc("-w", workspace, "workspace", "check").code == 0


def test_a_closed_output_is_nobody_to_tell(workspace: Path, geojson: Path) -> None:
    qroc = f"{sys.executable} -m qroc_desktop.cli.start -w {workspace}"
    for command, code in (
        (f"{qroc} import {geojson} --json >&-", 0),
        (f"{qroc} items >&-", 0),
        (f"{qroc} picture >&-", 0),
        (f"{qroc} items --layer nowhere 2>&-", 1),
        (f"{qroc} import {geojson} >&- 2>&-", 0),
    ):
        done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (code, "")


@pytest.mark.parametrize(
    "arguments",
    [
        ("log", "add", "message", "{bad}"),
        ("log", "--query", "{bad}"),
        ("items", "--layer", "{bad}"),
        ("undo", "{bad}"),
        ("import", "{file}", "--layer", "{bad}"),
    ],
)
def test_bytes_that_are_no_text_are_a_usage_error(
    qroc: Qroc, workspace: Path, geojson: Path, arguments: tuple[str, ...]
) -> None:
    bad = os.fsdecode(b"\xff")
    answer = qroc("-w", workspace, *(a.format(bad=bad, file=geojson) for a in arguments))
    assert answer.code == 2
    assert "no characters" in answer.err


def test_files_may_have_names_that_are_no_text_but_a_workspace_may_not(
    qroc: Qroc, workspace: Path, tmp_path: Path
) -> None:
    out = tmp_path / os.fsdecode(b"\xff.csv")
    answer = qroc("-w", workspace, "export", "--format", "csv", "--out", out, "--json")
    assert (answer.code, answer.json["written"]) == (0, str(out))
    other = tmp_path / os.fsdecode(b"\xff.qroc")
    refused = qroc("-w", other, "workspace", "create", "--centre", "C", "--country", "NL")
    assert (refused.code, len(refused.err.splitlines())) == (1, 1)
    assert not other.exists()


def test_a_limit_beyond_all_numbers_is_a_usage_error(qroc: Qroc, workspace: Path) -> None:
    for command in ("items", "log"):
        assert qroc("-w", workspace, command, "--limit", "9" * 20).code == 2


def test_a_person_reads_some_of_many_skipped_lines_and_a_program_all(
    qroc: Qroc, workspace: Path, tmp_path: Path
) -> None:
    table = tmp_path / "long.csv"
    table.write_text("title,lat,lon\n" + "x,91,6\n" * 1000 + "y,50,6\n", encoding="utf-8")
    lines = qroc("-w", workspace, "import", table, "--dry-run").out.splitlines()
    assert lines[0] == "1 would be imported, 1000 skipped"
    assert lines[-1] == "and 800 more skipped; --json tells all"
    assert len(lines) == 202
    assert len(qroc("-w", workspace, "import", table, "--dry-run", "--json").json["skipped"]) == 1000


@pytest.mark.parametrize("format_name", ["geojson", "csv", "png"])
def test_an_export_never_replaces_a_workspace(
    qroc: Qroc, workspace: Path, geojson: Path, tmp_path: Path, format_name: str
) -> None:
    qroc("-w", workspace, "import", geojson)
    other, link = tmp_path / "other.qroc", tmp_path / "link.geojson"
    assert qroc("-w", other, "workspace", "create", "--centre", "C", "--country", "NL").code == 0
    link.symlink_to(workspace)
    before = workspace.read_bytes(), other.read_bytes()
    for out in (workspace, other, link):
        answer = qroc("-w", workspace, "export", "--format", format_name, "--out", out)
        assert (answer.code, answer.out, len(answer.err.splitlines())) == (1, "", 1)
        assert "workspace" in answer.err
    assert qroc("-w", workspace, "picture", "--out", workspace).code == 1
    assert (workspace.read_bytes(), other.read_bytes()) == before


def test_an_export_to_a_dash_is_a_usage_error(
    qroc: Qroc, workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    answer = qroc("-w", workspace, "export", "--format", "csv", "--out", "-")
    assert answer.code == 2
    assert not (tmp_path / "-").exists()


def test_a_link_that_leads_to_itself_is_one_line(qroc: Qroc, workspace: Path, tmp_path: Path) -> None:
    loop = tmp_path / "loop.qroc"
    loop.symlink_to(loop)
    for command in (("items",), ("workspace", "create", "--centre", "C", "--country", "NL")):
        answer = qroc("-w", loop, *command)
        assert (answer.code, len(answer.err.splitlines())) == (1, 1)
        assert "link" in answer.err


@pytest.mark.parametrize("length", [221, 252, 300])
def test_a_name_that_is_too_long_is_said_to_be(qroc: Qroc, tmp_path: Path, length: int) -> None:
    answer = qroc("-w", tmp_path / ("x" * length), "workspace", "create", "--centre", "C", "--country", "NL")
    assert answer.code == 1
    assert "The name of the file is longer than 220 bytes." in answer.err
    assert list(tmp_path.iterdir()) == []
    longest = tmp_path / ("x" * 220)
    assert qroc("-w", longest, "workspace", "create", "--centre", "C", "--country", "NL").code == 0
    assert qroc("-w", longest, "log", "add", "message", "x").code == 0


def test_a_centre_has_a_name_and_no_treatise(qroc: Qroc, tmp_path: Path) -> None:
    path = tmp_path / "x.qroc"
    answer = qroc("-w", path, "workspace", "create", "--centre", "x" * 201, "--country", "NL")
    assert (answer.code, len(answer.err.splitlines())) == (1, 1)
    assert not path.exists()


def test_a_clock_that_was_put_back_is_told_and_never_takes_the_record_back(
    qroc: Qroc, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = time.time_ns
    year = 365 * 86_400 * 10**9
    monkeypatch.setattr(time, "time_ns", lambda: real() + year)
    ahead = qroc("-w", workspace, "log", "add", "message", "written ahead")
    assert (ahead.code, ahead.err) == (0, "")
    monkeypatch.setattr(time, "time_ns", real)
    back = qroc("-w", workspace, "log", "add", "message", "written after", "--json")
    assert back.code == 0
    assert back.err.startswith("note: the clock of this machine is behind the workspace")
    first, second = qroc("-w", workspace, "log", "--json").json["entries"]
    assert (first["text"], second["text"]) == ("written after", "written ahead")
    assert first["recorded_at"] > second["recorded_at"]
    assert first["recorded_at"][:19] in back.err
    info = qroc("-w", workspace, "workspace", "info", "--json").json
    assert 365 * 86_400 - 600 < info["clock_behind_s"] <= 365 * 86_400


def test_files_are_attached_listed_saved_and_taken_off(
    qroc: Qroc, workspace: Path, geojson: Path, tmp_path: Path
) -> None:
    qroc("-w", workspace, "import", geojson)
    item = qroc("-w", workspace, "items", "--query", "depot", "--json").json["items"][0]["id"]
    one, two = tmp_path / "gate.jpg", tmp_path / "plan.pdf"
    one.write_bytes(photo())
    two.write_bytes(document())
    added = qroc("-w", workspace, "attach", item, one, two, "--json")
    assert added.code == 0, added.err
    listed = qroc("-w", workspace, "attachments", item, "--json").json
    assert [(file["number"], file["name"], file["type"]) for file in listed["files"]] == [
        (1, "gate.jpg", "image/jpeg"), (2, "plan.pdf", "application/pdf"),
    ]  # fmt: skip
    folder = tmp_path / "copies"
    folder.mkdir()
    saved = qroc("-w", workspace, "attachments", item, "--save", folder, "--json").json["saved"]
    assert [Path(path).read_bytes() for path in saved] == [one.read_bytes(), two.read_bytes()]
    (left,) = qroc("-w", workspace, "detach", item, "1", "--json").json["files"]
    assert (left["number"], left["name"]) == (1, "plan.pdf")
    assert qroc("-w", workspace, "workspace", "check").code == 0


def test_a_program_is_not_attached(qroc: Qroc, workspace: Path, geojson: Path, tmp_path: Path) -> None:
    qroc("-w", workspace, "import", geojson)
    item = qroc("-w", workspace, "items", "--query", "depot", "--json").json["items"][0]["id"]
    bad = tmp_path / "photo.jpg"
    bad.write_bytes(b"MZ\x90\x00")
    answer = qroc("-w", workspace, "attach", item, bad)
    assert (answer.code, answer.out, len(answer.err.splitlines())) == (1, "", 1)
    assert "photo.jpg: This kind of file cannot be attached" in answer.err
    assert qroc("-w", workspace, "attach", "nobody", bad).code == 1
    assert qroc("-w", workspace, "detach", item, "1").code == 1
    assert qroc("-w", workspace, "attach", item).code == 2
