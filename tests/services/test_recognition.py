"""What came in before is updated, not doubled; what is called off is closed; what was edited here is not lost."""

from __future__ import annotations

import json
from itertools import permutations
from pathlib import Path

import pytest
from msgspec import structs

from qroc_desktop.domain.aspects import Nature, Wording
from qroc_desktop.domain.instant import iso, parse
from qroc_desktop.domain.query import ItemQuery, Moment
from qroc_desktop.domain.shape import point
from qroc_desktop.domain.state import Item
from qroc_desktop.domain.vocabulary import Aspect, ItemType, Priority, Status
from qroc_desktop.errors import Refused
from qroc_desktop.formats import registry
from qroc_desktop.services.desk import Desk
from qroc_desktop.services.workspaces import Workspaces
from tests.clocks import HandClock
from tests.services.test_items import incident, seen, titles

HOURS = {"A1": "10:00", "A2": "11:00", "A3": "13:00"}


def block(event: str, place: str, severity: str = "Severe", *, language: str = "de-DE", area: str = "") -> str:
    return (
        f"<info><language>{language}</language><category>Met</category><event>{event}</event>"
        f"<urgency>Immediate</urgency><severity>{severity}</severity><certainty>Likely</certainty>"
        f"<effective>2026-03-01T10:00:00+01:00</effective><expires>2026-03-01T20:00:00+01:00</expires>"
        f"<headline>{event} in {place}</headline><area><areaDesc>{place}</areaDesc>{area}</area></info>"
    )


def alert(
    folder: Path,
    identifier: str,
    *infos: str,
    kind: str = "Alert",
    after: tuple[str, ...] = (),
    sender: str = "warnings@weather.example",
    sender_of_references: str = "",
) -> Path:
    """An alert as national weather services send them, in a file of its own."""
    references = " ".join(
        f"{sender_of_references or sender},{earlier},2026-03-01T{HOURS[earlier]}:00+01:00" for earlier in after
    )
    references = f"<references>{references}</references>" if references else ""
    path = folder / f"{identifier}-{sender.partition('@')[0]}.xml"
    path.write_text(
        '<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">'
        f"<identifier>{identifier}</identifier><sender>{sender}</sender>"
        f"<sent>2026-03-01T{HOURS[identifier]}:00+01:00</sent><status>Actual</status><msgType>{kind}</msgType>"
        f"<scope>Public</scope>{references}{''.join(infos)}</alert>",
        encoding="utf-8",
    )
    return path


SQUARE = "<polygon>50.7,6.0 50.8,6.0 50.8,6.2 50.7,6.2 50.7,6.0</polygon>"


def bring(desk: Desk, *paths: Path) -> str:
    return desk.imports.accept(desk.imports.plan(paths)).batch


def items(desk: Desk, at: str = "2026-03-01T14:00:00Z") -> dict[str, Item]:
    found = list(desk.picture.items(ItemQuery(), Moment(parse(at))))
    by_title = {item.wording.title: item for item in found}
    assert len(by_title) == len(found)
    return by_title


def told(desk: Desk, at: str = "2026-03-01T14:00:00Z") -> dict[str, tuple[Status, Priority]]:
    return {title: (i.situation.status, i.situation.priority) for title, i in items(desk, at).items()}


OPEN = Status.UNCONFIRMED
STORM, ICE = "Storm in Aachen", "Ice in Cologne"


def test_parts_of_one_alert_stay_apart(desk: Desk, tmp_path: Path) -> None:
    path = alert(
        tmp_path,
        "A1",
        block("Storm", "Aachen", area=SQUARE),
        block("Tempête", "Aachen", language="fr", area=SQUARE),
        block("Ice", "Cologne", "Minor"),
    )
    for _ in range(2):
        bring(desk, path)
        assert told(desk) == {STORM: (OPEN, Priority.IMMEDIATE), ICE: (OPEN, Priority.ROUTINE)}
    assert items(desk)[ICE].shape is None
    assert items(desk)[STORM].shape is not None


