"""The director's side of joining: which seats there are, their codes, who is there, and the node as a child process.

A code is told once, when it is made; what is kept is a hash. Whoever has lost it gets a new one, and the former is
worth nothing then.
"""

from __future__ import annotations

import socket
import sys
from pathlib import Path
from typing import Final

from qroc_desktop.domain.instant import Clock
from qroc_desktop.errors import Message, Refused
from qroc_desktop.exercise import join_code
from qroc_desktop.exercise.intake import INTAKE, Intake
from qroc_desktop.exercise.join_code import JoinCode
from qroc_desktop.exercise.recording import Recording
from qroc_desktop.exercise.scenario import Scenario
from qroc_desktop.exercise.seating import Seat
from qroc_desktop.exercise.teams import teams
from qroc_desktop.exercise.vocabulary import RoleType
from qroc_desktop.services.exercise.joining import node_status as exercise_node_status
from qroc_desktop.services.exercise.joining.node_status import Guest, NodeStatus
from qroc_desktop.services.exercise.joining.tls import certificate
from qroc_desktop.services.exercise.runs import RECORD
from qroc_desktop.services.exercise.seat import usual_seat
from qroc_desktop.services.node_child import NodeChild
from qroc_desktop.sync.allowed import Allowed

_ANYWHERE: Final = frozenset({"0.0.0.0", "::", "*"})  # noqa: S104 - what an administrator may have written


class Hosting:
    """A run to which others may be invited. `codes`: those that were made here and now, by seat. From any thread."""

    def __init__(self, folder: Path, allowed: Allowed, clock: Clock) -> None:
        """Raises Refused where there is no run, or an administrator allows nobody to join exercises here."""
        self.folder = folder
        self._allowed = allowed
        self._clock = clock
        self.listening = allowed.hosting()
        if self.listening is None:
            raise Refused(
                Message("This machine may not listen for workstations that join an exercise."),
                action=Message("Ask your administrator for a part [exercise] with listen in exchange.toml."),
            )
        recording = Recording(folder / RECORD, read_only=True)
        self.scenario: Scenario = recording.scenario
        recording.close()
        self._intake = Intake(folder)
        self._pin = ""
        self.codes: dict[Seat, JoinCode] = {}

    @staticmethod
    def has_guests(folder: Path) -> bool:
        """Whether somebody was invited to a run before, and may come again."""
        return (folder / INTAKE).exists()

    def seats(self) -> list[Seat]:
        """Every seat of the scenario: each team's own, and one for each role that it names."""
        types = {role.id: role.type for role in self.scenario.roles}
        found = []
        for team in teams(self.scenario):
            named = [Seat(team=team.id, role=types[role]) for role in team.roles if role in types]
            found += [usual_seat(self.scenario, team.id), *named]
        return list(dict.fromkeys(found))

    def seat(self, team: str, role: str = "") -> Seat:
        """A seat by its team and role (empty: the usual one). Raises Refused where there is no such team or role."""
        known = [entry.id for entry in teams(self.scenario)]
        if team not in known:
            raise Refused(
                Message("{name} is not defined.", name=team), action=Message("Teams: {teams}.", teams=", ".join(known))
            )
        if not role:
            return usual_seat(self.scenario, team)
        try:
            return Seat(team=team, role=RoleType(role))
        except ValueError:
            roles = ", ".join(RoleType)
            raise Refused(
                Message("{name} is not defined.", name=role), action=Message("Roles: {roles}.", roles=roles)
            ) from None

    def invite(self, seat: Seat) -> JoinCode:
        """A new code for a seat; a former one is worth nothing from now on. Takes some tenths of a second."""
        host, port = self._reached()
        self._pin = self._pin or join_code.pin_of(certificate(self.folder, self._clock))
        code = JoinCode(host, port, self._pin, join_code.new_secret())
        self._intake.admit(seat, code.key(), self._clock())
        self.codes[seat] = code
        return code

    def revoke(self, seat: Seat) -> None:
        """Nobody takes the seat any more; who has taken it is sent away."""
        self._intake.revoke(seat)
        self.codes.pop(seat, None)

    def invited(self) -> set[Seat]:
        """The seats that have a code now."""
        return set(self._intake.seats().values())

    def status(self) -> NodeStatus | None:
        """What the node says of itself; None where none is at work."""
        found = exercise_node_status.read(self.folder)
        return found if found is not None and found.running(self._clock()) else None

    def guests(self) -> list[Guest]:
        """Who has taken a seat."""
        found = self.status()
        return sorted(found.guests, key=lambda guest: (guest.team, guest.role, guest.name)) if found else []

    def child(self, routes: Path) -> NodeChild:
        """The node, as a child of this process that is started again where it ends by itself. routes: the
        administrator's list."""
        return NodeChild(command(self.folder, routes), "")

    def close(self) -> None:
        """Let the files go. The node is another process."""
        self._intake.close()

    def _reached(self) -> tuple[str, int]:
        """By which host and port others reach the node."""
        if (named := self._allowed.hosting_name()) is not None:
            return named
        host, port = self.listening or ("", 0)
        if port == 0:
            found = self.status()
            if found is None or not found.listening:
                raise Refused(
                    Message("The exercise's node is not at work; only it knows its port."),
                    action=Message("Start it first: qroc exercise host RUN."),
                )
            port = int(found.listening.rpartition(":")[2])
        return (socket.getfqdn() if host in _ANYWHERE else host), port


def command(folder: Path, routes: Path) -> list[str]:
    """How the node of a run is started."""
    return [sys.executable, "-m", "qroc_desktop.cli.start", "exercise", "host", str(folder), "--while-conducted",
            "--allowed", str(routes)]  # fmt: skip
