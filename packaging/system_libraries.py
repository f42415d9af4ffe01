"""The system's libraries that no Python wheel brings: found, installed where that is allowed, else named.

Standard library only, because it runs before anything is installed.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

from steps import BUILD, ROOT, SetUpFailed, fingerprint, is_done, mark_done, run, say

LIST = ROOT / "packaging" / "system-libraries.txt"
STAMP = BUILD / "system-libraries.done"
SKIP = "QROC_SETUP_SKIP_SYSTEM"


def wanted(can_make_venv: bool) -> list[str]:
    """Return the names of Debian's packages that are needed, without looking which are there."""
    lines = LIST.read_text(encoding="utf-8").splitlines()
    names = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    if not can_make_venv:
        names.append(f"python{sys.version_info.major}.{sys.version_info.minor}-venv")
    return names


def installed(names: list[str]) -> set[str]:
    """Return those of `names` that dpkg holds as installed, under their own name or with the suffix t64."""
    answer = subprocess.run(
        ["dpkg-query", "-W", "-f", "${db:Status-Status} ${Package}\n", *names, *(f"{name}t64" for name in names)],
        capture_output=True,
        text=True,
        check=False,
    )
    present = {line.split()[1] for line in answer.stdout.splitlines() if line.startswith("installed ")}
    return {name for name in names if name in present or f"{name}t64" in present}


def _can_make_venv() -> bool:
    """Debian ships Python without ensurepip, which venv needs to bring pip in."""
    importlib.invalidate_caches()
    return importlib.util.find_spec("ensurepip") is not None


def _offered_name(name: str) -> str:
    """Return the name under which this system's apt offers `name`."""
    renamed = f"{name}t64"
    answer = subprocess.run(
        ["apt-cache", "show", "--no-all-versions", renamed], capture_output=True, check=False
    )
    return renamed if answer.returncode == 0 and answer.stdout.strip() else name


def _privilege() -> list[str] | None:
    """Return the words to put before a command so that it runs as root without a question, or None."""
    if os.geteuid() == 0:
        return []
    if not shutil.which("sudo"):
        return None
    silent = subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False)
    return ["sudo", "-n"] if silent.returncode == 0 else None


def _install(names: list[str], privilege: list[str]) -> None:
    quiet = [*privilege, "env", "DEBIAN_FRONTEND=noninteractive"]
    run("apt-update", [*quiet, "apt-get", "update"])
    offered = [_offered_name(name) for name in names]
    run("apt-install", [*quiet, "apt-get", "install", "--yes", "--no-install-recommends", *offered])


def ensure() -> None:
    """Make sure that the system's libraries are there.

    Installs them with apt where this user may; raises SetUpFailed with the one line to run where not.
    Does nothing outside Linux, without apt (a line says so), or when QROC_SETUP_SKIP_SYSTEM is set.
    """
    if platform.system() != "Linux" or os.environ.get(SKIP):
        return
    can_make_venv = _can_make_venv()
    key = fingerprint([LIST], sys.executable, str(can_make_venv))
    if is_done(STAMP, key):
        return
    if not shutil.which("apt-get") or not shutil.which("dpkg-query"):
        say(f"no apt on this system: the equivalents of {_shown(LIST)} must be installed by hand")
        mark_done(STAMP, key)
        return
    names = wanted(can_make_venv)
    missing = [name for name in names if name not in installed(names)]
    if missing:
        privilege = _privilege()
        if privilege is None:
            raise SetUpFailed(
                "libraries of the system are missing and this user may not install them; run once:\n"
                f"  sudo apt-get install --no-install-recommends {' '.join(missing)}\n"
                f"or set {SKIP}=1 to go on without them."
            )
        _install(missing, privilege)
    mark_done(STAMP, fingerprint([LIST], sys.executable, str(_can_make_venv())))


def _shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()
