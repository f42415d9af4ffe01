"""Packages from people who mean harm, through `qroc exercise` as a user would: one line, bounded memory, nothing half
done; and a fault in one inject stops nothing else."""

from __future__ import annotations

import io
import json
import os
import resource
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Qroc
from tests.exercise.building import SMALL

MEBI = 1 << 20
MEMORY = 1536 * MEBI
SECONDS = 60
NOTHING_ELSE: dict[str, Any] = {"injects": [], "branches": [], "visibility": [], "objectives": []}


def scenario(**changes: Any) -> bytes:
    return json.dumps({**SMALL, "durationS": 300, **changes}).encode()


def inject(name: str = "bad", **parts: Any) -> dict[str, Any]:
    return {"id": name, "title": {"en": name}, "to": {"teams": ["blue"]}, "trigger": {"manual": True}, **parts}


def zipped(members: Mapping[str | zipfile.ZipInfo, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


@cache
def bomb() -> bytes:
    return zipped({"scenario.json": scenario(), **{f"media/{n}": bytes(60 * MEBI) for n in range(9)}})


def nested_bomb() -> bytes:
    return zipped({"scenario.json": scenario(), "media/inner.zip": bomb(), "inner.zip": bomb()})


def patched(offset: int, code: str, value: int) -> bytes:
    """A package whose directory says something else of its last member than is true."""
    data = bytearray(zipped({"scenario.json": scenario(), "media/liar": bytes(100 * MEBI)}))
    struct.pack_into(code, data, data.rfind(b"PK\x01\x02") + offset, value)
    return bytes(data)


def deep(levels: int) -> bytes:
    tree = b'{"op":"not","of":' * levels + b'{"op":"time","at":1}' + b"}" * levels
    return scenario(branches=[{"id": "b", "when": "HERE"}]).replace(b'"HERE"', tree)


def million(kind: str) -> bytes:
    one = {"id": "{n}", "team": "red"} if kind == "entities" else inject("{n}")
    text = json.dumps(one)
    many = ",".join(text.replace("{n}", str(n)) for n in range(1_000_000))
    return scenario(**{**NOTHING_ELSE, kind: ["HERE"]}).replace(b'"HERE"', many.encode())


def number(text: str) -> Callable[[], bytes]:
    return lambda: scenario(injects=[inject(trigger={"at": "HERE"})]).replace(b'"HERE"', text.encode())


REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "bomb": (bomb, "The package is too large."),
    "a member that lies about its size": (lambda: patched(24, "<I", 10), "damaged"),
    "an encrypted member": (lambda: patched(8, "<H", 1), "damaged"),
    "an unknown compression": (lambda: patched(10, "<H", 99), "damaged"),
    "2,001 files": (
        lambda: zipped({"scenario.json": scenario(), **{f"media/{n}": b"" for n in range(2001)}}),
        "too many",
    ),
    "a million entities": (lambda: million("entities"), "too much in it"),
    "a million injects": (lambda: million("injects"), "The package is too large."),
    "sixty million brackets": (
        lambda: b'{"formatVersion": 1, "x": [' + b"{}," * 20_000_000 + b"{}]}",
        "too much in it",
    ),
    "a tree 5,000 deep": (lambda: deep(5_000), "nested too deeply"),
    "a tree 300 deep": (lambda: deep(300), "branches/b/when: The condition is nested too deeply."),
    "a condition of 100,000 parts": (
        lambda: scenario(branches=[{"id": "b", "when": {"op": "all", "of": [{"op": "time", "at": 1}] * 100_000}}]),
        "branches/b/when: The condition has too many parts.",
    ),
    "NaN": (number("NaN"), "NaN is no number"),
    "1e308": (number("1e308"), "package.zip:1: A number is too large to be meant: 1e308."),
    "1e999": (number("1e999"), "too large to be meant: 1e999."),
    "5,000 digits": (number("9" * 5_000), "too large to be meant: 9999"),
    "a way of 100,000 points": (
        lambda: scenario(
            entities=[
                *SMALL["entities"],
                {"id": "x", "team": "red", "states": [{"t": 9, "position": [9, 47], "via": [[9, 47]] * 100_000}]},
            ]
        ),
        "entities/x/states: The way has 100000 points; 10000 are the most.",
    ),
    "half a character": (lambda: scenario().replace(b'"A small hunt"', b'"\\ud800 hunt"'), "half of a character"),
    "teams whose files would be one": (
        lambda: scenario(teams=[*SMALL["teams"], {"id": "a/b", "side": "green"}, {"id": "A b", "side": "green"}]),
        "teams/A b: Its file would have the name of another team's: a/b.",
    ),
    "a time zone that is a path": (lambda: scenario(timeZone="../../../../etc/passwd"), "timeZone: "),
}


@pytest.mark.parametrize("name", REFUSED)
def test_it_gets_one_line_and_leaves_nothing_behind(name: str, tmp_path: Path) -> None:
    make, line = REFUSED[name]
    file, out = tmp_path / "package.zip", tmp_path / "out"
    file.write_bytes(make())
    for arguments in (["validate", file], ["run", file, "--headless", "--jump", "--out", out]):
        code, told = limited("exercise", *arguments)
        assert code == 1
        assert line in told
        (last,) = [found for found in told.splitlines() if found.startswith("qroc: ")]
        assert last.endswith(("Nothing was changed.", "qroc exercise validate FILE."))
        assert "Traceback" not in told
    assert sorted(tmp_path.iterdir()) == [file]


PLAYED: dict[str, tuple[Callable[[], bytes], str]] = {
    "paths that lead out": (
        lambda: zipped({"scenario.json": scenario(), "../evil": b"x", "media/../../evil": b"x", "/etc/evil": b"x"}),
        "note ../evil: This file of the package is ignored.",
    ),
    "a bomb in a bomb": (nested_bomb, "inner.zip: This file of the package is ignored."),
    "a medium that is named and missing": (
        lambda: scenario(injects=[*SMALL["injects"], inject(media=["gone.png"])]),
        "injects/bad/media: The file media/gone.png is not in the package; the inject plays without it.",
    ),
    "a medium with a path": (
        lambda: scenario(injects=[*SMALL["injects"], inject(media=["../../../etc/passwd"])]),
        "is not in the package; the inject plays without it.",
    ),
    "an unknown channel": (
        lambda: scenario(injects=[*SMALL["injects"], inject(channel="pigeon")]),
        "$.injects[5] (bad): The inject cannot be read: channel: Invalid enum value 'pigeon'. It waits on hold",
    ),
    "an inject that is no object": (
        lambda: scenario(injects=[*SMALL["injects"], "nonsense"]),
        "$.injects[5]: The inject cannot be read: Expected `object`, got `str`. It is left out; the rest plays.",
    ),
    "an effect on what does not exist": (
        lambda: scenario(injects=[*SMALL["injects"], inject(trigger={"at": 1}, effects=[{"entity": "ghost"}])]),
        "injects/bad/effects: ghost is not defined. It waits on hold without trigger and effects; the rest plays.",
    ),
    "no trigger": (
        lambda: scenario(injects=[*SMALL["injects"], inject(trigger={})]),
        "injects/bad/trigger: Exactly one of at, after, when and manual has to be given. It waits on hold",
    ),
    "a name of control characters, and one who waits for it": (
        lambda: scenario(
            injects=[
                *SMALL["injects"], inject("a\u202eb\x1b[31m"),
                inject("next", trigger={"after": {"inject": "a\u202eb\x1b[31m", "delayS": 1}}),
            ]
        ),
        "injects/a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}[31m: This is no identifier. It is left out",
    ),
    "one name for two": (
        lambda: scenario(injects=[*SMALL["injects"], inject("alert")]),
        "injects/alert: This identifier is given twice. It is left out; the rest plays.",
    ),
    "two that wait for each other": (
        lambda: scenario(
            injects=[
                *SMALL["injects"], inject("bad", trigger={"after": {"inject": "worse"}}),
                inject("worse", trigger={"after": {"inject": "bad"}}),
            ]
        ),
        "injects/bad/trigger: It waits for itself, and comes by hand only.",
    ),
    "100,000 points to be led along": (
        lambda: scenario(
            injects=[
                *SMALL["injects"],
                inject(trigger={"at": 1}, effects=[{"entity": "runner", "along": [[9, 47]] * 100_000, "takesS": 5}]),
            ]
        ),
        "injects/bad/effects: The way has 100000 points; 10000 are the most. It waits on hold",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PLAYED)
def test_one_fault_gets_one_line_and_the_rest_plays(name: str, qroc: Qroc, tmp_path: Path) -> None:
    make, line = PLAYED[name]
    file, out = tmp_path / "package.zip", tmp_path / "a.run"
    file.write_bytes(make())
    assert qroc("exercise", "validate", file).code == 0
    played = qroc("exercise", "run", file, "--headless", "--jump", "--out", out, "--json")
    assert played.code == 0, played.err
    (told,) = [one for one in played.err.splitlines() if line in one]
    assert told.startswith("note ")
    assert told.isprintable()
    injects = qroc("exercise", "state", out, "--json").json["standing"]["injects"]
    assert injects["alert"] == {"state": "executed", "due": 60_000, "since": 60_000}
    assert injects["call"]["state"] == "executed"
    for other in ("bad", "worse", "next"):
        assert injects.get(other, {"state": "on-hold"})["state"] in ("on-hold", "scheduled")
    assert qroc("exercise", "verify", out).code == 0
    assert {path.name.partition(".")[0] for path in tmp_path.iterdir()} == {"a", "package"}


def test_a_link_in_a_package_is_a_medium_with_a_path_as_its_text(qroc: Qroc, tmp_path: Path) -> None:
    link = zipfile.ZipInfo("media/link")
    link.external_attr = 0o120777 << 16
    file, out = tmp_path / "package.zip", tmp_path / "again.zip"
    file.write_bytes(zipped({"scenario.json": scenario(), link: b"/etc/passwd"}))
    assert qroc("exercise", "import", file, "--out", out).code == 0
    with zipfile.ZipFile(out) as archive:
        assert archive.read("media/link") == b"/etc/passwd"
        assert archive.getinfo("media/link").external_attr >> 28 == 0, "no link any more"


def test_a_huge_text_is_played_as_it_is(tmp_path: Path) -> None:
    file, out = tmp_path / "s.json", tmp_path / "a.run"
    file.write_bytes(scenario(injects=[*SMALL["injects"], inject(body={"en": "x" * 20 * MEBI}, trigger={"at": 1})]))
    assert limited("exercise", "run", file, "--headless", "--jump", "--out", out)[0] == 0


def limited(*arguments: object) -> tuple[int, str]:
    """`qroc` in a process of its own that may have no more memory and time than a small workstation gives it."""

    def before() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))

    ended = subprocess.run(
        [sys.executable, "-m", "qroc_desktop.cli.start", *map(str, arguments)],
        capture_output=True, text=True, preexec_fn=before, check=False,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip
    return ended.returncode, ended.stdout + ended.stderr
