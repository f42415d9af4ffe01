"""The man hunt's two centres share as real ones do, with keys of the run; nothing of it leaves the run's folder."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from qroc_desktop.domain.aspects import Nature, Wording
from qroc_desktop.domain.ids import random_id
from qroc_desktop.domain.query import ItemQuery
from qroc_desktop.domain.shape import point
from qroc_desktop.domain.vocabulary import Aspect, ItemType, WorkspaceKind
from qroc_desktop.errors import Refused
from qroc_desktop.exercise.events import Acted, Fired
from qroc_desktop.exercise.library import read
from qroc_desktop.exercise.package import Package
from qroc_desktop.exercise.vocabulary import Passed
from qroc_desktop.policy import Policy
from qroc_desktop.policy.channels import Channel
from qroc_desktop.policy.vocabulary import Purpose
from qroc_desktop.services import node_view
from qroc_desktop.services.centre import CentreFolder
from qroc_desktop.services.centre_session import Access
from qroc_desktop.services.exercise.centres import session_without_run
from qroc_desktop.services.exercise.driver import ExerciseDriver
from qroc_desktop.services.exercise.run import ExerciseRun
from qroc_desktop.services.exercise.runs import Exercises
from qroc_desktop.services.exercise.seat import LocalSeat, usual_seat
from qroc_desktop.services.exercise.team_feed import AUTHOR
from qroc_desktop.services.receiving import Receiving
from qroc_desktop.services.request_threads import Standing
from qroc_desktop.services.requests import Question, Requests
from qroc_desktop.services.sharing import Sharing
from qroc_desktop.services.workspaces import Workspaces
from qroc_desktop.sync.audit import Action
from qroc_desktop.sync.exchange import Exchange
from qroc_desktop.sync.identity import Identity
from qroc_desktop.sync.keystore import Cost
from qroc_desktop.sync.letters import Ask
from qroc_desktop.sync.roster import PeerState
from qroc_desktop.sync.transports.base import Transport
from qroc_desktop.sync.transports.memory import Hub, MemoryTransport
from tests.exercise.building import package
from tests.exercise.watch import Watch
from tests.services.sharing_centres import INSTRUMENTS, grounds

HUNT = Path(__file__).parents[3] / "resources" / "scenarios" / "man-hunt"
LINK_TEST = "Test of the link / Prüfung der Verbindung"
BLOCK = "Block Nofels / Sperre Nofels"
"""Titles of what the neighbour shows."""


class Hunt:
    def __init__(self, folder: Path, made: Package | None = None) -> None:
        self.folder, self.watch = folder, Watch()
        ExerciseRun.create(made or read(HUNT), folder, clock=self.watch.wall)
        self.run = self.opened()

    def opened(self) -> ExerciseRun:
        return ExerciseRun(self.folder, clock=self.watch.wall, mono=self.watch.mono, ids=random_id, author="Officer")

    def again(self) -> None:
        self.run.close()
        self.run = self.opened()

    def wait(self, seconds: float, ticks: int = 3) -> None:
        self.watch.wait(seconds)
        for _ in range(ticks):
            self.run.tick()

    def jump(self, t: float) -> None:
        self.run.conduct.pause()
        self.run.jump(round(t * 1000), Passed.FIRE)
        self.run.conduct.start()
        self.wait(0)

    def exchange(self, team: str) -> Exchange:
        return self.run.centre(team).exchange

    def centre(self, team: str) -> str:
        return self.exchange(team).identity.centre

    def requests(self, team: str) -> Requests:
        return Requests(self.exchange(team), INSTRUMENTS, self.run.desks[team].clock)

    def asks(self) -> str:
        question = Question(
            to=self.centre("neighbour"), purpose=Purpose.INVESTIGATION, channel=Channel(exception="urgency"),
            officer="Liaison", subject="Hold Nofels and Tisis",
            ask=Ask(
                requested_information="Hold the crossings", purpose_facts_offence="Armed robbery",
                limit="urgent-direct", reasons_it_is_there="They drive north", instrument="dir-2023-977",
                urgency="life-or-integrity", urgency_reason="Armed",
            ),
        )  # fmt: skip
        return self.requests("blue").send(question).bundle

    def shares(self, team: str, to: str, title: str) -> str:
        desk = self.run.desks[team]
        item, _ = desk.items.create(
            {
                Aspect.NATURE: Nature(type=ItemType.INCIDENT),
                Aspect.SHAPE: point(9.52, 47.14),
                Aspect.WORDING: Wording(title=title),
            }
        )
        sharing = Sharing(desk.workspace, self.exchange(team), Policy(INSTRUMENTS))
        preview = sharing.preview([item], self.centre(to), grounds())
        return sharing.send(preview, officer="Liaison", why="Needed there").bundle

    def acted(self, team: str = "blue") -> list[str]:
        with Exercises(self.watch.wall).reading(self.folder) as recording:
            return [e.action for _, e in recording.events() if isinstance(e, Acted) and e.team == team and e.action]

    def fired(self) -> set[str]:
        with Exercises(self.watch.wall).reading(self.folder) as recording:
            return {event.inject for _, event in recording.events() if isinstance(event, Fired)}

    def pictured(self, team: str) -> set[str]:
        return {item.wording.title for item in self.run.desks[team].workspace.items(ItemQuery())}

    def notes(self) -> list[str]:
        """What the exercise itself told the directing staff, beside the injects."""
        entries = self.run.desks["white"].workspace.entries()
        return [entry.entry.text for entry in entries if entry.id.startswith("note-")]


@pytest.fixture
def hunt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hunt]:
    def refused(*_: object) -> None:
        raise AssertionError("the network was used")

    for name in ("connect", "connect_ex", "bind", "sendto"):
        monkeypatch.setattr(socket.socket, name, refused)
    made = Hunt(tmp_path / "run")
    yield made
    made.run.close()


def start(hunt: Hunt) -> None:
    """Begun, and the link is declared."""
    hunt.run.conduct.start()
    hunt.wait(1)
    hunt.wait(60)


def test_with_the_run_each_centre_gets_keys_and_knows_the_other_by_the_exercises_word(hunt: Hunt) -> None:
    for team, other, country in (("blue", "neighbour", "AT"), ("neighbour", "blue", "LI")):
        exchange = hunt.exchange(team)
        (peer,) = exchange.roster.peers()
        assert (peer.centre, peer.state, peer.identity.country) == (hunt.centre(other), PeerState.ACTIVE, country)
        approvals = [e.detail for e in exchange.audit.entries() if e.action == Action.PEER_APPROVED]
        assert [detail.officer for detail in approvals if detail] == [
            "EXERCISE, first approval", "EXERCISE, second approval",
        ]  # fmt: skip
        assert exchange.mode is WorkspaceKind.EXERCISE
        session = hunt.run.centre(team)
        assert session.access is Access.OPEN, "nobody is asked for a passphrase"
        assert session.node is None
        assert node_view.look(exchange.path, hunt.run.now()).running
    red = hunt.run.centre("red")
    assert red.access is Access.NONE
    assert hunt.folder in red.folder.folder.parents, "and never the real keys of the machine"
    assert hunt.run.desks["blue"].identity.country == "LI"
    assert (hunt.folder / "centres" / "passphrase").stat().st_mode & 0o077 == 0


def test_a_minute_after_the_start_the_link_is_tested_and_the_test_item_is_on_blues_picture(hunt: Hunt) -> None:
    hunt.run.conduct.start()
    hunt.wait(30)
    assert "link-test" not in hunt.fired()
    hunt.wait(31)
    hunt.wait(1)
    assert "link-test" in hunt.fired()
    assert LINK_TEST in hunt.pictured("blue")
    (received,) = Receiving(
        hunt.run.desks["blue"].workspace, hunt.exchange("blue"), INSTRUMENTS, author="Officer"
    ).received()
    assert hunt.exchange("blue").inbox.opened(received.bundle).content.subject == "EXERCISE Test of the link"


def test_a_request_counts_as_the_expected_action_and_the_neighbour_answers_it(hunt: Hunt) -> None:
    start(hunt)
    hunt.asks()
    hunt.wait(1)
    assert hunt.acted() == ["request-neighbour"]
    hunt.wait(1)
    assert "neighbour-shares" in hunt.fired()
    assert "neighbour-calls" not in hunt.fired()
    (request,) = hunt.requests("blue").all()
    assert request.standing is Standing.ANSWERED
    assert {"November 1", BLOCK} <= hunt.pictured("blue")


def test_a_share_of_blue_is_on_the_neighbours_picture_with_receipts_and_counts_once(hunt: Hunt) -> None:
    start(hunt)
    bundle = hunt.shares("blue", "neighbour", "Grey estate")
    hunt.wait(1)
    assert "Grey estate" in hunt.pictured("neighbour")
    sent = hunt.exchange("blue").dispatch.board(peer=hunt.centre("neighbour"))[0]
    assert (sent.bundle, sent.state) == (bundle, "stored")
    assert [seen.state for seen in sent.seen] == ["applied"]
    hunt.shares("blue", "neighbour", "White van")
    hunt.wait(1)
    assert hunt.acted() == ["neighbour-informed"]
    hunt.jump(4_400)
    assert "share-minimum" not in hunt.acted(), "what was sent before it was asked for is no answer"
    hunt.shares("blue", "neighbour", "Suspects")
    hunt.wait(1)
    assert hunt.acted() == ["neighbour-informed", "share-minimum"]


def test_reading_what_came_counts(hunt: Hunt) -> None:
    start(hunt)
    exchange = hunt.exchange("blue")
    (received,) = exchange.inbox.received()
    assert hunt.acted() == []
    exchange.inbox.read(received.bundle, officer="Liaison")
    hunt.wait(1)
    assert hunt.acted() == ["link-tested"]


def test_a_withdrawal_takes_it_off_the_neighbours_picture(hunt: Hunt) -> None:
    start(hunt)
    bundle = hunt.shares("blue", "neighbour", "Hostage fear")
    hunt.wait(1)
    sharing = Sharing(hunt.run.desks["blue"].workspace, hunt.exchange("blue"), Policy(INSTRUMENTS))
    sharing.withdraw(bundle, officer="Liaison", why="Unfounded")
    hunt.wait(1)
    assert "Hostage fear" not in hunt.pictured("neighbour")


def test_where_somebody_plays_the_neighbour_nothing_is_done_in_their_place(hunt: Hunt) -> None:
    hunt.run.seat_taken("neighbour")
    start(hunt)
    assert "link-test" in hunt.fired()
    assert LINK_TEST not in hunt.pictured("blue")
    hunt.shares("blue", "neighbour", "Grey estate")
    hunt.wait(1)
    assert "Grey estate" not in hunt.pictured("neighbour"), "it waits in their inbox"
    assert len(hunt.exchange("neighbour").inbox.pending()) == 1
    assert hunt.acted() == ["neighbour-informed"]
    hunt.shares("neighbour", "blue", "By hand")
    hunt.wait(1)
    assert "By hand" in hunt.pictured("blue")
    hunt.run.seat_left("neighbour")
    hunt.wait(10)
    hunt.exchange("blue").invite()
    hunt.shares("blue", "neighbour", "Another")
    hunt.wait(1)
    assert "Grey estate" in hunt.pictured("neighbour")
    assert LINK_TEST not in hunt.pictured("blue"), "what was theirs to send is not sent behind them"


def test_skipped_in_the_first_minute_it_is_role_play(hunt: Hunt) -> None:
    hunt.run.conduct.start()
    hunt.wait(1)
    hunt.run.conduct.skip("link-test")
    hunt.wait(100)
    hunt.run.conduct.act("blue", "request-neighbour")
    hunt.jump(4_000)
    assert "neighbour-calls" in hunt.fired()
    assert hunt.exchange("blue").inbox.received() == []


def test_after_a_crash_between_inject_and_bundle_it_is_sent_once(hunt: Hunt) -> None:
    start(hunt)
    hunt.run.conduct.act("blue", "request-neighbour")  # and what follows is in the record before a tick carries it
    assert "neighbour-shares" in hunt.fired()
    hunt.again()
    hunt.run.tick()
    assert "November 1" not in hunt.pictured("blue"), "paused: the windows are not there yet"
    hunt.run.conduct.start()
    for _ in range(3):
        hunt.wait(1)
    assert "November 1" in hunt.pictured("blue")
    hunt.again()
    hunt.run.conduct.start()
    for _ in range(3):
        hunt.wait(1)
    assert len(hunt.exchange("blue").inbox.received()) == 2, "the test and the answer, each once"


def test_a_run_that_was_played_is_opened_with_its_centres_as_they_were(hunt: Hunt) -> None:
    start(hunt)
    hunt.shares("blue", "neighbour", "Grey estate")
    hunt.wait(1)
    centres = [hunt.centre(team) for team in ("blue", "neighbour")]
    hunt.again()
    assert [hunt.centre(team) for team in ("blue", "neighbour")] == centres
    assert len(hunt.exchange("blue").dispatch.board()) == 1
    hunt.run.conduct.start()
    hunt.wait(1)
    assert hunt.acted() == ["neighbour-informed"]


def test_nothing_of_a_real_centre_is_touched_and_nothing_goes_between_the_two(tmp_path: Path, hunt: Hunt) -> None:
    real = CentreFolder(tmp_path / "home", clock=hunt.watch.wall)
    for kind in WorkspaceKind:
        real.make(
            kind, name="Real", country="LI", passphrase="correct horse battery", cost=Cost(memory_kib=8, passes=1)
        )
    held = {path: path.read_bytes() for path in sorted(real.folder.iterdir())}
    start(hunt)
    hunt.asks()
    hunt.shares("blue", "neighbour", "Grey estate")
    hunt.wait(1)
    hunt.again()
    assert {path: path.read_bytes() for path in sorted(real.folder.iterdir())} == held
    for kind in WorkspaceKind:
        with real.open(kind, "correct horse battery") as exchange:
            assert exchange.roster.peers() == ()
            assert exchange.identity.centre not in {hunt.centre("blue"), hunt.centre("neighbour")}


def test_a_live_workspace_refuses_the_keys_and_the_bundles_of_the_exercise(tmp_path: Path, hunt: Hunt) -> None:
    start(hunt)
    live = Workspaces(author="Officer", clock=hunt.run.now, ids=random_id).create(
        tmp_path / "live.qroc", centre="Real", country="LI"
    )
    exchange = hunt.exchange("blue")
    with pytest.raises(Refused, match="Live and exercise never mix"):
        list(Receiving(live.workspace, exchange, INSTRUMENTS, author="Officer").apply_pending())
    layer = live.layers.default()
    item, _ = live.items.create({Aspect.NATURE: Nature(type=ItemType.NOTE)}, layer=layer)
    with pytest.raises(Refused, match="Live and exercise never mix"):
        Sharing(live.workspace, exchange, Policy(INSTRUMENTS)).preview([item], hunt.centre("neighbour"), grounds())
    live.close()


@pytest.mark.parametrize(
    ("sender_mode", "own_mode"),
    [(WorkspaceKind.EXERCISE, WorkspaceKind.LIVE), (WorkspaceKind.LIVE, WorkspaceKind.EXERCISE)],
)
def test_a_bundle_of_one_kind_is_refused_by_an_exchange_of_the_other(
    tmp_path: Path, hunt: Hunt, sender_mode: WorkspaceKind, own_mode: WorkspaceKind
) -> None:
    """Even where officers had enrolled the one with the other by mistake."""
    clock, hub = hunt.run.now, Hub()
    made = {}
    for name, kind in (("Sender", sender_mode), ("Taker", own_mode)):
        identity = Identity.new(name, "LI", clock())
        made[name] = Exchange.create(tmp_path / f"{name}.qrocx", identity, clock, mode=kind)
        hub.attach(identity.centre, made[name].receive)
    for one, other in (("Sender", "Taker"), ("Taker", "Sender")):
        peer = made[one].enrol(made[other].invite(), officer="Anna")
        for officer in ("Anna", "Bert"):
            made[one].roster.approve(peer.centre, officer=officer, said=made[other].identity.public.letters)
    sender, taker = made["Sender"], made["Taker"]
    desk = Workspaces(author="Officer", clock=clock, ids=random_id).create(
        tmp_path / "sender.qroc", centre="Sender", country="LI", kind=sender_mode
    )
    item, _ = desk.items.create({Aspect.NATURE: Nature(type=ItemType.NOTE), Aspect.WORDING: Wording(title="X")})
    sharing = Sharing(desk.workspace, sender, Policy(INSTRUMENTS))
    sharing.send(sharing.preview([item], taker.identity.centre, grounds()), officer="Anna", why="Mistake")
    way: Transport = MemoryTransport(hub, sender.identity.centre)
    (due,) = sender.dispatch.due()
    peer = sender.roster.active(taker.identity.centre)
    for parcel in sender.dispatch.parcels(due.bundle):
        for reply in way.send(peer, parcel):
            sender.receive(reply, peer.centre)
    assert (sender.dispatch.one(due.bundle).state, sender.dispatch.one(due.bundle).code) == ("stopped", "other-mode")
    assert taker.inbox.pending() == []
    desk.close()
    sender.close()
    taker.close()


def test_where_the_keys_cannot_be_opened_the_exercise_goes_on_and_says_so(hunt: Hunt) -> None:
    hunt.run.close()
    (hunt.folder / "centres" / "passphrase").write_text("somebody else wrote this")
    hunt.run = hunt.opened()
    assert hunt.run.centre("blue").access is Access.LOCKED
    hunt.run.conduct.start()
    for _ in range(3):
        hunt.wait(40)
    assert "link-test" not in hunt.fired(), "and so it is role play"
    (line,) = hunt.notes()
    assert line.startswith("Centres of the exercise cannot share: ")


def test_a_package_without_the_file_of_the_neighbour_says_so_and_stops_nothing(tmp_path: Path) -> None:
    scenario = read(HUNT).scenario
    hunt = Hunt(tmp_path / "run", Package(scenario=scenario, media={"neighbour/002-link-test.geojson": b"{broken"}))
    start(hunt)
    hunt.asks()
    hunt.wait(1)
    hunt.wait(1)
    assert sorted(line.partition(":")[0] for line in hunt.notes()) == [
        "The simulated centre could not send neighbour/002-link-test.geojson",
        "The simulated centre could not send neighbour/502-crossing-held.geojson",
    ]
    assert hunt.acted() == ["request-neighbour"]
    hunt.run.close()


def test_a_seat_gives_its_windows_the_centre_of_its_team_and_says_when_somebody_sits_there(hunt: Hunt) -> None:
    hunt.run.close()
    driver = ExerciseDriver(hunt.opened, tick_s=0.01)
    hunt.run = driver.run
    seat = LocalSeat(driver, usual_seat(driver.scenario, "neighbour"))
    assert seat.centre.exchange.identity.centre == hunt.centre("neighbour")
    seat.taken()
    seat.taken()
    seat.left()
    driver.do(start_of(hunt)).result()
    assert LINK_TEST not in hunt.pictured("blue")
    driver.close()
    hunt.run = hunt.opened()


def start_of(hunt: Hunt) -> Callable[[ExerciseRun], None]:
    def begun(run: ExerciseRun) -> None:
        run.conduct.start()
        hunt.watch.wait(61)
        for _ in range(3):
            run.tick()

    return begun


def test_a_workspace_opened_by_itself_has_the_centre_of_the_run_and_no_other(hunt: Hunt) -> None:
    start(hunt)
    centre = hunt.centre("blue")
    hunt.run.close()
    desk = Workspaces(author="Officer", clock=hunt.watch.wall, ids=random_id).open(hunt.folder / "blue.qroc")
    session = session_without_run(desk)
    assert session.access is Access.LOCKED
    session.unlock((hunt.folder / "centres" / "passphrase").read_text())
    assert session.exchange.identity.centre == centre
    session.close()
    desk.close()
    hunt.run = hunt.opened()


def test_without_two_centres_there_are_none(tmp_path: Path) -> None:
    hunt = Hunt(tmp_path / "run", package())
    assert hunt.run.centre("blue").access is Access.NONE
    assert not (hunt.folder / "centres").exists()
    hunt.run.close()


def test_no_byte_of_red_is_in_the_files_of_the_centres(hunt: Hunt) -> None:
    start(hunt)
    hunt.asks()
    hunt.shares("blue", "neighbour", "Grey estate")
    hunt.jump(6_200)
    hunt.run.close()
    secret = [b"Dormouse", b"Marten", b"secret brief", b"car-1", b"red-walker"]
    record = (hunt.folder / "run.qrocrun").read_bytes()
    assert all(word in record for word in secret), "the search finds what is there"
    for path in hunt.folder.rglob("*"):
        if path.is_file() and (path.parent.parent.name == "centres" or path.name.startswith(("blue", "neighbour"))):
            held = path.read_bytes()
            assert [word for word in secret if word in held] == [], path.name
    hunt.run = hunt.opened()


def test_a_session_that_a_window_has_closed_is_open_again_for_the_next_one(hunt: Hunt) -> None:
    hunt.run.centre("blue").close()
    assert hunt.run.centre("blue").access is Access.OPEN
    assert hunt.run.centre("blue").kind is WorkspaceKind.EXERCISE
    assert {entry.detail.officer for entry in hunt.exchange("blue").audit.entries() if entry.detail} <= {
        "", AUTHOR, "EXERCISE, first approval", "EXERCISE, second approval",
    }  # fmt: skip
