"""The documentation names everything there is: options, formats, settings, commands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from qroc_desktop.cli.main import qroc
from qroc_desktop.formats import registry
from qroc_desktop.services.briefing import KINDS as BRIEFINGS
from qroc_desktop.services.settings import SETTINGS

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
README_WORDS = {
    "kmz": "KML/KMZ",
    "data-package": "TAK data package",
    "cap": "CAP 1.0-1.2",
    "cot": "Cursor on Target",
    "csv": "CSV",
}


def commands(
    command: click.Command, path: tuple[str, ...] = ("qroc",)
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            yield from commands(inner, (*path, name))


COMMANDS = list(commands(qroc))
NAMES = [" ".join(path) for path, _ in COMMANDS]


@pytest.mark.parametrize(("path", "command"), COMMANDS, ids=NAMES)
def test_every_command_and_every_option_says_what_it_is(path: tuple[str, ...], command: click.Command) -> None:
    assert command.help
    assert command.help.strip().splitlines()[0].endswith((".", ";", ","))
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{' '.join(path)} {parameter.opts[0]}"
            assert parameter.help.endswith("."), f"{' '.join(path)} {parameter.opts[0]}"


@pytest.mark.parametrize(("path", "command"), COMMANDS, ids=NAMES)
def test_a_list_of_commands_tells_each_in_full(path: tuple[str, ...], command: click.Command) -> None:
    assert not command.get_short_help_str(limit=60).endswith("..."), path


@pytest.mark.parametrize(("path", "command"), COMMANDS, ids=NAMES)
def test_every_command_answers_in_json(path: tuple[str, ...], command: click.Command) -> None:
    if not isinstance(command, click.Group):
        assert any("--json" in parameter.opts for parameter in command.params), path


def test_the_readme_names_every_top_command() -> None:
    shown = set(re.findall(r"qroc (?:-w \S+ )?([a-z]+)", README))
    assert shown >= qroc.commands.keys() - {"undo"}


@pytest.mark.parametrize("name", registry.FORMATS)
def test_the_readme_names_every_format(name: str) -> None:
    assert README_WORDS.get(name, str(registry.FORMATS[name].title)) in README


@pytest.mark.parametrize("name", BRIEFINGS)
def test_the_readme_names_every_briefing(name: str) -> None:
    assert name.upper() in README


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=SETTINGS.keys())
def test_every_setting_says_what_it_is_for(setting: object) -> None:
    from qroc_desktop.services.settings import Setting

    assert isinstance(setting, Setting)
    assert len(setting.purpose.split()) > 2
    assert setting.purpose.endswith(".")
    assert setting.accepts(setting.default)
