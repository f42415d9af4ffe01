"""Media of injects reach the team that was told them, with the message, and nobody else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from qroc_desktop.domain.ids import random_id
from qroc_desktop.domain.instant import Instant
from qroc_desktop.domain.query import ItemQuery
from qroc_desktop.domain.state import Item
from qroc_desktop.exercise.package import Package
from qroc_desktop.exercise.scenario import Texts
from qroc_desktop.exercise.view import Seen, TeamView, Told
from qroc_desktop.exercise.vocabulary import Channel
from qroc_desktop.services.exercise.run import ExerciseRun
from qroc_desktop.services.exercise.team_feed import TeamFeed
from qroc_desktop.store import Workspace
from tests.exercise.building import SCHAAN, small
from tests.exercise.watch import Watch

PNG = b"\x89PNG\r\n\x1a\n"
MEDIA = {
    "van.png": PNG + b"BLUEPICTURE" * 50_000,
    "list.txt": "Streife 1: 078 · BLUETEXT".encode(),
    "camp/red.png": PNG + b"REDPICTURE" * 30_000,
    "red.txt": b"REDTEXT",
    "later.png": PNG + b"LATERPICTURE",
    "broken.bin": b"\x00\x01BROKEN",
    "unused.png": PNG + b"UNUSEDPICTURE",
}


def told(id_: str, at: int, media: list[str], to: str = "blue", **more: Any) -> dict[str, Any]:
    body = {"en": f"The message {id_}."}
    return {
        "id": id_, "title": {"en": "T"}, "body": body, "to": {"teams": [to]}, "trigger": {"at": at},
        "media": media, **more,
    }  # fmt: skip


INJECTS = [
    told("picture", 60, ["van.png", "list.txt"]),
    told("placed", 120, ["van.png"], place=SCHAAN),
    told("secret", 60, ["camp/red.png", "red.txt"], to="red"),
    told("gap", 180, ["gone.png", "broken.bin"]),
    told("future", 3000, ["later.png"]),
]


class Played:
    def __init__(self, folder: Path) -> None:
        self.folder, self.watch = folder, Watch()
        scenario = small(injects=INJECTS, branches=[], objectives=[])
        ExerciseRun.create(Package(scenario=scenario, media=MEDIA), folder, clock=self.watch.wall)
        self.run = self.opened()
        self.run.conduct.start()

    def opened(self) -> ExerciseRun:
        return ExerciseRun(self.folder, clock=self.watch.wall, mono=self.watch.mono, ids=random_id, author="Officer")

    def wait(self, seconds: float) -> None:
        self.watch.wait(seconds)
        self.run.tick()


@pytest.fixture
def played(tmp_path: Path) -> Iterator[Played]:
    made = Played(tmp_path / "run")
    yield made
    made.run.close()


def message(workspace: Workspace, text: str) -> Item:
    entry = next(entry for entry in workspace.entries() if text in entry.entry.text)
    (item,) = entry.entry.items
    found = workspace.item(item)
    assert found is not None
    return found


def test_a_message_without_a_place_is_an_item_with_its_files_that_the_logbook_leads_to(played: Played) -> None:
    played.wait(61)
    blue = played.run.desks["blue"]
    item = message(blue.workspace, "message picture")
    assert item.shape is None
    assert [(file.name, file.media_type) for file in item.attachments.files] == [("van.png", "image/png")]
    with blue.attachments.opened(item.attachments.files[0]) as stream:
        assert stream.read() == MEDIA["van.png"]
    assert "[list.txt]\nStreife 1: 078 · BLUETEXT" in item.wording.description
    (entry,) = blue.logbook.entries()
    assert entry.entry.text == "The message picture.\n[van.png, list.txt]"
    assert item.id in {row.id for row in blue.workspace.rows(ItemQuery())}, "it stands in the list of items"


def test_a_message_with_a_place_has_its_files_there(played: Played) -> None:
    played.wait(121)
    item = message(played.run.desks["blue"].workspace, "message placed")
    assert item.shape is not None
    assert [file.name for file in item.attachments.files] == ["van.png"]


def test_no_byte_of_a_medium_that_a_team_was_not_told_is_in_its_files(played: Played) -> None:
    for _ in range(20):
        played.wait(20)
    played.run.close()
    held = {
        team: b"".join(file.read_bytes() for file in played.folder.glob(f"{team}.qroc*")) for team in ("blue", "red")
    }
    for word in (b"REDPICTURE", b"REDTEXT", b"red.png", b"red.txt", b"LATERPICTURE", b"later", b"UNUSED", b"unused"):
        assert word not in held["blue"], word
    for word in (b"BLUEPICTURE", b"BLUETEXT", b"van.png", b"LATERPICTURE", b"UNUSED"):
        assert word not in held["red"], word
    assert b"REDPICTURE" in held["red"], "the search finds what is there"
    assert b"REDTEXT" in held["red"]
    assert b"BLUEPICTURE" in held["blue"]
    played.run = played.opened()


def test_what_is_missing_or_broken_is_told_to_the_directing_staff_once_and_stops_nothing(played: Played) -> None:
    played.wait(181)
    for _ in range(10):
        played.wait(30)
    played.run.close()
    played.run = played.opened()
    played.run.tick()
    entries = [entry.entry.text for entry in played.run.desks["white"].logbook.entries()]
    staff = [text for text in entries if "without its medium" in text]
    assert sorted(staff) == [
        "A message is shown without its medium broken.bin: it is neither a picture, PDF or film nor a text.",
        "A message is shown without its medium gone.png: it is not there.",
    ]
    item = message(played.run.desks["blue"].workspace, "message gap")
    assert item.attachments.files == ()
    assert not [e for e in played.run.desks["blue"].logbook.entries() if "without its medium" in e.entry.text]


def test_opened_again_nothing_is_written_twice(played: Played) -> None:
    played.wait(121)
    held = played.run.desks["blue"].workspace.last_seq
    played.run.close()
    played.run = played.opened()
    played.run.tick()
    assert played.run.desks["blue"].workspace.last_seq == held


class Joined:
    """A workstation that fetches media by name, as a joined one does."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.there: dict[str, bytes] = {}
        self.asked: list[str] = []

    def fetch(self, name: str) -> bytes | None:
        self.asked.append(name)
        return self.there.get(name)

    def feed(self, workspace: Workspace) -> TeamFeed:
        return TeamFeed(workspace, lambda t: Instant(1_800_000_000_000_000 + t * 1000), media=self.fetch)


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    played = Played(tmp_path / "other")
    played.run.close()
    with Workspace.open(
        tmp_path / "other" / "blue.qroc", clock=lambda: Instant(1_900_000_000_000_000), ids=random_id
    ) as opened:
        yield opened


