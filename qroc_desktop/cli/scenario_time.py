"""Scenario time as it is typed on the command line."""

from __future__ import annotations

import re
from typing import Any

import click

_CLOCK = re.compile(r"(?:T\+)?(?:(\d+):)?(\d{1,2}):(\d{2}(?:\.\d{1,3})?)")


class ScenarioTime(click.ParamType[int]):
    """`90`, `1:30`, `0:01:30` or `T+00:01:30`, as milliseconds of scenario time."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Milliseconds; a usage error where it is no time."""
        if isinstance(value, int):
            return value
        if found := _CLOCK.fullmatch(value):
            hours, minutes, seconds = found.groups()
            if float(seconds) >= 60 or (hours and int(minutes) >= 60):
                return self.fail(f"{value!r} is no scenario time: seconds, or H:MM:SS.", param, ctx)
            return round((int(hours or 0) * 3600 + int(minutes) * 60 + float(seconds)) * 1000)
        if re.fullmatch(r"\d{1,9}(\.\d{1,3})?", value):
            return round(float(value) * 1000)
        return self.fail(f"{value!r} is no scenario time: seconds, or H:MM:SS.", param, ctx)
