"""resources/ and maps/ are found in a checkout, an installed wheel, a frozen build and a system installation."""

from __future__ import annotations

import json
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from qroc_desktop import paths
from qroc_desktop.errors import Damaged
from qroc_desktop.paths import Origin

ROOT = Path(__file__).resolve().parents[2]

# Run by the interpreter of an installation: says where the program's files are found.
TELL = """
import json
from qroc_desktop.paths import program_files
files = program_files()
print(json.dumps({"origin": files.origin.name, "resources": str(files.resources), "maps": str(files.maps),
                  "libraries": str(files.page_libraries)}))
"""


def lay_out(root: Path) -> Path:
    (root / "resources").mkdir(parents=True)
    (root / "maps").mkdir()
    return root


def test_a_checkout() -> None:
    files = paths.program_files()
    assert files.origin is Origin.CHECKOUT
    assert files.resources == ROOT / "resources"
    assert files.maps == ROOT / "maps"
    assert (files.page_libraries / "leaflet" / "dist" / "leaflet.js").is_file()


def test_a_frozen_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unpacked = lay_out(tmp_path / "unpacked")
    monkeypatch.setattr(sys, "_MEIPASS", str(unpacked), raising=False)
    files = paths.program_files.__wrapped__()
    assert files == paths.ProgramFiles(unpacked, Origin.FROZEN)


def test_a_frozen_build_that_lacks_its_files_takes_no_others(tmp_path: Path) -> None:
    system = lay_out(tmp_path / "usr" / "share" / "qroc-desktop")
    with pytest.raises(Damaged) as caught:
        paths.find(ROOT / "qroc_desktop", frozen=tmp_path / "unpacked", prefixes=[tmp_path / "usr"])
    assert str(tmp_path / "unpacked") in str(caught.value)
    assert str(system) not in str(caught.value)


def test_a_system_installation(tmp_path: Path) -> None:
    package = tmp_path / "usr" / "lib" / "python3" / "dist-packages" / "qroc_desktop"
    package.mkdir(parents=True)
    system = lay_out(tmp_path / "usr" / "share" / "qroc-desktop")
    files = paths.find(package, prefixes=[tmp_path / "usr" / "local", tmp_path / "usr"])
    assert files == paths.ProgramFiles(system, Origin.SYSTEM)


def test_the_system_is_searched_at_its_customary_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(paths, "PACKAGE", tmp_path / "qroc_desktop")
    monkeypatch.delattr(sys, "_MEIPASS", raising=False)
    if Path("/usr/share/qroc-desktop").exists() or Path("/usr/local/share/qroc-desktop").exists():
        pytest.skip("the program is installed on this system")
    with pytest.raises(Damaged, match="/usr/share/qroc-desktop"):
        paths.program_files.__wrapped__()


def test_half_an_installation_is_refused(tmp_path: Path) -> None:
    (tmp_path / "share" / "qroc-desktop" / "resources").mkdir(parents=True)
    with pytest.raises(Damaged) as caught:
        paths.find(tmp_path / "qroc_desktop", prefixes=[tmp_path])
    assert str(tmp_path / "share" / "qroc-desktop") in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    (built,) = folder.glob("*.whl")
    return built


@pytest.mark.slow
def test_an_installed_wheel(wheel: Path, tmp_path: Path) -> None:
    environment = tmp_path / "environment"
    venv.create(environment, with_pip=False)
    interpreter = environment / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    pip = [sys.executable, "-m", "pip", "--python", str(interpreter)]
    command = [*pip, "install", "--no-index", "--no-deps", str(wheel)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout + answer.stderr

    said = json.loads(subprocess.run([interpreter, "-I", "-c", TELL], capture_output=True, check=True).stdout)

    assert said["origin"] == "WHEEL"
    assert Path(said["resources"]).is_relative_to(environment)
    assert Path(said["maps"]).is_dir()
    assert (Path(said["libraries"]) / "leaflet" / "dist" / "leaflet.js").is_file()
    scripts = {path.stem for path in interpreter.parent.iterdir()}
    assert scripts >= {"qroc", "qroc-desktop"}


@pytest.mark.slow
def test_a_wheel_holds_what_is_read_and_no_more(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    data = {name.removeprefix("qroc_desktop/_data/") for name in names if name.startswith("qroc_desktop/_data/")}
    package = json.loads((ROOT / "resources/map/package.json").read_text(encoding="utf-8"))
    for tool in package["devDependencies"]:
        assert not [name for name in data if f"/{tool}/" in name], tool
    for library in package["dependencies"]:
        mine = {name for name in data if name.startswith(f"resources/map/node_modules/{library}/")}
        assert any(name.endswith((".js", ".mjs")) for name in mine), library
    assert not [name for name in data if name.endswith((".py", ".po", ".pot", ".map"))]
    carried_elsewhere = (".py", ".po", ".pot", ".mo")
    for folder in ("resources", "maps"):
        listing = subprocess.run(
            ["git", "ls-files", "-z", folder], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout
        left_behind = ("maps/builder/", "resources/map/.")
        tracked = {name for name in listing.split("\0") if name and not name.startswith(left_behind)}
        assert {name for name in tracked if not name.endswith(carried_elsewhere)} <= data
    for source in (ROOT / "resources" / "translations").rglob("*.po"):
        assert source.relative_to(ROOT).with_suffix(".mo").as_posix() in data
    assert any(name.endswith("licenses/LICENSE") for name in names)


@pytest.mark.slow
def test_a_wheel_holds_the_licences_of_all_that_is_built_into_the_page(wheel: Path) -> None:
    # Read from the lock of npm: protomaps-leaflet brings others with it, in one file.
    locked = json.loads((ROOT / "resources/map/package-lock.json").read_text(encoding="utf-8"))["packages"]
    built_in = {name for name, entry in locked.items() if name and "dev" not in entry and "@types" not in name}
    assert {"node_modules/rbush", "node_modules/@mapbox/vector-tile", "node_modules/leaflet"} <= built_in
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        for library in sorted(built_in):
            folder = f"qroc_desktop/_data/resources/map/{library}"
            assert json.loads(archive.read(f"{folder}/package.json"))["license"], library
            texts = {name for name in names if Path(name).parent.as_posix() == folder and "LICENSE" in name}
            # These two come without a licence text: resources/map/NOTICE.md tells whose theirs is.
            assert texts or Path(library).name in {"pmtiles", "basemaps"}, library
    typed = [name for name in names if "/typescript/" in name or "/@types/" in name]
    assert typed == []
