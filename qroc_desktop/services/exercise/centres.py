"""The centres of an exercise: teams that share with one another as real centres do, with keys of this run alone.

    FOLDER/centres/TEAM/        keys and exchange, as in any centre's folder
    FOLDER/centres/passphrase   opens the keys

The keys are made with the run and protect nothing but its own play: whoever can read the folder can read the run, and
so the passphrase, which is random, lies beside them. Both approvals are given by the exercise, and the audit log says
so. Bundles go from one exchange file to the other within this process: no route, no node, no network.
"""

from __future__ import annotations

import os
import secrets
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from qroc_desktop.domain.ids import IdSource
from qroc_desktop.domain.instant import Clock, Instant
from qroc_desktop.domain.vocabulary import WorkspaceKind
from qroc_desktop.errors import Message, Refused
from qroc_desktop.exercise.conduct import Conduct
from qroc_desktop.exercise.scenario import Scenario, Team, ms
from qroc_desktop.exercise.vocabulary import ClockState, InjectState, Traffic
from qroc_desktop.policy import load
from qroc_desktop.reasons import reason_of
from qroc_desktop.services.centre import CentreFolder
from qroc_desktop.services.centre_session import CentreSession
from qroc_desktop.services.desk import Desk
from qroc_desktop.services.exercise.neighbour import SimulatedNeighbour
from qroc_desktop.services.exercise.team_feed import AUTHOR
from qroc_desktop.sync import status
from qroc_desktop.sync.bundle import Kind
from qroc_desktop.sync.delivery import deliver
from qroc_desktop.sync.exchange import Exchange
from qroc_desktop.sync.keystore import Cost
from qroc_desktop.sync.refusals import Rejected
from qroc_desktop.sync.roster import PeerState
from qroc_desktop.sync.transports.memory import Hub, MemoryTransport

FOLDER: Final = "centres"
PASSPHRASE: Final = "passphrase"  # noqa: S105 - the name of the file
OFFICERS: Final = (f"{AUTHOR}, first approval", f"{AUTHOR}, second approval")
READY_AFTER_MS: Final = 60_000
"""Scenario milliseconds after which it is said that sharing works, where the scenario has an inject for that."""
_KIND: Final = WorkspaceKind.EXERCISE
_COST: Final = Cost(memory_kib=8, passes=1, lanes=1)
"""The passphrase is random; guessing it costs enough without Argon2id."""
_LOOK_EVERY: Final = 50
"""Ticks between looks at what only the time brings."""
_MOST_ROUNDS: Final = 20
_TRAFFIC: Final = {
    Kind.REQUEST: Traffic.REQUEST,
    Kind.SNAPSHOT: Traffic.SHARE,
    Kind.DELTA: Traffic.SHARE,
    Kind.ANSWER: Traffic.ANSWER,
    Kind.WITHDRAWAL: Traffic.WITHDRAWAL,
}


