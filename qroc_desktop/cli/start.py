"""Where `qroc` begins: before anything that takes long to load, so that Ctrl+C is one line from the first moment."""

from __future__ import annotations

import sys

INTERRUPTED = 130
"""What shells say of a program that was interrupted: 128 and the number of the signal."""


def main() -> None:
    """Load `qroc`, run it, and end the process with its exit code."""
    try:
        from qroc_desktop.cli.main import main as run

        run()
    except KeyboardInterrupt:
        sys.stderr.write("qroc: Interrupted.\n")
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
