"""Where `qroc` begins: before anything that takes long to load, so that Ctrl+C is one line from the first moment."""

from __future__ import annotations

import os
import sys

INTERRUPTED = 130
"""What shells say of a program that was interrupted: 128 and the number of the signal."""


def main() -> None:
    """Load `qroc`, run it, and end the process with its exit code."""
    _open_missing()
    try:
        from qroc_desktop.cli.main import main as run

        run()
    except KeyboardInterrupt:
        sys.stderr.write("qroc: Interrupted.\n")
        sys.exit(INTERRUPTED)


def _open_missing() -> None:
    """A shell may start a program with its standard output or error closed (`>&-`); then there is nobody to tell."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - open as long as the program


if __name__ == "__main__":
    main()