class Post:
    """A team's centre, as the exercise itself works with it."""

    def __init__(self, team: Team, home: CentreFolder, passphrase: str, desk: Desk) -> None:
        self.team = team
        self.desk = desk
        identity = desk.identity
        if not home.keystore(_KIND).exists:
            home.make(_KIND, name=identity.centre, country=identity.country, passphrase=passphrase, cost=_COST)
        with ExitStack() as opening:
            # As a node beside a window would: on the same file, by a connection of its own.
            self.exchange: Exchange = opening.enter_context(home.open(_KIND, passphrase))
            self._mark = (-1, -1)
            self._session = CentreSession(home, _KIND)
            self._passphrase = passphrase
            opening.callback(self._session.close)
            self._files = opening.pop_all()

    def session(self) -> CentreSession:
        """For its windows, with open keys, also where a window has closed it."""
        self._session.unlock(self._passphrase)
        return self._session

    def changed(self) -> bool:
        """Whether anybody has committed something to its exchange file since the last question."""
        before, self._mark = self._mark, self.exchange.database.mark
        return self._mark != before

    @property
    def centre(self) -> str:
        """Its id."""
        return self.exchange.identity.centre

    def know(self, other: Post) -> None:
        """Enrol another one, with both approvals."""
        try:
            if self.exchange.roster.peer(other.centre).state is PeerState.ACTIVE:
                return
        except Rejected:
            pass
        peer = self.exchange.enrol(other.exchange.invite(), officer=AUTHOR)
        for officer in OFFICERS:
            self.exchange.roster.approve(peer.centre, officer=officer, said=other.exchange.identity.public.letters)

    def tell(self, state: str, now: Instant, at: Instant, peers: Sequence[Post]) -> None:
        """What carries its bundles, for the windows: not a node, but as good as one while the run is open. at: until
        when that is believed."""
        reached = {one.centre: status.Contact(reachable=True, since=now, last_contact=now) for one in peers}
        told = status.NodeStatus(pid=os.getpid(), state=state, started=now, at=at, peers=reached)
        status.write(self.exchange.path, told)

    def close(self) -> None:
        """Let its files go."""
        self._files.close()


class ExerciseCentres:
    """All of one run, for the thread that conducts it; `session` may be asked from any."""

    def __init__(
        self, folder: Path, scenario: Scenario, desks: Mapping[str, Desk], *, clock: Clock, ids: IdSource,
        medium: Callable[[str], bytes | None], handled: Callable[[str], bool],
    ) -> None:  # fmt: skip
        """Makes what is not there yet. Raises Refused or Damaged where that is not possible.

        clock: scenario time. handled: whether an inject was executed too long ago to be shared now.
        """
        self._clock = clock
        self._posts: list[Post] = []
        self._seated: Counter[str] = Counter()
        self._ticks = 0
        teams = [team for team in scenario.teams if team.centre is not None]
        with ExitStack() as opening:
            for team in teams if len(teams) > 1 else ():
                home = home_of(folder, desks[team.id], clock)
                post = Post(team, home, passphrase_of(folder / FOLDER), desks[team.id])
                opening.callback(post.close)
                self._posts.append(post)
            self._hub = Hub()
            for post in self._posts:
                self._hub.attach(post.centre, post.exchange.receive)
                for other in self._others(post):
                    post.know(other)
                # Scenario time may stand still or run 64 times as fast: it is believed as long as there is any.
                post.tell("running", clock(), scenario.instant(ms(scenario.duration_s)), self._others(post))
            instruments = load() if self._posts else None
            self._simulated = [
                SimulatedNeighbour(
                    post.team.id, post.desk, post.exchange, instruments, ids=ids, medium=medium,
                    peers={other.team.id: other.centre for other in self._others(post)},
                    injects=[inject for inject in scenario.injects if not handled(inject.id)],
                    ready={team.centre.ready for team in teams if team.centre is not None and team.centre.ready},
                )
                for post in self._posts
                if instruments is not None
            ]  # fmt: skip
            self._files = opening.pop_all()

    def session(self, team: str) -> CentreSession | None:
        """A team's centre for its windows, its keys open; None where it has none."""
        return next((post.session() for post in self._posts if post.team.id == team), None)

    def seat_taken(self, team: str) -> None:
        """Somebody sits at a team's desk: what comes in there and what goes out is theirs to do."""
        self._seated[team] += 1

    def seat_left(self, team: str) -> None:
        """One of them has left."""
        self._seated[team] -= 1

    def tick(self, conduct: Conduct, fresh: bool) -> Iterator[Message]:
        """Carry what is due, do what nobody sits there to do, and count what went; what could not be done, in a line.

        fresh: whether the run has gone on since it was opened. Raises QrocError where an exchange file cannot be used.
        """
        self._ticks += 1
        if not self._posts:
            return
        self._declare_ready(conduct)
        for neighbour in self._simulated:
            if fresh:
                yield from neighbour.send_due(conduct.world, seated=self._seated[neighbour.team] > 0)
        changed = [post.changed() for post in self._posts]
        if any(changed) or self._ticks % _LOOK_EVERY == 0:
            self._carry()
            for neighbour in self._simulated:
                if not self._seated[neighbour.team]:
                    neighbour.take_in()
            self._carry()
            self._count(conduct)

    def close(self) -> None:
        """Let all files go."""
        for post in self._posts:
            post.tell("stopped", self._clock(), self._clock(), ())
        self._files.close()

    # --- parts -----------------------------------------------------------------------------------

    def _others(self, post: Post) -> list[Post]:
        return [other for other in self._posts if other is not post]

    def _carry(self) -> None:
        for _ in range(_MOST_ROUNDS):
            if not sum(deliver(post.exchange, self._way(post)).sent for post in self._posts):
                return

    def _way(self, post: Post) -> Callable[[object], MemoryTransport]:
        return lambda _: MemoryTransport(self._hub, post.centre)

    def _declare_ready(self, conduct: Conduct) -> None:
        if not conduct.clock.running or conduct.world.t < READY_AFTER_MS:
            return
        for post in self._posts:
            ready = post.team.centre.ready if post.team.centre is not None else ""
            standing = conduct.world.standing.injects.get(ready)
            if standing is not None and standing.state is InjectState.ON_HOLD:
                conduct.fire(ready, by=AUTHOR)

    def _count(self, conduct: Conduct) -> None:
        """What went between centres is what was expected, where the scenario says so."""
        if conduct.clock.state in (ClockState.RESET, ClockState.STOPPED):
            return
        for post in self._posts:
            for rule in post.team.centre.counts if post.team.centre is not None else ():
                since = conduct.world.executed_at(rule.after) if rule.after else 0
                for other in self._others(post):
                    if since is None or conduct.world.acted(other.team.id, rule.action) is not None:
                        continue
                    earliest = conduct.scenario.instant(since)
                    found = [who for kind, at, who in _traffic(other, post) if kind is rule.traffic and at >= earliest]
                    if found:
                        text = f"{rule.traffic}: {post.desk.identity.centre}"
                        conduct.act(other.team.id, rule.action, text, found[0])


