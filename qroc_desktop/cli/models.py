"""qroc model: the training models of a man hunt, on a workspace."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from qroc_desktop.cli.session import Session, WordsType, answer, json_option
from qroc_desktop.domain.ids import random_id
from qroc_desktop.errors import Message
from qroc_desktop.exercise.models.card import Card, Input
from qroc_desktop.exercise.models.modes import CAR, MODES
from qroc_desktop.exercise.models.search import Detection
from qroc_desktop.services.model_sketches import Sketch, told
from qroc_desktop.services.road_graphs import RoadGraphs
from qroc_desktop.services.training_models import TrainingModels

PLACE = "A coordinate or the id of an item"


def register(root: click.Group) -> None:
    """Add the commands to `qroc`."""
    root.add_command(model)


@click.group(short_help="Training models of a man hunt.")
def model() -> None:
    """Training models: where somebody can be, and where to search.

    They are models for training, whose inputs, source and limits every answer names. A PLACE is a coordinate or the id
    of an item; times are in minutes, speeds in km/h. Nothing is recorded without --draw.
    """


def model_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--draw` and `--json`."""
    draw = click.option("--draw", is_flag=True, help="Record the result as items on a layer of the model's own.")
    return draw(json_option(command))


@contextmanager
def _models(session: Session, draw: bool) -> Iterator[TrainingModels]:
    with session.desk(write=draw) as desk:
        yield TrainingModels(desk, RoadGraphs(session.files.maps), ids=random_id)


@model.command(short_help="The ring around a last known position.")
@click.option("--at", required=True, type=WordsType(), metavar="PLACE", help=f"{PLACE}: the last known position.")
@click.option("--speed", required=True, type=float, metavar="KMH", help="The greatest speed.")
@click.option("--elapsed", required=True, type=float, metavar="MIN", help="Since the last known position.")
@click.option("--deploy", default=0.0, show_default=True, type=float, metavar="MIN", help="Until the ring stands.")
@model_options
@click.pass_obj
def containment(
    session: Session, at: str, speed: float, elapsed: float, deploy: float, draw: bool, as_json: bool
) -> None:
    """How far a ring must lie out: R = v_max · (t_now + t_deploy - t_LKP)."""
    with _models(session, draw) as models:
        found = models.containment(models.position(at), speed, elapsed * 60, deploy * 60)
        _tell(models, found, draw, as_json)


@model.command(short_help="What can be reached on roads.")
@click.option("--at", required=True, type=WordsType(), metavar="PLACE", help=f"{PLACE}: where the journey begins.")
@click.option("--mode", type=click.Choice([*MODES]), default="car", show_default=True, help="The way to travel.")
@click.option("--speed", type=float, metavar="KMH", help="One speed everywhere, in place of the mode's own.")
@click.option("--minutes", required=True, multiple=True, type=float, metavar="MIN", help="A time limit; repeatable.")
@click.option(
    "--block",
    "blocks",
    multiple=True,
    type=(WordsType(), float),
    metavar="PLACE MIN",
    help="A road block that stands from so many minutes after the start; repeatable.",
)
@click.option("--lawless", is_flag=True, help="One-way streets and bans hold nobody back.")
@click.option("--roads", is_flag=True, help="Draw the roads reached as well.")
@model_options
@click.pass_obj
def isochrone(
    session: Session,
    /,
    at: str,
    mode: str,
    speed: float | None,
    minutes: tuple[float, ...],
    blocks: tuple[tuple[str, float], ...],
    lawless: bool,
    roads: bool,
    **how: bool,
) -> None:
    """What can be reached on roads within a time, with road blocks."""
    chosen = MODES[mode] if speed is None else MODES[mode].with_speed(speed)
    chosen = dataclasses.replace(chosen, heeds_rules=not lawless)
    with _models(session, how["draw"]) as models:
        standing = [(models.position(place), since * 60) for place, since in blocks]
        limits = [limit * 60 for limit in minutes]
        found = models.isochrones(models.position(at), chosen, limits, standing, roads=roads)
        _tell(models, found, how["draw"], how["as_json"])