def test_an_update_and_a_cancellation_reach_the_items_of_the_alert(desk: Desk, tmp_path: Path) -> None:
    bring(desk, alert(tmp_path, "A1", block("Storm", "Aachen", area=SQUARE), block("Ice", "Cologne")))
    first = {title: item.id for title, item in items(desk).items()}
    update = alert(
        tmp_path, "A2", block("Ice", "Cologne", "Extreme"), block("Storm", "Aachen"), kind="Update", after=("A1",)
    )
    bring(desk, update)
    assert {title: item.id for title, item in items(desk).items()} == first
    assert told(desk)[ICE] == (OPEN, Priority.FLASH)
    assert items(desk)[STORM].shape is None  # the update has no polygon any more
    # Before the update was sent, what the alert said was in force, though the update repeats its `effective`.
    assert told(desk, "2026-03-01T09:30:00Z")[ICE] == (OPEN, Priority.IMMEDIATE)
    before = told(desk)
    batch = bring(desk, alert(tmp_path, "A3", kind="Cancel", after=("A1", "A2")))
    assert {status for status, _ in told(desk).values()} == {Status.CLOSED}
    assert {status for status, _ in told(desk, "2026-03-01T11:59:00Z").values()} == {OPEN}
    assert len(desk.layers.all()) == 2  # the default one and the alert's
    desk.history.undo_batch(batch)
    assert told(desk) == before
    assert desk.workspace.check().sound


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_order_of_arrival_does_not_matter(
    desk: Desk, tmp_path: Path, order: tuple[int, ...], *, together: bool
) -> None:
    paths = [
        alert(tmp_path, "A1", block("Storm", "Aachen")),
        alert(tmp_path, "A2", block("Storm", "Aachen", "Extreme"), kind="Update", after=("A1",)),
        alert(tmp_path, "A3", kind="Cancel", after=("A1", "A2")),
    ]
    arriving = [paths[place] for place in order]
    for group in [arriving] if together else [[path] for path in arriving]:
        bring(desk, *group)
    (item,) = desk.picture.items(ItemQuery(), Moment(parse("2026-03-01T14:00:00Z")))
    assert item.situation.status is Status.CLOSED
    assert told(desk, "2026-03-01T09:30:00Z") == {STORM: (OPEN, Priority.IMMEDIATE)}
    assert desk.workspace.check().sound


def test_what_an_update_no_longer_speaks_of_is_over(desk: Desk, tmp_path: Path) -> None:
    bring(desk, alert(tmp_path, "A1", block("Storm", "Aachen"), block("Ice", "Cologne")))
    bring(desk, alert(tmp_path, "A2", block("Storm", "Aachen"), kind="Update", after=("A1",)))
    assert {title: status for title, (status, _) in told(desk).items()} == {STORM: OPEN, ICE: Status.CLOSED}


def test_nobody_calls_off_the_warning_of_somebody_else(desk: Desk, tmp_path: Path) -> None:
    bring(desk, alert(tmp_path, "A1", block("Storm", "Aachen")))
    forged = alert(
        tmp_path,
        "A3",
        kind="Cancel",
        after=("A1",),
        sender="other@nowhere.example",
        sender_of_references="warnings@weather.example",
    )
    bring(desk, forged)
    assert told(desk)[STORM][0] is OPEN


def test_a_locked_layer_keeps_its_alert_as_it_is(desk: Desk, tmp_path: Path) -> None:
    bring(desk, alert(tmp_path, "A1", block("Storm", "Aachen")))
    layer = desk.layers.named("A1-warnings")
    assert layer
    desk.layers.lock(layer, locked=True)
    with pytest.raises(Refused, match="locked"):
        bring(desk, alert(tmp_path, "A3", kind="Cancel", after=("A1",)))
    assert told(desk)[STORM][0] is OPEN


KML = """<kml xmlns="http://www.opengis.net/kml/2.2"><Document>
<Placemark id="p"><name>first</name><Point><coordinates>6,50</coordinates></Point></Placemark>
<Placemark id="p"><name>second</name><Point><coordinates>7,50</coordinates></Point></Placemark>
<Placemark id="q"><name>both</name><MultiGeometry><Point><coordinates>6,51</coordinates></Point>
<LineString><coordinates>6,51 7,51</coordinates></LineString></MultiGeometry></Placemark>
<Placemark><name>nameless</name></Placemark><Placemark><name>nameless</name></Placemark></Document></kml>"""


