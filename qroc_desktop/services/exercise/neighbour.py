"""A neighbouring centre that nobody plays: it puts on its picture what comes, and answers as the scenario has it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Final

from qroc_desktop import translation
from qroc_desktop.domain.aspects import Origin
from qroc_desktop.domain.ids import IdSource
from qroc_desktop.domain.vocabulary import Aspect
from qroc_desktop.errors import Message, QrocError, Refused
from qroc_desktop.exercise.scenario import Inject, Shared, said
from qroc_desktop.exercise.world import World
from qroc_desktop.formats import registry
from qroc_desktop.formats.reading import Reading
from qroc_desktop.policy import Instruments, Policy
from qroc_desktop.policy.channels import CHANNEL_EXCEPTION, Channel, listed
from qroc_desktop.policy.vocabulary import Purpose
from qroc_desktop.services.desk import Desk
from qroc_desktop.services.exercise.team_feed import AUTHOR
from qroc_desktop.services.importing import Imports
from qroc_desktop.services.layers import Layers
from qroc_desktop.services.receiving import Receiving
from qroc_desktop.services.request_threads import Request
from qroc_desktop.services.requests import DIRECTIVE, Requests
from qroc_desktop.services.sharing import Grounds, Sharing
from qroc_desktop.sync.audit import Action
from qroc_desktop.sync.exchange import Exchange

_AT_ONCE: Final = 1000


class SimulatedNeighbour:
    """One centre's desk while nobody sits there."""

    def __init__(  # noqa: PLR0913 - what a desk is made of, by name
        self, team: str, desk: Desk, exchange: Exchange, instruments: Instruments, *, ids: IdSource,
        medium: Callable[[str], bytes | None], peers: Mapping[str, str], injects: Sequence[Inject],
        ready: Collection[str],
    ) -> None:  # fmt: skip
        """peers: ids of the other centres by their teams. injects: those whose pictures may still have to go. ready:
        the injects that say that sharing works; while one was not executed nothing goes, and it is role play."""
        self.team = team
        self._desk = desk
        self._exchange = exchange
        self._medium = medium
        self._peers = peers
        self._ready = ready
        workspace = desk.workspace
        self._layers = Layers(workspace, author=AUTHOR, ids=ids, default_name=desk.identity.centre)
        self._imports = Imports(workspace, self._layers, author=AUTHOR, ids=ids)
        self._sharing = Sharing(workspace, exchange, Policy(instruments))
        self._receiving = Receiving(workspace, exchange, instruments, author=AUTHOR)
        self._requests = Requests(exchange, instruments, desk.clock)
        self._channel = Channel(exception=next(code.id for code in listed(instruments, CHANNEL_EXCEPTION)))
        sent = self._sent()
        self._waiting = [
            (inject, shared)
            for inject in injects
            for shared in inject.shares
            if shared.by == team and (_why(inject), peers.get(shared.to, "")) not in sent
        ]
        if self._waiting:
            registry.prepare()  # or the first picture would hold everybody up while the clock runs

    def take_in(self) -> None:
        """Put what came on the picture; its senders are told."""
        for _ in self._receiving.apply_pending():
            pass

    def send_due(self, world: World, *, seated: bool) -> Iterator[Message]:
        """Send the pictures of injects that were executed; where somebody sits here they are left to them. What could
        not be sent, in a line each."""
        for inject, shared in list(self._waiting):
            if world.executed_at(inject.id) is None:
                continue
            self._waiting.remove((inject, shared))
            if seated or any(world.executed_at(one) is None for one in self._ready):
                continue
            try:
                self._send(inject, shared)
            except QrocError as error:
                yield Message(
                    "The simulated centre could not send {name}: {reason}",
                    name=shared.medium, reason=translation.explained(error),
                )  # fmt: skip

    # --- parts -----------------------------------------------------------------------------------

    def _send(self, inject: Inject, shared: Shared) -> None:
        to = self._peers.get(shared.to)
        if to is None:
            raise Refused(Message("{name} is not defined.", name=shared.to), where=shared.medium)
        items = self._drawn(shared)
        asked = next((one for one in self._requests.all() if one.open and not one.ours and one.peer == to), None)
        preview = self._sharing.preview(items, to, self._grounds(asked))
        letter = self._requests.reply(asked.id, to=to) if asked is not None else None
        self._sharing.send(
            preview, officer=AUTHOR, why=_why(inject), answers=asked.id if asked is not None else "", letter=letter,
            subject=" ".join(["EXERCISE", said(shared.text, translation.language())]).strip(),
        )  # fmt: skip

    def _drawn(self, shared: Shared) -> list[str]:
        """The items of the file, on the layer of what this centre shows others."""
        data = self._medium(shared.medium)
        if data is None:
            raise Refused(Message("There is no such file."), where=shared.medium)
        name = PurePosixPath(shared.medium).name
        reading = registry.read(data, name=name)
        plan = self._imports.plan_reading(Path(name), reading)
        for _, refused in plan.refusals:
            raise refused
        layer = self._layers.named(self._desk.identity.centre)
        if layer is None or not _ids(reading) <= self._known(reading, layer.id).keys():
            self._imports.accept(plan, layer=self._desk.identity.centre)
            layer = self._layers.named(self._desk.identity.centre)
        known = self._known(reading, layer.id) if layer is not None else {}
        return [known[name] for name in sorted(_ids(reading)) if name in known]

    def _known(self, reading: Reading, layer: str) -> dict[str, str]:
        return {one.id: one.item for one in self._desk.workspace.foreign(reading.format, layer) if not one.gone}

    def _grounds(self, asked: Request | None) -> Grounds:
        if asked is not None and (basis := self._requests.basis(asked)):
            purpose = self._requests.purpose(asked) or Purpose.PREVENTION
            return Grounds(purpose=purpose, basis=basis, channel=self._channel)
        return Grounds(purpose=Purpose.PREVENTION, basis=f"{DIRECTIVE}/own-initiative", channel=self._channel)

    def _sent(self) -> set[tuple[str, str]]:
        """For which injects something went, and to whom: by the audit log, where the bundle is in the same commit."""
        found, first = set(), 1
        while entries := self._exchange.audit.entries(first, _AT_ONCE):
            first = entries[-1].no + 1
            found |= {
                (entry.detail.why, entry.detail.counterpart)
                for entry in entries
                if entry.detail is not None and entry.action == Action.DISCLOSURE
            }
        return found


def _why(inject: Inject) -> str:
    return f"{AUTHOR}: {inject.id}"


def _ids(reading: Reading) -> set[str]:
    origins = (item.aspects.get(Aspect.ORIGIN) for item in reading.items)
    return {origin.foreign_id for origin in origins if isinstance(origin, Origin) and origin.foreign_id}