@model.command(short_help="Can one car have been read twice?")
@click.option("--first", required=True, type=WordsType(), metavar="PLACE", help=f"{PLACE}: the first reading.")
@click.option("--second", required=True, type=WordsType(), metavar="PLACE", help=f"{PLACE}: the second reading.")
@click.option("--minutes", required=True, type=float, metavar="MIN", help="Time from the first to the second.")
@click.option("--speed", default=CAR.motorway, show_default=True, type=float, metavar="KMH", help="The greatest speed.")
@model_options
@click.pass_obj
def anpr(session: Session, first: str, second: str, minutes: float, speed: float, draw: bool, as_json: bool) -> None:
    """Whether one car can have been at two number plate readers."""
    with _models(session, draw) as models:
        found = models.plausibility(models.position(first), models.position(second), minutes * 60, speed)
        _tell(models, found, draw, as_json)


SECTORS = click.option(
    "--sector",
    "sectors",
    required=True,
    multiple=True,
    type=(WordsType(), float),
    metavar="ID POA",
    help="An area item and the probability that he is in it; repeatable.",
)
WITHIN = click.option(
    "--within", type=WordsType(), default="", metavar="ID", help="An area item that he has not left, as an isochrone."
)


@model.command(short_help="What a sighting tells of sectors.")
@SECTORS
@click.option("--at", required=True, type=WordsType(), metavar="PLACE", help=f"{PLACE}: where he was seen.")
@click.option("--sigma", required=True, type=float, metavar="M", help="Spread of the place reported, in metres.")
@click.option("--credibility", required=True, type=float, metavar="C", help="From 0 to 1.")
@WITHIN
@model_options
@click.pass_obj
def sighting(
    session: Session,
    sectors: tuple[tuple[str, float], ...],
    at: str,
    sigma: float,
    credibility: float,
    within: str,
    draw: bool,
    as_json: bool,
) -> None:
    """How a sighting of some credibility moves the probability of sectors."""
    with _models(session, draw) as models:
        found = models.sighting(dict(sectors), models.position(at), sigma, credibility, within)
        _tell(models, found, draw, as_json)


@model.command(short_help="What a failed search tells of sectors.")
@SECTORS
@click.option(
    "--searched",
    multiple=True,
    type=(WordsType(), float),
    metavar="ID POD",
    help="A sector that was searched, with the probability of detection; repeatable.",
)
@WITHIN
@model_options
@click.pass_obj
def search(
    session: Session,
    sectors: tuple[tuple[str, float], ...],
    searched: tuple[tuple[str, float], ...],
    within: str,
    draw: bool,
    as_json: bool,
) -> None:
    """The probability of sectors after a search that found nobody."""
    with _models(session, draw) as models:
        _tell(models, models.search(dict(sectors), dict(searched), within), draw, as_json)


@model.command(short_help="Share out searchers' hours.")
@SECTORS
@click.option("--width", required=True, type=float, metavar="M", help="Sweep width, in metres.")
@click.option("--speed", required=True, type=float, metavar="KMH", help="How fast a searcher goes.")
@click.option("--hours", required=True, type=float, metavar="H", help="Hours of all searchers together.")
@click.option("--step", default=0.25, show_default=True, type=float, metavar="H", help="Hours given at a time.")
@click.option(
    "--detection",
    default="random",
    show_default=True,
    type=click.Choice([law.value for law in Detection]),
    help="How detection falls off beside a searcher.",
)
@json_option
@click.pass_obj
def effort(
    session: Session,
    /,
    sectors: tuple[tuple[str, float], ...],
    width: float,
    speed: float,
    hours: float,
    step: float,
    detection: str,
    as_json: bool,
) -> None:
    """How to share out searchers' hours over sectors, by what each hour adds to success."""
    law = Detection(detection)
    with _models(session, False) as models:
        found = models.effort(dict(sectors), width, speed, hours, step_h=step, detection=law)
        _tell(models, found, False, as_json)


def _tell(models: TrainingModels, found: Sketch, draw: bool, as_json: bool) -> None:
    items = models.place(found)[0] if draw else []
    sentences = [str(one) for one in (*found.findings, *found.cautions)]
    data = {**_card(found.card), "found": found.data, "said": sentences, "items": items}
    answer(as_json, data, told(found) + "".join(f"\n{item}: drawn" for item in items))


def _card(card: Card) -> dict[str, Any]:
    return {
        "label": str(card.label),
        "model": str(card.model),
        "inputs": [_input(one) for one in card.inputs],
        "formula": card.formula,
        "source": str(card.source),
        "limits": [str(limit) for limit in card.limits],
    }


def _input(one: Input) -> dict[str, Any]:
    value = str(one.value) if isinstance(one.value, Message) else one.value
    return {
        "key": one.key,
        "name": str(one.name),
        "value": value,
        "unit": one.unit,
        "from_memory": one.from_memory,
    }