def home_of(folder: Path, desk: Desk, clock: Clock) -> CentreFolder:
    """Where a team's keys lie, or would lie; `folder`: the run's."""
    return CentreFolder(folder / FOLDER / desk.workspace.path.stem, clock=clock)


def session_without_run(desk: Desk) -> CentreSession:
    """For the window of a team's workspace that is opened by itself: never the machine's own centre, though nothing is
    carried until the run is opened. Its keys are opened by the passphrase that lies beside them."""
    return CentreSession(home_of(desk.workspace.path.parent, desk, desk.clock), _KIND)


def _traffic(sender: Post, to: Post) -> Iterator[tuple[Traffic, Instant, str]]:
    """What a centre's people sent another that has it, and what they read of it; when that was sent, and who."""
    for sent in reversed(sender.exchange.dispatch.board(peer=to.centre)):
        if sent.state == "stored" and not sent.held and sent.kind in _TRAFFIC:
            yield _TRAFFIC[sent.kind], sent.created, sent.officer
    for sent in reversed(to.exchange.dispatch.board(peer=sender.centre)):
        for seen in sent.seen:
            if seen.state == "read":
                yield Traffic.READ, sent.created, seen.officer


def passphrase_of(folder: Path) -> str:
    """What opens the keys of a run's centres; `folder`: where they lie. Made where there is none yet."""
    path = folder / PASSPHRASE
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        if not path.exists():
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_hex(16))
        return path.read_text(encoding="ascii").strip()
    except (OSError, ValueError) as error:
        reason = reason_of(error) if isinstance(error, OSError) else str(error)
        raise Refused(Message("The file cannot be read: {reason}.", reason=reason), where=str(path)) from error
