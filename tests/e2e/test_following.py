"""Two servers follow one workspace by `qroc share follow`, while a third process writes it: every change goes once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e.processes import ROOT
from tests.e2e.test_two_centres import LAW, PATIENCE, Centre

pytestmark = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can write an administrator's file"
)


@contextmanager
def following(centre: Centre, said: list[dict[str, str]]) -> Iterator[None]:
    """`said`: what it told on the way, once it has ended."""
    words = centre.command("-w", centre.workspace, "share", "follow", "--json")
    process = subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT, env=centre.environment
    )
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (0, "")
    said += [json.loads(line) for line in out.splitlines()]


def imported(centre: Centre, name: str, lon: float) -> str:
    file = centre.folder / f"{name}.geojson"
    point = {"type": "Point", "coordinates": [lon, 50.85]}
    feature = {"type": "Feature", "properties": {"title": name}, "geometry": point}
    file.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
    return str(centre.json("-w", centre.workspace, "import", file, "--layer", "Operation")["batch"])


def deltas(centre: Centre) -> list[str]:
    return [one["bundle"] for one in centre.json("outbox")["bundles"] if one["kind"] == "delta"]


def until_deltas(centre: Centre, count: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while len(deltas(centre)) < count:
        assert time.monotonic() < deadline, "the update was not sent"
        time.sleep(0.3)


@pytest.mark.slow
def test_two_that_follow_send_every_change_once_and_a_restart_goes_on(tmp_path: Path) -> None:
    (tmp_path / "stick").mkdir()
    ours, theirs = Centre(tmp_path, "Maastricht", "NL"), Centre(tmp_path, "Aachen", "DE")
    ours.enrols(theirs)
    theirs.enrols(ours)
    imported(ours, "Shooting", 5.69)
    officer = ("--officer", "Anna", "--why", "Attack near the border")
    share = ours.json(
        "-w", ours.workspace, "share", "send", "--to", "Aachen", "--layer", "Operation", *LAW, *officer
    )["sent"][0]["bundle"]  # fmt: skip
    order = ours.json("-w", ours.workspace, "share", "order", share, *LAW, *officer)["order"]
    first: list[dict[str, str]] = []
    second: list[dict[str, str]] = []
    with following(ours, first), following(ours, second):
        batch = imported(ours, "Second scene", 5.7)
        until_deltas(ours, 1)
        ours.ok("-w", ours.workspace, "undo", batch)  # less: that does not wait for thirty seconds
        until_deltas(ours, 2)
        time.sleep(3)
    assert len(deltas(ours)) == 2
    assert sorted(one["bundle"] for one in first + second) == sorted(deltas(ours))
    assert {one["order"] for one in first + second} == {order}
    third: list[dict[str, str]] = []
    with following(ours, third):
        ours.ok("peer", "revoke", "Aachen", "--officer", "Anna", "--why", "keys lost")
        imported(ours, "Not for them", 5.71)
        deadline = time.monotonic() + PATIENCE
        while ours.json("-w", ours.workspace, "share", "orders")["orders"][0]["state"] != "ended":
            assert time.monotonic() < deadline, "the order goes on"
            time.sleep(0.3)
    assert ([one["reason"] for one in third], len(deltas(ours))) == (["peer-revoked"], 2)
    assert ours.json("audit", "verify")["whole"] is True
