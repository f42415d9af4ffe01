"""Two centres that have never met share a picture: real nodes, real files, nothing but `qroc`."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.processes import ROOT

pytestmark = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can write an administrator's file"
)
LAW = (
    "--purpose", "prevention", "--basis", "dir-2023-977/own-initiative", "--channel", "urgency",
)  # fmt: skip
PATIENCE = 120.0


class Centre:
    """One centre's shell, with a folder of its own and a key of its own."""

    def __init__(self, folder: Path, name: str, country: str) -> None:
        self.name = name
        self.folder = folder / name
        self.folder.mkdir()
        self.workspace = self.folder / "picture.qroc"
        self.ways = self.folder / "exchange.toml"
        self.ok("-w", self.workspace, "workspace", "create", "--centre", name, "--country", country)
        self.id = str(self.json("identity", "create", "--centre", name, "--country", country)["centre"])

    def run(self, *words: object) -> subprocess.CompletedProcess[str]:
        command = self.command(*words)
        return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, env=self.environment)

    def command(self, *words: object) -> list[str]:
        home = self.folder / "centre"
        return [sys.executable, "-m", "qroc_desktop.cli.start", "--home", str(home), *map(str, words)]

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "QROC_PASSPHRASE": f"the passphrase of {self.name}"}

    def ok(self, *words: object) -> str:
        done = self.run(*words)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def json(self, *words: object) -> Any:
        return json.loads(self.ok(*words, "--json"))

    def enrols(self, other: Centre) -> None:
        invitation = self.folder / f"{other.name}.txt"
        other.ok("peer", "invite", "--route", f"folder:{self.folder.parent / 'stick'}", "--out", invitation)
        self.ok("peer", "add", invitation, "--officer", "Anna")
        said = " ".join(other.json("identity", "show")["words"])
        for officer in ("Anna", "Bert"):
            self.ok("peer", "approve", other.name, "--said", said, "--officer", officer)

    @contextmanager
    def node(self) -> Iterator[subprocess.Popen[str]]:
        self.ways.write_text(f"[folder]\npaths = ['{self.folder.parent / 'stick'}']\n", encoding="utf-8")
        self.ways.chmod(stat.S_IRUSR | stat.S_IWUSR)
        words = self.command("node", "run", "--allowed", self.ways)
        process = subprocess.Popen(words, stderr=subprocess.PIPE, text=True, cwd=ROOT, env=self.environment)
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            _, err = process.communicate(timeout=30)
        assert process.returncode == 0, err

    def until_sent(self, bundle: str, wanted: set[tuple[str, str]]) -> None:
        """Until the board shows these receipts: state and officer."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            (sent,) = [one for one in self.json("outbox")["bundles"] if one["bundle"] == bundle]
            seen = {(one["state"], one["officer"]) for one in sent["seen"]} | {(sent["state"], "")}
            if wanted <= seen:
                return
            time.sleep(0.2)
        pytest.fail(f"the board shows {seen}, not {wanted}")


@pytest.fixture
def centres(tmp_path: Path) -> tuple[Centre, Centre, Centre]:
    (tmp_path / "stick").mkdir()
    return Centre(tmp_path, "Maastricht", "NL"), Centre(tmp_path, "Aachen", "DE"), Centre(tmp_path, "Lille", "FR")


@pytest.mark.slow
def test_a_picture_is_shared_stored_applied_read_and_taken_back(
    centres: tuple[Centre, Centre, Centre], tmp_path: Path
) -> None:
    ours, theirs, third = centres
    ours.enrols(theirs)
    theirs.enrols(ours)
    ours.enrols(third)
    third.enrols(ours)
    secret, title = "Quetzalcoatlus", "Shooting at the Markt"
    points = [
        {"type": "Feature", "properties": {"title": name}, "geometry": {"type": "Point", "coordinates": [lon, 50.85]}}
        for name, lon in ((title, 5.69), (secret, 5.7))
    ]
    file = tmp_path / "points.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": points}), encoding="utf-8")
    ours.ok("-w", ours.workspace, "import", file)
    with ours.node(), theirs.node(), third.node():
        sent = ours.json(
            "-w", ours.workspace, "share", "send", "--to", "Aachen", "--query", "Shooting", *LAW,
            "--officer", "Anna", "--why", "Attack near the border", "--subject", "Markt",
        )  # fmt: skip
        bundle = sent["sent"][0]["bundle"]
        ours.until_sent(bundle, {("stored", "")})
        applied = theirs.json("-w", theirs.workspace, "inbox", "apply")["applied"]
        assert [(one["bundle"], one["items"]) for one in applied] == [(bundle, 1)]
        theirs.ok("inbox", "read", bundle, "--officer", "Clara")
        ours.until_sent(bundle, {("applied", ""), ("read", "Clara")})
        assert [item["title"] for item in theirs.json("-w", theirs.workspace, "items")["items"]] == [title]
        taken_back = ours.json(
            "-w", ours.workspace, "share", "withdraw", bundle, "--officer", "Anna", "--why", "Sent in error"
        )["bundle"]
        ours.until_sent(taken_back, {("stored", "")})
        theirs.ok("-w", theirs.workspace, "inbox", "apply")
        assert theirs.json("-w", theirs.workspace, "items")["items"] == []
        assert third.json("inbox")["bundles"] == []
    for centre in (theirs, third):
        for path in centre.folder.rglob("*"):
            if path.is_file():
                assert secret.encode() not in path.read_bytes(), path
    for path in third.folder.rglob("*"):
        if path.is_file():
            assert title.encode() not in path.read_bytes(), path
    for centre in (ours, theirs, third):
        assert centre.json("audit", "verify")["whole"] is True
