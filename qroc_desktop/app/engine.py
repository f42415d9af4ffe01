"""How the browser engine is started: decided before Qt is, by what the machine has."""

from __future__ import annotations

import os
import sys
from collections.abc import MutableMapping
from pathlib import Path

FLAGS = "QTWEBENGINE_CHROMIUM_FLAGS"
REMOTE = "QTWEBENGINE_REMOTE_DEBUGGING"
_RENDER_NODES = Path("/dev/dri")


def prepare(gpu: str, environment: MutableMapping[str, str] = os.environ) -> None:
    """Set the engine's flags. `gpu` is the setting: auto, on, off.

    Without a graphics processor Chromium's software rasteriser is faster than its emulated GPU process,
    so the switch is made where none is found. Nobody debugs the map page from outside.
    """
    environment.pop(REMOTE, None)
    if gpu == "off" or (gpu == "auto" and not has_gpu()):
        flags = environment.get(FLAGS, "").split()
        if "--disable-gpu" not in flags:
            environment[FLAGS] = " ".join([*flags, "--disable-gpu"])


def has_gpu(render_nodes: Path = _RENDER_NODES, platform: str = sys.platform) -> bool:
    """Whether the machine seems to have one. Linux says so by its render nodes; elsewhere the engine's own
    block list decides."""
    if platform != "linux":
        return True
    return any(render_nodes.glob("renderD*"))
