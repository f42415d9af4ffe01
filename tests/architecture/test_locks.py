"""The locks pin everything by checksum, name no address, and hold what pyproject.toml asks for."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from lock import SOURCES
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ROOT / "packaging" / "locks"
QT = {"pyside6", "pyside6-addons", "pyside6-essentials", "shiboken6"}
CHECKSUM = re.compile(r"--hash=sha256:[0-9a-f]{64}")


def entries(name: str) -> list[tuple[Requirement, list[str]]]:
    """Return each requirement of a lock with its checksums."""
    joined = (LOCKS / name).read_text(encoding="utf-8").replace("\\\n", " ")
    found = []
    for line in joined.splitlines():
        requirement, *rest = line.split(" --hash=")
        found.append((Requirement(requirement.strip()), CHECKSUM.findall(" ".join(f"--hash={word}" for word in rest))))
    return found


def pinned(name: str) -> dict[str, set[str]]:
    """Return the versions that a lock holds of each package; there are several where they depend on the Python."""
    versions: dict[str, set[str]] = {}
    for requirement, _ in entries(name):
        versions.setdefault(canonicalize_name(requirement.name), set()).add(str(requirement.specifier))
    return versions


def wanted(name: str) -> list[Requirement]:
    """Return what pyproject.toml asks for in the environment of a lock."""
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    with_project, groups, left_out = SOURCES[name]
    pending: list[str | dict[str, str]] = list(pyproject["project"]["dependencies"]) if with_project else []
    for group in groups:
        pending += pyproject["dependency-groups"][group]
    found = []
    while pending:
        entry = pending.pop()
        if isinstance(entry, str):
            found.append(Requirement(entry))
        else:
            pending += pyproject["dependency-groups"][entry["include-group"]]
    return [requirement for requirement in found if canonicalize_name(requirement.name) not in left_out]


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_everything_is_pinned_by_checksum(name: str) -> None:
    held = entries(name)
    assert held
    for requirement, checksums in held:
        assert [clause.operator for clause in requirement.specifier] == ["=="], requirement
        assert checksums, requirement
        assert requirement.url is None


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_no_address_is_named(name: str) -> None:
    text = (LOCKS / name).read_text(encoding="utf-8")
    assert re.findall(r"://|^\s*--(?!hash=)\S+|^-\S+|^#.*", text, re.MULTILINE) == []


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_no_local_variant_is_pinned(name: str) -> None:
    assert [str(requirement) for requirement, _ in entries(name) if "+" in str(requirement.specifier)] == []


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_what_the_project_asks_for_is_locked(name: str) -> None:
    held = pinned(name)
    for requirement in wanted(name):
        versions = held.get(canonicalize_name(requirement.name))
        assert versions, f"{requirement} is not in {name}: run `make lock`"
        for version in versions:
            assert version.removeprefix("==") in requirement.specifier, f"{name} holds {version}: run `make lock`"


def test_the_environment_without_qt_holds_no_qt() -> None:
    assert QT & set(pinned("core.txt")) == set()
    assert set(pinned("runtime.txt")) >= QT


def test_one_version_of_everything_in_all_environments() -> None:
    development = pinned("dev.txt")
    for name in ("runtime.txt", "core.txt"):
        different = {package for package, versions in pinned(name).items() if development.get(package) != versions}
        assert different == set(), name
