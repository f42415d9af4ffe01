"""What goes wrong around the programs: each is one clear line or notice, and nothing acknowledged is lost."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("PySide6.QtWidgets")

from tests.e2e.processes import Machine, makers, said
from tests.e2e.test_stories import CREATE


def works(*words: str) -> bool:
    """Whether this machine lets us set up such trouble."""
    if shutil.which(words[0]) is None:
        return False
    return subprocess.run(words, capture_output=True, check=False).returncode == 0


needs_mounts = pytest.mark.skipif(
    not works("unshare", "-m", "sh", "-c", "mount -t tmpfs -o size=1m tmpfs /mnt"),
    reason="mounting is not allowed here",
)
needs_netless = pytest.mark.skipif(not works("unshare", "-n", "true"), reason="unshare -n is not allowed here")


def mounted(folder: Path, options: str) -> list[str]:
    """The words that start a program on a small file system of its own at `folder`."""
    return ["unshare", "-m", "sh", "-c", f'mount {options} "$0" && shift 0 && exec "$@"', str(folder)]


@needs_mounts
def test_a_full_disk_at_the_command_line(machine: Machine, tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    big = tmp_path / "big.csv"
    big.write_text("title,lat,lon\n" + "".join(f"{'n' * 100}{n},50,5\n" for n in range(20_000)))
    script = (
        f"{sys.executable} -m qroc_desktop.cli.main -w {small}/x.qroc workspace create --centre C --country DE"
        f" && {sys.executable} -m qroc_desktop.cli.main -w {small}/x.qroc log add message vorher"
        f" && {sys.executable} -m qroc_desktop.cli.main -w {small}/x.qroc import {big};"
        f" echo code $?; {sys.executable} -m qroc_desktop.cli.main -w {small}/x.qroc log;"
        f" {sys.executable} -m qroc_desktop.cli.main -w {small}/x.qroc workspace check"
    )
    from tests.e2e.processes import ROOT, environment

    done = subprocess.run(
        [*mounted(small, "-t tmpfs -o size=2m tmpfs"), "sh", "-c", script],
        cwd=ROOT,
        env=environment(machine.home),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    (line,) = said(done.stderr)
    assert line.startswith(f"qroc: {small}/x.qroc: ")
    assert "disk" in line
    assert "kept" in line
    assert "code 1" in done.stdout
    assert "vorher" in done.stdout
    assert done.stdout.rstrip().endswith("sound")


@needs_mounts
def test_a_full_disk_in_the_window(machine: Machine, tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    source = tmp_path / "source.qroc"
    makers().create(source, centre="Leitstelle Süd", country="DE").close()
    driven = machine.window(
        small / "x.qroc",
        "--language",
        "en",
        before=[
            "unshare",
            "-m",
            "sh",
            "-c",
            f'mount -t tmpfs -o size=3m tmpfs "{small}" && cp "{source}" "{small}/x.qroc" && exec "$@"',
            "sh",
        ],
    )
    driven.shown()
    driven.do(CREATE + "create('vorher')")
    fill = str(small / "fill")
    driven.do(
        f"import os\nfill = os.open({fill!r}, os.O_CREAT | os.O_WRONLY)\n"
        "try:\n    while True: os.write(fill, b'x' * 4096)\nexcept OSError: pass"
    )
    driven.do("for n in range(200): window().bench.background.write(lambda n=n: create('y' * 4000 + str(n)))")
    notice = driven.until_noticed("disk")
    assert str(small / "x.qroc") in notice
    assert "kept" in notice
    driven.until("window().bench.background.idle")
    driven.do(f"os.close(fill); os.unlink({fill!r})")
    driven.do("from qroc_desktop.domain.query import ItemQuery as Q\ncreate('nachher')")
    shown = driven.get("[r.title[:8] for r in window().bench.desk.workspace.rows(Q())]")
    assert {"vorher", "nachher"} <= set(shown)
    assert driven.get("window().bench.desk.workspace.check().findings") == []
    assert driven.close() == 0


@needs_mounts
def test_a_folder_that_cannot_be_written(machine: Machine, tmp_path: Path) -> None:
    folder = tmp_path / "fixed"
    folder.mkdir()
    path = folder / "x.qroc"
    desk = makers().create(path, centre="Leitstelle Süd", country="DE")
    desk.close()
    fixed = [
        "unshare",
        "-m",
        "sh",
        "-c",
        f'mount --bind "{folder}" "{folder}" && mount -o remount,ro,bind "{folder}" && exec "$@"',
        "sh",
    ]
    for words in (["log", "add", "message", "x"], ["import", str(tmp_path / "absent.csv")]):
        answer = machine.qroc("-w", path, *words, before=fixed)
        assert answer.code == 1
        assert "fixed" in answer.line or "absent" in answer.line
    assert machine.qroc("-w", path, "items", before=fixed).code == 0
    out = machine.qroc("-w", path, "export", "--format", "csv", "--out", folder / "o.csv", before=fixed)
    assert (out.code, "o.csv" in out.line) == (1, True)
    driven = machine.window(path, "--language", "en", before=fixed)
    driven.asked("OpeningTroubleDialog")
    assert str(path) in driven.get("dialog().accessibleDescription()")
    driven.do("later(dialog().findChild(object, 'way-read-only').click)")
    driven.shown()
    assert driven.get("window().bench.desk.read_only")
    assert driven.close() == 0


def test_a_clock_that_was_put_back(machine: Machine, workspace: Path, tmp_path: Path) -> None:
    driven = machine.window("--clock", "2036-03-01T12:00:00Z", workspace)
    driven.shown()
    driven.do(CREATE + "create('aus der Zukunft')")
    assert driven.close() == 0
    # This process's clock is years behind what is recorded; it is all shown and exported, and said.
    answer = machine.qroc("-w", workspace, "items", "--json")
    assert [item["title"] for item in answer.json["items"]] == ["aus der Zukunft"]
    out = tmp_path / "o.csv"
    assert machine.qroc("-w", workspace, "export", "--format", "csv", "--out", out).code == 0
    assert "aus der Zukunft" in out.read_text("utf-8-sig")
    now = machine.window(workspace, "--language", "en")
    now.shown()
    assert "CLOCK" in now.get("window().banner.state_text")
    now.do(CREATE + "create('jetzt')")
    now.until("window().items.model.rowCount() == 2")
    assert now.get("window().bench.desk.workspace.check().findings") == []
    assert now.close() == 0


def test_a_home_that_cannot_be_written(machine: Machine, workspace: Path, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("x")
    machine.home = blocked / "home"
    assert machine.qroc("-w", workspace, "items").code == 0
    demo = machine.desktop("--demo", "--screenshot", tmp_path / "x.png", "--language", "en")
    assert demo.code == 1
    lines = said(demo.err)
    assert any("no log is kept" in line for line in lines)
    assert [line for line in lines if line.startswith("qroc-desktop: ")] == lines[-1:]
    assert "The folder for workspaces cannot be made" in lines[-1]
    driven = machine.window(workspace, "--language", "en")
    driven.shown()
    assert str(blocked) in driven.until_noticed("cannot be kept")
    driven.do(CREATE + "create('geht trotzdem')")
    driven.until("window().items.model.rowCount() == 1")
    assert driven.close() == 0


@needs_netless
@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_without_a_network_nothing_is_asked_of_it(machine: Machine, workspace: Path, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    driven = machine.window(
        workspace,
        before=["unshare", "-n", "strace", "-f", "-qq", "-e", "trace=connect,sendto,sendmsg,bind", "-o", str(trace)],
    )
    driven.shown()
    driven.do(CREATE + "create('Brand')")
    driven.until("window().items.model.rowCount() == 1")
    assert driven.close() == 0
    calls = trace.read_text(errors="replace").splitlines()
    assert any("AF_UNIX" in call for call in calls), "the trace has seen nothing"
    # The engine finds out whether there is IPv6 by binding to its own loopback, any port; nothing goes anywhere.
    loopback = re.compile(r'bind\(.*sin6?_port=htons\(0\).*("::1"|"127\.0\.0\.1")')
    assert [call for call in calls if "AF_INET" in call and not loopback.search(call)] == []


@pytest.mark.parametrize("name", ["mit Leerzeichen und Ümläuten 'x\".qroc", "l" * 200 + ".qroc", "#?%20&.qroc"])
def test_names_of_files(machine: Machine, tmp_path: Path, name: str) -> None:
    folder = tmp_path / "Ordner mit # und ü"
    folder.mkdir()
    path = folder / name
    made = machine.qroc("-w", path, "workspace", "create", "--centre", "C", "--country", "DE")
    assert made.code == 0, made.err
    driven = machine.window(path)
    driven.shown()
    driven.do(CREATE + "create('Brand')")
    assert driven.close() == 0
    assert said(driven.err) == []
    assert sorted(p.name for p in folder.iterdir()) == sorted([name, f"{name}.lock"])
    assert machine.qroc("-w", path, "items", "--json").json["count"] == 1


def test_a_name_that_is_too_long_is_refused(machine: Machine, tmp_path: Path) -> None:
    answer = machine.qroc("-w", tmp_path / ("n" * 300), "workspace", "create", "--centre", "C", "--country", "DE")
    assert answer.code == 1
    assert answer.line.startswith("qroc: nnn")
    assert "longer than 220 bytes" in answer.line
    assert list(tmp_path.glob("n*")) == []


def test_a_workspace_that_is_deleted_while_it_is_open(machine: Machine, workspace: Path) -> None:
    driven = machine.window(workspace, "--language", "en")
    driven.shown()
    driven.do(CREATE + "window().bench.background.write(lambda: create('vorher'))")
    driven.until("window().items.model.rowCount() == 1")
    for path in workspace.parent.glob("picture.qroc*"):
        path.unlink()
    driven.do("window().bench.background.write(lambda: create('nachher'))")
    notice = driven.until_noticed("deleted")
    assert str(workspace) in notice
    assert driven.close() == 0
    assert not workspace.exists()


def test_without_fonts_it_starts_all_the_same(machine: Machine, workspace: Path, tmp_path: Path) -> None:
    config = tmp_path / "fonts.conf"
    config.write_text(f"<fontconfig><dir>{tmp_path}/none</dir><cachedir>{tmp_path}/cache</cachedir></fontconfig>")
    driven = machine.window(workspace, more={"FONTCONFIG_FILE": str(config)})
    driven.shown()
    assert driven.close() == 0
