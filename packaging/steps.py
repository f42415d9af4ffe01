"""Steps of the set-up: run quietly, remember that they are done, say clearly what failed.

Standard library only, because it runs before anything is installed.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
LOGS = BUILD / "logs"


# How apt, pip and npm say that what they ask does not answer, or does not have what a lock names.
UNREACHABLE = re.compile(
    r"No matching distribution found|Failed to establish a new connection|Network is unreachable|ProxyError"
    r"|ConnectTimeout|ReadTimeout|\b(ENOTFOUND|ECONNREFUSED|ECONNRESET|EAI_AGAIN|ETIMEDOUT)\b"
    r"|Temporary failure (in name resolution|resolving)|Could not resolve|Unable to fetch"
)


class SetUpFailed(Exception):
    """A step of the set-up failed; the message is what a person should read."""


def fingerprint(files: Iterable[Path], *words: str) -> str:
    """Return the SHA-256 (hex) over the bytes of `files` and over `words`, order kept."""
    digest = hashlib.sha256()
    for file in files:
        content = file.read_bytes()
        digest.update(f"{file.name}\0{len(content)}\0".encode())
        digest.update(content)
    for word in words:
        digest.update(f"\0{word}".encode())
    return digest.hexdigest()


def is_done(stamp: Path, key: str) -> bool:
    """Tell whether the step that keeps `stamp` was finished for `key`."""
    try:
        return stamp.read_text(encoding="ascii") == key
    except (OSError, UnicodeDecodeError):
        return False


def mark_done(stamp: Path, key: str) -> None:
    """Remember that the step that keeps `stamp` is finished for `key`."""
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(key, encoding="ascii")


def say(text: str) -> None:
    """Print one line of progress at once, also into a pipe."""
    print(f"set-up: {text}", flush=True)


def run(
    name: str,
    command: Sequence[str | Path],
    *,
    cwd: Path = ROOT,
    env: Mapping[str, str] | None = None,
) -> None:
    """Run `command` with its output in a log file; raise SetUpFailed with the log's end if it fails."""
    LOGS.mkdir(parents=True, exist_ok=True)
    log = LOGS / f"{name}.log"
    started = time.monotonic()
    say(f"{name} ...")
    with log.open("wb") as sink:
        try:
            code = subprocess.run(
                [str(word) for word in command],
                cwd=cwd,
                env={**os.environ, **(env or {})},
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
                close_fds=False,  # a step holds the lock of only_one_set_up too
                check=False,
            ).returncode
        except OSError as error:
            raise SetUpFailed(f"{name}: cannot start {command[0]}: {error.strerror}") from error
    if code and UNREACHABLE.search(log.read_text(encoding="utf-8", errors="replace")):
        raise SetUpFailed(
            f"{name}: a package source cannot be reached or lacks a package; what is finished stays, "
            f"run the same again when the network is there (log: {log})"
        )
    if code:
        raise SetUpFailed(f"{name} failed with exit code {code}; from its log {log}:\n{_extract(log)}")
    say(f"{name} done in {time.monotonic() - started:.0f} s")


def _extract(log: Path) -> str:
    """Return the beginning and the end of a log: npm says first what is wrong, pip last."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return "\n".join(lines if len(lines) <= 30 else [*lines[:10], "...", *lines[-20:]])


@contextlib.contextmanager
def only_one_set_up() -> Iterator[None]:
    """Wait until no other set-up of this checkout runs; two at once would spoil the environments.

    The steps inherit the lock: a pip whose set-up was killed may still be writing.
    """
    if sys.platform == "win32":
        yield
        return
    import fcntl

    BUILD.mkdir(exist_ok=True)
    with (BUILD / "set-up.lock").open("wb") as handle:
        os.set_inheritable(handle.fileno(), True)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("waiting for another set-up of this checkout")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
