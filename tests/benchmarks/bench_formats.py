"""What formats and the import cost, as tables: `python -m tests.benchmarks.bench_formats [--count 100000] [--quick]`.

For each format: writing the items of a picture, reading them back as our own, and reading a file as others write it
(GeoJSON, CSV, KML, CoT, GPX, CAP without anything of ours). Then the import end to end: reading, recording, and the
same file once more. Times are seconds of this process on this machine, in one run, the collector of cycles as the
import has it; memory is the largest that the process ever had.
"""

from __future__ import annotations

import argparse
import gc
import json
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from qroc_desktop.domain.aspects import Evaluation, Identity, Marking, Nature, Placement, Situation, Wording
from qroc_desktop.domain.ids import random_id
from qroc_desktop.domain.instant import FOREVER, Instant, iso
from qroc_desktop.domain.shape import Shape
from qroc_desktop.domain.state import Item
from qroc_desktop.domain.vocabulary import Aspect, Basis, ItemType, Priority, Status, Tlp
from qroc_desktop.formats import registry
from qroc_desktop.formats.reading import Writing
from qroc_desktop.services.system import system_clock
from qroc_desktop.services.workspaces import Workspaces

NOW = Instant(1_790_000_000_000_000)
LIVE = Identity(centre="Leitstelle", country="DE")


def place(number: int) -> tuple[float, float]:
    return round(number * 0.00137 % 170, 6), round(number * 0.00071 % 80, 6)


def picture(count: int) -> list[Item]:
    return [
        Item(
            id=f"{number:032x}",
            aspects={
                Aspect.NATURE: Nature(type=ItemType.INCIDENT, kind="a-u-X-i-h"),
                Aspect.PLACEMENT: Placement(layer="layer"),
                Aspect.SHAPE: Shape(type="Point", coordinates=list(place(number))),
                Aspect.SITUATION: Situation(status=Status.ONGOING, priority=Priority.PRIORITY, starts=NOW),
                Aspect.WORDING: Wording(title=f"Incident {number}", description="Smoke from the roof " * 3),
                Aspect.MARKING: Marking(tlp=Tlp.AMBER),
                Aspect.EVALUATION: Evaluation(basis=Basis.FACT),
            },
            seqs={},
            valid_from=NOW,
            known_from=NOW,
        )
        for number in range(count)
    ]


def geojson(count: int) -> bytes:
    """As GIS programs write it."""
    features = [
        {
            "type": "Feature",
            "id": f"f{number}",
            "properties": {"name": f"Incident {number}", "status": "ongoing", "priority": 2, "time": iso(NOW)},
            "geometry": {"type": "Point", "coordinates": place(number)},
        }
        for number in range(count)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def table(count: int) -> bytes:
    """As a German spreadsheet writes it."""
    rows = (
        f"{number};Einsatz {number};{str(lat).replace('.', ',')};{str(lon).replace('.', ',')};01.03.2026 14:05"
        for number in range(count)
        for lon, lat in [place(number)]
    )
    return ("ID;Titel;Breite;Länge;Datum\r\n" + "\r\n".join(rows)).encode("cp1252")


def kml(count: int) -> bytes:
    marks = "".join(
        f'<Placemark id="p{number}"><name>{number}</name>'
        f"<Point><coordinates>{lon},{lat}</coordinates></Point></Placemark>"
        for number in range(count)
        for lon, lat in [place(number)]
    )
    return f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{marks}</Document></kml>'.encode()


def cot(count: int) -> bytes:
    time_ = iso(NOW)
    return "\n".join(
        f'<event version="2.0" uid="u{number}" type="a-f-G-U-C" how="m-g" '
        f'time="{time_}" start="{time_}" stale="{time_}">'
        f'<point lat="{lat}" lon="{lon}" hae="9999999.0" ce="9999999.0" le="9999999.0"/>'
        f'<detail><contact callsign="ALPHA {number}"/></detail></event>'
        for number in range(count)
        for lon, lat in [place(number)]
    ).encode()


def gpx(count: int) -> bytes:
    points = "".join(
        f'<wpt lat="{lat}" lon="{lon}"><time>{iso(NOW)}</time><name>{number}</name></wpt>'
        for number in range(count)
        for lon, lat in [place(number)]
    )
    return f'<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1">{points}</gpx>'.encode()


def cap(count: int) -> bytes:
    infos = "".join(
        f"<info><category>Met</category><event>Storm {number}</event><urgency>Immediate</urgency>"
        f"<severity>Severe</severity><certainty>Likely</certainty>"
        f"<area><areaDesc>{number}</areaDesc><circle>{lat},{lon} 5</circle></area></info>"
        for number in range(count)
        for lon, lat in [place(number)]
    )
    return (
        '<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>A</identifier><sender>s</sender>'
        "<sent>2026-03-01T12:00:00+00:00</sent><status>Actual</status><msgType>Alert</msgType><scope>Public</scope>"
        f"{infos}</alert>"
    ).encode()


FOREIGN: dict[str, Callable[[int], bytes]] = {
    "geojson": geojson,
    "csv": table,
    "kml": kml,
    "cot": cot,
    "gpx": gpx,
    "cap": cap,
}


MOST = {"data-package": 9_000, "cap": 20_000}
"""So many of our own items are written to these formats at most."""


def seconds(work: Callable[[], object]) -> float:
    gc.collect()
    gc.disable()
    start = time.perf_counter()
    try:
        work()
    finally:
        gc.enable()
    return time.perf_counter() - start


def rows(count: int) -> Iterator[tuple[str, float | None, float | None, float | None]]:
    """Format, writing, reading back, reading others' file: seconds for `count` items. A package takes 10,000 members
    and an alert some forty thousand items: there it is what fewer items take, in proportion."""
    items = picture(count)
    context = Writing(identity=LIVE, layers=[], valid=NOW, known=FOREVER, now=NOW)
    for name in registry.READERS:
        part = min(count, MOST.get(name, count))
        scale = count / part
        write = again = foreign = None
        if name in registry.WRITERS:
            write = scale * seconds(partial(registry.write, name, items[:part], context))
            data = registry.write(name, items[:part], context).data
            again = scale * seconds(partial(registry.reader(name), data, name="a"))
        if name in FOREIGN:
            foreign = scale * seconds(partial(registry.reader(name), FOREIGN[name](part), name="a"))
        yield name, write, again, foreign


def imported(count: int) -> Iterator[tuple[str, float]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "many.geojson"
        path.write_bytes(geojson(count))
        workspaces = Workspaces(author="bench", clock=system_clock, ids=random_id)
        desk = workspaces.create(Path(folder) / "bench.qroc", centre="C", country="DE")
        for step in ("first", "again"):
            start = time.perf_counter()
            plan = desk.imports.plan([path])
            middle = time.perf_counter()
            desk.imports.accept(plan)
            yield f"{step}: look", middle - start
            yield f"{step}: accept", time.perf_counter() - middle
        desk.close()


def report(count: int) -> None:
    print(f"\n{count} items a format, seconds\n{'format':14}{'write':>9}{'re-read':>9}{'others':>9}")
    for name, *times in rows(count):
        print(f"{name:14}" + "".join(f"{'-' if t is None else f'{t:.2f}':>9}" for t in times))
    print(f"\nimport of {count} GeoJSON features, seconds")
    for step, spent in imported(count):
        print(f"{step:14}{spent:9.2f}")
    print(f"most memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


@pytest.mark.benchmark
def test_formats() -> None:
    report(100_000)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--quick", action="store_true", help="a tenth of it")
    asked = parser.parse_args()
    report(asked.count // 10 if asked.quick else asked.count)
