"""Scenarios of older format versions, brought up step by step. A newer one is refused.

Each step takes plain data of its version and gives plain data of the next; it never looks at anything else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from qroc_desktop.errors import Message, Refused
from qroc_desktop.exercise.scenario import FORMAT_VERSION

Step = Callable[[dict[str, Any]], dict[str, Any]]


def _facts_of_their_own(raw: dict[str, Any]) -> dict[str, Any]:
    """Version 1 had no facts: an inject revealed others, each of which stood for the one fact that it was about."""
    injects = [inject for inject in raw.get("injects") or () if isinstance(inject, dict)]
    titles = {inject["id"]: inject.get("title") for inject in injects if isinstance(inject.get("id"), str)}
    named = [name for inject in injects if isinstance(inject.get("reveals"), list) for name in inject["reveals"]]
    facts = [
        {"id": name, "text": titles[name], "since": [{"inject": name}]}
        for name in dict.fromkeys(name for name in named if isinstance(name, str))
        if isinstance(titles.get(name), dict)
    ]
    return {**raw, "facts": facts} if facts else raw


STEPS: Final[Mapping[int, Step]] = {1: _facts_of_their_own}
"""From a version to the next. Version 1 is the first that was published; nothing older exists."""


def brought_up(raw: dict[str, Any], steps: Mapping[int, Step] = STEPS, newest: int = FORMAT_VERSION) -> dict[str, Any]:
    """The same scenario in the newest version. Raises Refused for a version that is not known."""
    version = raw.get("formatVersion")
    if isinstance(version, bool) or not isinstance(version, int) or version < 1:
        raise Refused(Message("The scenario does not say of which version it is."), where="formatVersion")
    if version > newest:
        raise Refused(
            Message("The scenario was made for a newer version of this program."),
            where=f"formatVersion {version}",
            action=Message("Use a newer version of the program."),
        )
    while version < newest:
        step = steps.get(version)
        if step is None:
            raise Refused(Message("This old version of scenarios is not known."), where=f"formatVersion {version}")
        raw = {**step(raw), "formatVersion": version + 1}
        version += 1
    return raw
