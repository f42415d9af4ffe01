"""What is committed names no registry and no machine, and holds nobody else's code."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# In pieces, because this file is looked through as well.
REGISTRY_HOSTS = [
    ".".join(parts)
    for parts in [
        ("pypi", "org"),
        ("files", "pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("yarnpkg", "com"),
        ("deb", "debian", "org"),
        ("snapshot", "debian", "org"),
    ]
]
HOME_FOLDERS = "|".join(["home", "root", "work", "tmp", "Users", "private"])
# An absolute path, not the tail of a longer one or of a variable.
MACHINE_PATH = re.compile(rf"(?<![\w$}}).~*/-])/(?:{HOME_FOLDERS})/[\w.]|\b[A-Z]:\\Users\\")


def tracked() -> list[Path]:
    answer = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    return [path for name in answer.stdout.decode().split("\0") if name and (path := ROOT / name).is_file()]


def texts() -> dict[str, str]:
    found = {}
    for path in tracked():
        content = path.read_bytes()
        if b"\0" not in content[:8192]:
            found[path.relative_to(ROOT).as_posix()] = content.decode("utf-8", errors="replace")
    return found


def test_no_registry_is_named() -> None:
    named = [(name, host) for name, text in texts().items() for host in REGISTRY_HOSTS if host in text]
    assert named == []


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("open('/" + "home/somebody/file')", True),
        ("see /" + "tmp/x", True),
        ("C:" + "\\Users\\somebody", True),
        ("$root/" + "root/.config", False),
        ("https://example.org/" + "home/page", False),
        ("/usr/share/qroc-desktop", False),
    ],
)
def test_the_pattern_of_machine_paths(text: str, is_found: bool) -> None:
    assert bool(MACHINE_PATH.search(text)) is is_found


def test_no_path_of_a_machine_is_written_down() -> None:
    found = [(name, line) for name, text in texts().items() for line in text.splitlines() if MACHINE_PATH.search(line)]
    assert found == []


def test_no_fetched_library_is_committed() -> None:
    folders = {"node_modules", "site-packages", "dist", "vendor"}
    assert [path for path in tracked() if folders & set(path.relative_to(ROOT).parts)] == []


def test_the_map_page_lock_has_checksums_and_no_addresses() -> None:
    lock = json.loads((ROOT / "resources/map/package-lock.json").read_text(encoding="utf-8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert packages
    assert [name for name, entry in packages.items() if "resolved" in entry] == []
    assert [name for name, entry in packages.items() if not entry.get("integrity", "").startswith("sha512-")] == []


def test_the_map_page_libraries_are_named_by_exact_version_as_locked() -> None:
    package = json.loads((ROOT / "resources/map/package.json").read_text(encoding="utf-8"))
    wanted = package["dependencies"] | package["devDependencies"]
    lock = json.loads((ROOT / "resources/map/package-lock.json").read_text(encoding="utf-8"))
    locked = {name: lock["packages"][f"node_modules/{name}"]["version"] for name in wanted}
    assert wanted == locked


def test_no_link_is_tracked() -> None:
    listed = subprocess.run(["git", "ls-files", "--stage"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert [line for line in listed.splitlines() if line.startswith("120000")] == []
