"""What `qroc-desktop` takes on its command line; needs no Qt, so that --help answers at once."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from qroc_desktop import __version__

SMALLEST = (800, 600)


@dataclass(frozen=True, slots=True)
class Arguments:
    """How to start. `size`: width and height of the window in pixels, None for the remembered one."""

    workspace: Path | None
    read_only: bool
    demo: bool
    screenshot: Path | None
    size: tuple[int, int] | None
    language: str
    theme: str


def parse(words: Sequence[str]) -> Arguments:
    """Read the words; ends the program with exit code 2 on a usage error, as argparse does."""
    parser = argparse.ArgumentParser(prog="qroc-desktop", description="One operating picture for operations centres.")
    parser.add_argument("workspace", nargs="?", type=Path, help="the workspace file or exercise folder to open")
    parser.add_argument("--read-only", action="store_true", help="look at it without taking its lock")
    parser.add_argument("--demo", action="store_true", help="open a demonstration that starts anew each time")
    parser.add_argument(
        "--screenshot", type=Path, metavar="PNG", help="save a picture of the window once it is drawn, and end"
    )
    parser.add_argument("--size", type=_size, metavar="WxH", help="size of the window, such as 1366x768")
    parser.add_argument("--language", default="", help="language of the program, such as de")
    parser.add_argument("--theme", default="", choices=("", "system", "light", "dark"))
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    given = parser.parse_args(words)
    if given.demo and given.workspace:
        parser.error("--demo opens a workspace of its own; leave the file name out")
    return Arguments(
        workspace=given.workspace,
        read_only=given.read_only,
        demo=given.demo,
        screenshot=given.screenshot,
        size=given.size,
        language=given.language,
        theme=given.theme,
    )


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.lower().partition("x")
    try:
        size = (int(width), int(height))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not WIDTHxHEIGHT") from error
    if size < SMALLEST or size[1] < SMALLEST[1]:
        raise argparse.ArgumentTypeError(f"{text!r} is smaller than {SMALLEST[0]}x{SMALLEST[1]}")
    return size
