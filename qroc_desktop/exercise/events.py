"""What happens in a run: the record that its state is folded from. Times are scenario milliseconds."""

from __future__ import annotations

import msgspec

from qroc_desktop.exercise.conditions import LonLat
from qroc_desktop.exercise.edits import Touch
from qroc_desktop.exercise.scenario import Inject
from qroc_desktop.exercise.vocabulary import Rating, RemarkKind


class _Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, tag_field="e"):
    """`e` says which it is. `t` is when it happened."""

    t: int


class Fired(_Event, frozen=True, kw_only=True, tag="fired"):
    """An inject was executed: by its trigger, or by hand."""

    inject: str
    by: str = ""


class Begun(_Event, frozen=True, kw_only=True, tag="begun"):
    """Somebody is about to tell an inject: a role player has picked up the telephone."""

    inject: str
    by: str = ""


class Held(_Event, frozen=True, kw_only=True, tag="held"):
    """An inject waits for the director."""

    inject: str
    by: str = ""


class Released(_Event, frozen=True, kw_only=True, tag="released"):
    """An inject is scheduled again. `at`: when it is due; None leaves it to its trigger."""

    inject: str
    at: int | None = None
    by: str = ""


class Cancelled(_Event, frozen=True, kw_only=True, tag="cancelled"):
    """An inject will not be executed. `passed`: a jump went over it."""

    inject: str
    passed: bool = False
    by: str = ""


class Improvised(_Event, frozen=True, kw_only=True, tag="improvised"):
    """The director thought of an inject that the scenario does not have."""

    inject: Inject
    by: str = ""


class Shifted(_Event, frozen=True, kw_only=True, tag="shifted"):
    """Everything that is still due by the clock comes so much later (or earlier)."""

    by_ms: int
    by: str = ""


class Branched(_Event, frozen=True, kw_only=True, tag="branched"):
    """A branch's condition came true."""

    branch: str


class Rearmed(_Event, frozen=True, kw_only=True, tag="rearmed"):
    """A branch that fired is no longer true, and may fire again."""

    branch: str


class Spotted(_Event, frozen=True, kw_only=True, tag="spotted"):
    """A team detected an entity at `t`, at about `place`, and knows it from `known` on."""

    team: str
    entity: str
    place: LonLat
    known: int


class PlannedLeg(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One leg of a secret plan: by `mode` along `points` (lon, lat), or waiting where it is; hidden or not."""

    mode: str
    points: tuple[LonLat, ...] = ()
    starts: int = 0
    ends: int = 0
    hide: bool = False
    vehicle: str = ""


class Committed(_Event, frozen=True, kw_only=True, tag="committed"):
    """A turn's legs of an entity, adjudicated: the entity moves by them from then on. `reason`: why they are others
    than those that were proposed."""

    entity: str
    legs: tuple[PlannedLeg, ...]
    cost: float = 0.0
    reason: str = ""
    by: str = ""


class Proposed(_Event, frozen=True, kw_only=True, tag="proposed"):
    """A plan for an entity's next turn, before the director has adjudicated it. Times of its legs count from 0."""

    entity: str
    legs: tuple[PlannedLeg, ...]
    cost: float = 0.0
    by: str = ""


class Declined(_Event, frozen=True, kw_only=True, tag="declined"):
    """The director does not let a proposed plan happen as it is, and says why."""

    entity: str
    reason: str = ""
    by: str = ""


class Acted(_Event, frozen=True, kw_only=True, tag="acted"):
    """A team did something: a decision, a message, an action that an inject expects. `action` may be empty.

    `id`: the entry in the team's own logbook, which all who sit there get; empty for what the directing staff noted
    about the team. `corrects`: the entry that it takes the place of.
    """

    team: str
    action: str = ""
    text: str = ""
    by: str = ""
    id: str = ""
    corrects: str = ""


class Edited(_Event, frozen=True, kw_only=True, tag="edited"):
    """A team changed its own picture; see `edits.Edit`."""

    team: str
    id: str
    touches: tuple[Touch, ...]
    label: str = "edit"
    undoes: str = ""
    by: str = ""


class Rated(_Event, frozen=True, kw_only=True, tag="rated"):
    """An evaluator's rating of a task, or, without a rating, an observation. `at`: when what it is about was seen, in
    scenario milliseconds, where that is not the time of its recording."""

    objective: str
    task: str = ""
    rating: Rating | None = None
    note: str = ""
    at: int | None = None
    by: str = ""

    @property
    def seen(self) -> int:
        """When what it is about was seen."""
        return self.t if self.at is None else self.at


class NoDuff(_Event, frozen=True, kw_only=True, tag="no-duff"):
    """A real emergency: the exercise stands still until the director says that it is over. `team`: who called it."""

    text: str = ""
    team: str = ""
    by: str = ""


class Resumed(_Event, frozen=True, kw_only=True, tag="resumed"):
    """The real emergency is over; the exercise may go on. `branched`: here it is none any more, for the run branched
    off while it stood; it belongs to the run in which it was declared."""

    branched: bool = False
    by: str = ""


class Remarked(_Event, frozen=True, kw_only=True, tag="remarked"):
    """A conclusion of the review. A later one of the same `id` takes its place; one without a text withdraws it.

    `due`: a date, ISO 8601, of a corrective action; `owner`: who answers for it.
    """

    id: str
    kind: RemarkKind
    text: str = ""
    objective: str = ""
    owner: str = ""
    due: str = ""
    done: bool = False
    by: str = ""


Event = (
    Fired | Begun | Held | Released | Cancelled | Improvised | Shifted | Branched | Rearmed | Spotted
    | Proposed | Declined | Committed | Acted | Edited | Rated | NoDuff | Resumed | Remarked
)  # fmt: skip

_encoder = msgspec.json.Encoder(order="deterministic")
_decoder: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)


def encoded(event: Event) -> bytes:
    """Deterministic JSON."""
    return _encoder.encode(event)


def decoded(data: bytes | str) -> Event:
    """Inverse of `encoded`. Raises msgspec.DecodeError or msgspec.ValidationError for anything else."""
    return _decoder.decode(data)