def test_every_placemark_comes_in_once_whatever_its_id(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "marks.kml"
    path.write_text(KML, encoding="utf-8")
    for _ in range(2):
        bring(desk, path)
        found = [item.wording.title for item in desk.picture.items(ItemQuery(), Moment(desk.now()))]
        assert sorted(found) == ["both", "both", "first", "nameless", "nameless", "second"]


def feature(folder: Path, **properties: object) -> Path:
    path = folder / "unit.geojson"
    point = {"type": "Point", "coordinates": [5.69, 50.85]}
    made = {"type": "Feature", "id": "unit-7", "properties": properties, "geometry": point}
    path.write_text(json.dumps(made), encoding="utf-8")
    return path


def the_item(desk: Desk) -> Item:
    (item,) = desk.picture.items(ItemQuery(), Moment(desk.now()))
    return item


def contain(desk: Desk) -> None:
    seen = the_item(desk)
    desk.items.edit(seen, {Aspect.SITUATION: structs.replace(seen.situation, status=Status.CONTAINED)})


def test_what_a_newer_file_no_longer_says_is_gone(desk: Desk, tmp_path: Path, clock: HandClock) -> None:
    bring(desk, feature(tmp_path, title="Unit 7", status="ongoing", priority=1))
    clock.forward(60)
    bring(desk, feature(tmp_path, title="Unit 7"))
    assert the_item(desk).situation.priority is Priority.ROUTINE
    assert desk.history.conflicts() == []


def test_an_edit_outlives_a_newer_file_that_says_the_same_as_before(
    desk: Desk, tmp_path: Path, clock: HandClock
) -> None:
    bring(desk, feature(tmp_path, title="Unit 7", status="ongoing", priority=3))
    clock.forward(60)
    contain(desk)
    clock.forward(60)
    bring(desk, feature(tmp_path, title="Unit 7 moved", status="ongoing", priority=3))
    item = the_item(desk)
    assert (item.wording.title, item.situation.status) == ("Unit 7 moved", Status.CONTAINED)
    # The second file's change leaves the status out; the third is compared with what the first said of it.
    bring(desk, feature(tmp_path, title="Unit 7 moved again", status="ongoing", priority=3))
    assert the_item(desk).situation.status is Status.CONTAINED
    assert desk.history.conflicts() == []


def test_where_file_and_desk_both_changed_something_the_loser_is_shown(
    desk: Desk, tmp_path: Path, clock: HandClock
) -> None:
    bring(desk, feature(tmp_path, title="Unit 7", status="ongoing", priority=3))
    clock.forward(60)
    contain(desk)
    clock.forward(60)
    bring(desk, feature(tmp_path, title="Unit 7", status="resolved", priority=3))
    assert the_item(desk).situation.status is Status.RESOLVED
    assert len(desk.history.conflicts()) == 1


@pytest.mark.parametrize("format_name", registry.WRITERS)
def test_an_export_read_twice_elsewhere_is_there_once(
    desk: Desk, workspaces: Workspaces, tmp_path: Path, format_name: str
) -> None:
    marks = tmp_path / "marks.kml"
    marks.write_text(KML, encoding="utf-8")
    bring(desk, marks, feature(tmp_path, title="Unit 7"), alert(tmp_path, "A1", block("Storm", "Aachen")))
    drawn = Wording(title="drawn here")
    desk.items.create(
        {Aspect.NATURE: Nature(type=ItemType.NOTE), Aspect.SHAPE: point(6.1, 50.7), Aspect.WORDING: drawn}
    )
    moment = Moment(parse("2027-01-01T00:00:00Z"))
    path = tmp_path / f"export{registry.FORMATS[format_name].suffixes[0]}"
    desk.exports.save(path, format_name, moment=moment)
    other = workspaces.create(tmp_path / "other.qroc", centre="Meldkamer", country="NL")
    try:
        for _ in range(2):
            bring(other, path)
            titles = sorted(item.wording.title for item in other.picture.items(ItemQuery(), moment))
            assert titles == sorted(item.wording.title for item in desk.picture.items(ItemQuery(), moment))
    finally:
        other.close()


@pytest.mark.parametrize("format_name", registry.WRITERS)
def test_the_picture_of_another_centre_comes_in_again_as_the_same_items(
    desk: Desk, workspaces: Workspaces, clock: HandClock, tmp_path: Path, format_name: str
) -> None:
    """Made there, and come there from a file whose items have no ids of their own."""
    there = workspaces.create(tmp_path / "there.qroc", centre="There", country="NL")
    made, _ = there.items.create(incident("before"))
    table = tmp_path / "depots.csv"
    table.write_text("title,lat,lon\nDepot,50,6\n", encoding="utf-8")
    there.imports.accept(there.imports.plan([table]))
    depot = next(item.id for item in there.picture.items(ItemQuery()) if item.id != made)
    sent = tmp_path / f"picture.{format_name}"
    for title in ("before", "after"):
        clock.forward(60)
        for item in (made, depot):
            there.items.edit(seen(there, item), {Aspect.WORDING: Wording(title=f"{item} {title}")})
        clock.forward(60)
        there.exports.save(sent, format_name)
        desk.imports.accept(desk.imports.plan([sent]), layer="There")
    assert sorted(titles(desk)) == sorted([f"{made} after", f"{depot} after"])
    assert desk.history.conflicts() == []
    there.close()


def test_a_deletion_reaches_an_item_that_another_centre_made(
    desk: Desk, workspaces: Workspaces, clock: HandClock, tmp_path: Path
) -> None:
    there = workspaces.create(tmp_path / "there.qroc", centre="There", country="NL")
    made, _ = there.items.create(incident("Fire"))
    there.exports.save(tmp_path / "picture.cot", "cot")
    desk.imports.accept(desk.imports.plan([tmp_path / "picture.cot"]))
    assert titles(desk) == ["Fire"]
    clock.forward(60)
    at = iso(clock.instant)
    (tmp_path / "gone.cot").write_text(
        f"<event version='2.0' uid='d' type='t-x-d-d' how='m-g' time='{at}' start='{at}' stale='{at}'>"
        f"<point lat='0' lon='0' hae='0' ce='1' le='1'/><detail><link uid='{made}' relation='none'/></detail></event>",
        encoding="utf-8",
    )
    desk.imports.accept(desk.imports.plan([tmp_path / "gone.cot"]))
    assert titles(desk) == []
    there.close()
