"""The after-action report: what the record says, in the order in which it is presented."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime

from qroc_desktop.domain.instant import Instant, to_datetime
from qroc_desktop.exercise.events import Remarked
from qroc_desktop.exercise.review import met_in_time
from qroc_desktop.exercise.vocabulary import Rating, RemarkKind
from qroc_desktop.reports.review.blocks import (
    Block,
    Bullets,
    Cell,
    Facts,
    Grid,
    Heading,
    Paragraph,
    Report,
    Span,
    Tone,
    cell,
)
from qroc_desktop.services.exercise.ratings import said_rating
from qroc_desktop.services.exercise.review.after_action import (
    AfterAction,
    Expectation,
    Instance,
    ObjectiveResult,
    TaskResult,
)
from qroc_desktop.services.exercise.review.chronicle import MarkKind
from qroc_desktop.services.exercise.review.figures import Figures
from qroc_desktop.services.exercise.review.maps import Maps
from qroc_desktop.services.exercise.review.words import (
    said_count,
    said_duration,
    said_fact,
    said_kind,
    said_mark,
    said_metres,
    said_outcome,
    said_side,
    said_source,
)
from qroc_desktop.services.exercise.scenario_time import plus_text
from qroc_desktop.translation import language, tr

TONES: Final[dict[Rating | None, Tone]] = {
    None: "muted",
    Rating.PERFORMED: "good",
    Rating.SOME_CHALLENGES: "fair",
    Rating.MAJOR_CHALLENGES: "poor",
    Rating.UNABLE: "bad",
}
_OUTCOMES: Final[dict[str, Tone]] = {"in-time": "good", "late": "fair", "never": "bad", "open": "muted"}
_LATEST_FIRST: Final = {"never": 0, "late": 1, "open": 2, "in-time": 3}


def report_of(found: AfterAction, *, made_at: Instant, centre: str = "", maps: Maps | None = None) -> Report:
    """The report in the language in use. maps: draws the maps, None leaves them out."""
    return _Composer(found, made_at, centre, maps).report()


class _Composer:
    def __init__(self, found: AfterAction, made_at: Instant, centre: str, maps: Maps | None) -> None:
        self._found = found
        self._made_at = made_at
        self._centre = centre
        self._maps = maps
        self._zone = ZoneInfo(found.time_zone)
        self._teams = {team: name for team, name, _ in found.teams}

    def report(self) -> Report:
        found = self._found
        made = self._date_time(self._made_at, ZoneInfo("UTC")) + " UTC"
        return Report(
            title=found.title,
            subtitle=tr("After-action report"),
            marking=found.classification if found.classification.upper() != "EXERCISE" else "",
            made=tr(
                "Made {time} from the record {run}, {events}, SHA-256 {chain}.",
                time=made,
                run=found.run,
                events=said_count(found.events),
                chain=found.chain,
            ),
            about=" ".join(found.description.split()),
            facts=list(self._facts()),
            blocks=list(self._blocks()),
        )

    # --- parts -----------------------------------------------------------------------------------

    def _blocks(self) -> Iterator[Block]:
        figures = Figures(self._found)
        yield from self._summary()
        yield from self._conclusions()
        yield from self._objectives()
        yield from self._course(figures)
        yield from self._expected()
        yield from self._knowledge(figures)
        yield from self._map_pages()
        yield from self._annex()

    def _facts(self) -> Iterator[tuple[str, str]]:
        found = self._found
        if found.began is not None:
            yield tr("Conducted"), self._conducted(found.began, found.ended)
        played = tr("{played} of {planned}", played=plus_text(found.until), planned=plus_text(found.duration))
        yield tr("Scenario time"), played if found.over else tr("{played} (not over)", played=played)
        yield tr("Begins in the scenario"), f"{self._date_time(found.t0, self._zone)} ({found.time_zone})"
        yield tr("Teams"), ", ".join(f"{name} ({said_side(side)})" for _, name, side in found.teams)
        yield tr("Whose knowledge"), found.team_name
        if self._centre:
            yield tr("Centre"), self._centre
        if found.fork is not None:
            yield (
                tr("Branched off"),
                tr("{run} at {time}, SHA-256 {chain}", run=found.fork.file, time=plus_text(found.fork.t),
                   chain=found.fork.chain),
            )  # fmt: skip
        yield tr("Record of the run"), tr("{run}, {events}", run=found.run, events=said_count(found.events))
        checked = {True: tr("every hash and keyframe checked: sound"), False: "", None: tr("not checked")}[found.whole]
        yield tr("Hash of the record"), f"SHA-256 {found.chain} ({checked})"

    def _conducted(self, began: Instant, ended: Instant | None) -> str:
        local = ZoneInfo(self._found.time_zone)
        start = self._date_time(began, local)
        if ended is None:
            return tr("from {start}", start=start)
        stop = self._date_time(ended, local)
        day, _, clock = stop.rpartition(", ")
        return tr("{start} to {stop}", start=start, stop=clock if start.startswith(day) else stop)

    def _summary(self) -> Iterator[Block]:
        found, figures = self._found, self._found.figures
        yield Heading(tr("Summary"))
        rated = [task.rating for objective in found.objectives for task in objective.tasks if task.rating]
        measured = [task for objective in found.objectives for task in objective.tasks if task.met is not None]
        outcomes = Counter(expectation.outcome for expectation in found.expectations)
        total = sum(len(objective.tasks) for objective in found.objectives)
        yield Facts(
            [
                (tr("Injects executed"), str(figures.executed)),
                (tr("of these improvised"), str(figures.improvised)),
                (tr("held back, skipped"), f"{figures.held}, {figures.cancelled}"),
                (tr("Actions of the teams recorded"), str(figures.decisions)),
                (
                    tr("Expected actions in time, late, never"),
                    f"{outcomes['in-time']}, {outcomes['late']}, {outcomes['never']}",
                ),
                (
                    tr("Tasks measured: met"),
                    tr("{met} of {all}", met=sum(bool(task.met) for task in measured), all=len(measured)),
                ),
                (tr("Tasks rated"), tr("{met} of {all}", met=len(rated), all=total)),
            ]
        )
        if found.objectives:
            yield self._ratings()

    def _ratings(self) -> Grid:
        rows: list[list[Cell]] = []
        for objective in self._found.objectives:
            count = Counter(task.rating for task in objective.tasks)
            measured = [task for task in objective.tasks if task.met is not None]
            met = sum(bool(task.met) for task in measured)
            rows.append(
                [
                    (Span(objective.text, "strong"), *cell(objective.capability, "muted")),
                    cell(tr("{met} of {all} met", met=met, all=len(measured)) if measured else "–"),
                    *(cell(str(count[rating]), TONES[rating]) if count[rating] else cell("–", "muted")
                      for rating in Rating),
                    cell(str(count[None]), "muted") if count[None] else cell("–", "muted"),
                ]
            )  # fmt: skip
        return Grid(
            name=tr("Objectives and their ratings"),
            heads=[tr("Objective"), tr("Measured"), "P", "S", "M", "U", tr("open")],
            shares=[98, 24, 11, 11, 11, 11, 12],
            rows=rows,
            note=tr(
                "Tasks by rating: P performed, S with some challenges, M with major challenges, U unable to perform. "
                "“Measured” is what the record tells by itself; a rating is an evaluator's."
            ),
        )

    def _conclusions(self) -> Iterator[Block]:
        remarks = self._found.remarks
        yield Heading(tr("Strengths, improvements, corrective actions"))
        if not remarks:
            yield Paragraph(tr("Nobody has recorded a conclusion yet."), "muted")
            return
        for kind, title in (
            (RemarkKind.STRENGTH, tr("What went well")),
            (RemarkKind.IMPROVEMENT, tr("What should be better")),
        ):
            found = [remark for remark in remarks if remark.kind is kind]
            if found:
                yield Heading(title, 2)
                yield Bullets([(remark.text, self._objective_text(remark)) for remark in found])
        actions = [remark for remark in remarks if remark.kind is RemarkKind.ACTION]
        if actions:
            yield Heading(tr("Corrective actions"), 2)
            yield self._actions(actions)

    def _actions(self, actions: Sequence[Remarked]) -> Grid:
        rows: list[list[Cell]] = [
            [
                cell(str(number)),
                (Span(action.text), *cell(self._objective_text(action), "muted")),
                cell(action.owner) or cell(tr("nobody named"), "bad"),
                cell(self._date(action.due)) or cell(tr("no date"), "bad"),
                cell(tr("done"), "good") if action.done else cell(tr("open")),
            ]
            for number, action in enumerate(sorted(actions, key=lambda one: (one.due or "9", one.t)), start=1)
        ]
        return Grid(
            name=tr("Corrective actions"),
            heads=[tr("No."), tr("Action"), tr("Owner"), tr("Until"), tr("State")],
            shares=[10, 86, 36, 26, 20],
            rows=rows,
        )

    def _objective_text(self, remark: Remarked) -> str:
        return next((o.text for o in self._found.objectives if o.id == remark.objective), "")

    def _objectives(self) -> Iterator[Block]:
        if not self._found.objectives:
            return
        yield Heading(tr("Objectives and tasks"))
        for objective in self._found.objectives:
            yield Heading(objective.text, 2)
            if objective.tasks:
                yield self._tasks(objective)
            notes = [one for one in objective.observations if one.note]
            if notes:
                names = {task.id: task.criterion for task in objective.tasks}
                yield Bullets(
                    [
                        (
                            one.note,
                            " · ".join(
                                part
                                for part in (
                                    f"{self._found.time_of_day(one.t)} {plus_text(one.t)}", one.by,
                                    said_rating(one.rating) if one.rating else "", names.get(one.task, ""),
                                )
                                if part
                            ),
                        )
                        for one in notes
                    ]
                )  # fmt: skip

    def _tasks(self, objective: ObjectiveResult) -> Grid:
        rows: list[list[Cell]] = [
            [
                cell(task.criterion),
                cell(said_duration(task.target)) if task.target is not None else cell("–", "muted"),
                self._measured(task),
                cell(said_rating(task.rating), TONES[task.rating]),
            ]
            for task in objective.tasks
        ]
        return Grid(
            name=objective.text,
            heads=[tr("Task and criterion"), tr("Target"), tr("Measured"), tr("Rating")],
            shares=[78, 18, 32, 50],
            rows=rows,
        )

    def _measured(self, task: TaskResult) -> Cell:
        if not task.measured:
            return cell(tr("by judgement alone"), "muted")
        took = () if task.took is None else cell(said_duration(task.took))
        if task.met is None:
            return took or cell(tr("did not arise, or still open"), "muted")
        if task.took is None:
            return cell(tr("not done"), "bad")
        return (*took, Span(tr("met"), "good") if task.met else Span(tr("not met"), "bad"))

    def _course(self, figures: Figures) -> Iterator[Block]:
        yield Heading(tr("What happened"))
        yield from figures.timeline()

    def _expected(self) -> Iterator[Block]:
        expectations = self._found.expectations
        if not expectations:
            return
        yield Heading(tr("What was expected, and what was done"))
        count = Counter(expectation.outcome for expectation in expectations)
        yield Paragraph(
            tr(
                "{count} actions were expected about the injects that were executed: {good} were done in time, {late} "
                "late, {never} never. What a team did but did not record counts as not done.",
                count=len(expectations), good=count["in-time"], late=count["late"], never=count["never"],
            )
        )  # fmt: skip
        ordered = sorted(expectations, key=lambda one: (_LATEST_FIRST[one.outcome], one.told))
        yield Grid(
            name=tr("Expected actions"),
            heads=[tr("Expected"), tr("Told"), tr("Due"), tr("Done"), tr("Result")],
            shares=[92, 22, 22, 22, 28],
            rows=[self._expectation(one) for one in ordered],
        )

    def _expectation(self, one: Expectation) -> list[Cell]:
        late = one.done is not None and not met_in_time(one.due, one.done, one.done)
        return [
            (Span(one.text), Span(" · ".join(part for part in (self._team(one.team), one.title) if part), "muted")),
            cell(self._found.time_of_day(one.told)),
            cell(self._found.time_of_day(one.due)),
            cell(self._found.time_of_day(one.done)) if one.done is not None else cell("–", "muted"),
            (
                Span(said_outcome(one.outcome), _OUTCOMES[one.outcome]),
                *(cell(tr("by {duration}", duration=said_duration(one.done - one.due)), "muted")
                  if late and one.done is not None else ()),
            ),
        ]  # fmt: skip

    def _knowledge(self, figures: Figures) -> Iterator[Block]:
        found = self._found
        if not found.latencies and not found.beliefs:
            return
        yield Heading(tr("What {team} knew, and when", team=found.team_name))
        if found.latencies:
            yield from figures.latencies()
            yield self._latencies()
        for belief in found.beliefs:
            yield from figures.belief(belief)

    def _latencies(self) -> Grid:
        rows: list[list[Cell]] = []
        for one in sorted(self._found.latencies, key=lambda one: one.true):
            latency = one.latency
            rows.append(
                [
                    cell(said_fact(one)),
                    cell(self._found.time_of_day(one.true)),
                    cell(self._found.time_of_day(one.known)) if one.known is not None else cell("–", "muted"),
                    cell(said_duration(latency))
                    if latency is not None
                    else cell(tr("never") if one.over is None else tr("over, never known"), "bad"),
                    cell(said_source(one)),
                ]
            )
        return Grid(
            name=tr("Knowledge latency"),
            heads=[tr("Fact"), tr("True from"), tr("Known from"), tr("Latency"), tr("By")],
            shares=[66, 22, 26, 22, 44],
            rows=rows,
        )

    def _map_pages(self) -> Iterator[Block]:
        if self._maps is None or not self._found.instants:
            return
        yield Heading(tr("Truth and belief on the map"))
        for instance in self._found.instants:
            yield self._maps.picture(self._found, instance, self._found.time_of_day(instance.t))
            yield self._places(instance, self._maps.numbers(self._found, instance))

    def _places(self, instance: Instance, numbers: Mapping[str, int]) -> Grid:
        """Truth and belief at an instant, with the numbers that stand on its map."""
        names = {belief.entity: belief.name for belief in self._found.beliefs}
        rows: list[list[Cell]] = []
        for gap in instance.gaps:
            true, believed = (numbers.get(f"{what}-{gap.entity}") for what in ("true", "believed"))
            rows.append(
                [
                    cell(names.get(gap.entity, gap.entity)),
                    cell(tr("not there"), "muted") if gap.truth is None else cell(_place(gap.truth, true)),
                    cell(tr("nothing known"), "bad" if gap.truth else "muted")
                    if gap.believed is None
                    else cell(_place(gap.believed, believed)),
                    cell("–" if gap.age is None else said_duration(gap.age)),
                    cell("–" if gap.off is None else said_metres(gap.off)),
                ]
            )
        return Grid(
            name=tr("Truth and belief at {time}", time=self._found.time_of_day(instance.t)),
            heads=[tr("Who or what"), tr("Truly at"), tr("Believed at"), tr("Age"), tr("Off by")],
            shares=[56, 44, 44, 18, 18],
            rows=rows,
            note=tr("Before a place, in brackets, its number on the map."),
        )

    def _annex(self) -> Iterator[Block]:
        found = self._found
        yield Heading(tr("Annex: the record"))
        yield Paragraph(
            tr(
                "Every event as it was recorded, in the order of scenario time, with the commands to the clock. "
                "Whoever has the record can check with “qroc exercise verify” that it ends in the hash below."
            )
        )
        rows: list[list[Cell]] = []
        for mark in found.marks:
            goal = plus_text(mark.value) if mark.kind is MarkKind.JUMP and mark.value is not None else ""
            who = " · ".join(part for part in (self._team(mark.team), mark.by) if part)
            rows.append(
                [
                    cell(str(mark.seq) if mark.seq else "", "muted"),
                    (Span(self._found.time_of_day(mark.t, seconds=True)), Span(plus_text(mark.t), "muted")),
                    cell(said_kind(mark.kind)),
                    cell(said_mark(mark, goal)),
                    cell(who),
                ]
            )
        yield Grid(
            name=tr("All events"),
            heads=[tr("No."), tr("Time"), tr("What"), tr("In particular"), tr("Who")],
            shares=[12, 24, 36, 72, 34],
            rows=rows,
        )
        yield Facts([(tr("Hash of the record"), f"SHA-256 {found.chain}"), (tr("Events"), str(found.events))])

    def _team(self, team: str) -> str:
        return ", ".join(self._teams.get(part, part) for part in team.split(", ")) if team else ""

    def _date_time(self, instant: Instant, zone: ZoneInfo) -> str:
        moment = to_datetime(instant).astimezone(zone)
        return str(format_datetime(moment, "d MMM y, HH:mm", locale=language().replace("-", "_")))

    def _date(self, due: str) -> str:
        """A date in the reader's way of writing; what is none stays as somebody wrote it."""
        try:
            return str(format_date(date.fromisoformat(due), "d MMM y", locale=language().replace("-", "_")))
        except ValueError:
            return due


def _place(place: tuple[float, float], number: int | None) -> str:
    text = f"{place[1]:.5f}, {place[0]:.5f}"
    return f"({number})  {text}" if number is not None else text
