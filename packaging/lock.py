"""Write packaging/locks and the map page's lock: every package by exact version and by the checksums of all its files.

Run by a Python that has uv and npm (packaging/locks/setup.txt); `make lock` does. The locks hold for Linux, Windows
and macOS and every supported Python, and name no address: pip asks whatever registry a machine is set up for.

    python packaging/lock.py [--upgrade]
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import page_libraries
from steps import ROOT

LOCKS = ROOT / "packaging" / "locks"
QT = ("pyside6", "pyside6-addons", "pyside6-essentials", "shiboken6")
OLDEST_PYTHON = "3.11"

# What each lock is made from: the project's own dependencies or not, dependency groups, packages left out.
SOURCES: dict[str, tuple[bool, tuple[str, ...], tuple[str, ...]]] = {
    "runtime.txt": (True, (), ()),
    "dev.txt": (True, ("dev",), ()),
    "core.txt": (True, ("test-core", "build"), QT),
    "setup.txt": (False, ("setup",), ()),
    "rival.txt": (False, ("rival",), ()),
}


def command(name: str, *, upgrade: bool) -> list[str]:
    """Return uv's command line that writes the lock `name`."""
    with_project, groups, left_out = SOURCES[name]
    words = ["uv", "pip", "compile", "--no-config", "--universal", "--python-version", OLDEST_PYTHON]
    words += ["--generate-hashes", "--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links"]
    words += ["--upgrade"] * upgrade
    for group in groups:
        words += ["--group", group]
    for package in left_out:
        words += ["--no-emit-package", package]
    # dev.txt is made first and constrains the others: one version of everything in every environment.
    if name != "dev.txt" and with_project:
        words += ["--constraints", str(LOCKS / "dev.txt")]
    return [*words, *(["pyproject.toml"] if with_project else []), "-o", str(LOCKS / name)]


def main(arguments: list[str]) -> int:
    """Write all the locks; return the exit code."""
    # Local registries must not leak into the locks: what counts is the public one.
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("UV_", "PIP_"))}
    environment["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), environment.get("PATH", "")])
    LOCKS.mkdir(exist_ok=True)
    for name in sorted(SOURCES, key=lambda lock: lock != "dev.txt"):
        words = command(name, upgrade="--upgrade" in arguments)
        code = subprocess.run(words, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, check=False).returncode
        if code:
            return code
        print(f"wrote packaging/locks/{name}", flush=True)
    page_libraries.lock()
    print("wrote resources/map/package-lock.json", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