def view(t: int, media: tuple[str, ...] = ("a.png",)) -> TeamView:
    body: Mapping[str, str] = {"en": "Look."}
    return TeamView(team="blue", t=t, told=(Told(id="m1", at=0, channel=Channel.PHONE, body=body, media=media),))


def test_a_medium_that_comes_later_is_added_to_its_message_and_not_asked_for_all_the_time(
    tmp_path: Path, workspace: Workspace
) -> None:
    joined = Joined(tmp_path)
    feed = joined.feed(workspace)
    for t in range(0, 29_000, 100):
        feed.show(view(t))
    assert joined.asked == ["a.png"]
    assert message(workspace, "Look.").attachments.files == ()
    joined.there["a.png"] = PNG + b"1"
    feed.show(view(31_000))
    assert [file.name for file in message(workspace, "Look.").attachments.files] == ["a.png"]
    assert feed.lacking == {}
    assert len([entry for entry in workspace.entries() if "Look." in entry.entry.text]) == 1


def test_a_feed_that_stopped_between_message_and_file_brings_the_file_at_its_next_start(
    tmp_path: Path, workspace: Workspace
) -> None:
    joined = Joined(tmp_path)
    joined.feed(workspace).show(view(1000))
    joined.there["a.png"] = PNG + b"1"
    joined.feed(workspace).show(view(1100))
    assert [file.name for file in message(workspace, "Look.").attachments.files] == ["a.png"]
    again = Joined(tmp_path)
    again.feed(workspace).show(view(1200))
    assert again.asked == [], "what is in the workspace is not fetched again"
    assert [file.name for file in message(workspace, "Look.").attachments.files] == ["a.png"]


def test_names_lead_nowhere_and_two_folders_may_have_files_of_one_name(tmp_path: Path, workspace: Workspace) -> None:
    joined = Joined(tmp_path)
    joined.there = {"../../x.png": PNG + b"1", "a/p.png": PNG + b"2", "b/p.png": PNG + b"3"}
    joined.feed(workspace).show(view(1000, tuple(joined.there)))
    names = [file.name for file in message(workspace, "Look.").attachments.files]
    assert names[1:] == ["a - p.png", "b - p.png"]
    assert "/" not in names[0]
    assert names[0].endswith("x.png")


def test_states_properties_and_callers_are_read_in_the_language_of_the_desk(workspace: Workspace) -> None:
    terms: dict[str, Texts] = {"free": {"en": "free", "de": "frei"}, "crew": {"en": "crew", "de": "Besatzung"}}
    props: dict[str, str | float | bool] = {"crew": "two", "fuel": 110.0, "lamp": True}
    seen = Seen(
        id="p1", type="a-f-G", name={"en": "Patrol"}, place=SCHAAN, status="free", props=props, terms=terms, own=True
    )
    told = Told(id="m2", at=0, channel=Channel.PHONE, body={"de": "Hallo."}, from_={"en": "Walker", "de": "Wanderin"})
    feed = TeamFeed(workspace, lambda t: Instant(1_800_000_000_000_000 + t * 1000), language="de")
    feed.show(TeamView(team="blue", t=0, entities=(seen,), told=(told,)))
    items = [workspace.item(row.id) for row in workspace.rows(ItemQuery())]
    (patrol,) = [item for item in items if item is not None and item.wording.title == "Patrol"]
    assert patrol.wording.description.splitlines() == ["frei", "Besatzung: two", "fuel: 110", "lamp: ja"]
    (entry,) = [entry for entry in workspace.entries() if "Hallo." in entry.entry.text]
    assert entry.entry.counterpart == "Wanderin · Telefon"
