"""What the live map costs, beside a MapLibre GL page with the same data in the same window, as tables.

    npm install --prefix build/bench --ignore-scripts maplibre-gl@6.17.0     # for the comparison, once
    xvfb-run -a python -m tests.benchmarks.bench_map [--quick] [--minutes 30] [--stored 1000 100000 1000000]

A frame is the time between two animation frames in the page, in milliseconds, while the map is moved a few pixels each
frame (as a drag does) or zoomed by one level with animation. Rounds of both pages take turns. Nothing is judged here.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import msgspec
from PySide6.QtCore import QEventLoop, QTimer, QUrl
from PySide6.QtWebEngineCore import QWebEnginePage
from PySide6.QtWebEngineWidgets import QWebEngineView
from PySide6.QtWidgets import QApplication

from qroc_desktop.domain.aspects import Identity, Style
from qroc_desktop.domain.ids import random_id
from qroc_desktop.domain.query import Moment, Row, View
from qroc_desktop.domain.shape import Bounds, Shape
from qroc_desktop.domain.vocabulary import ItemType, Priority
from qroc_desktop.mapview.scheme import register_scheme
from qroc_desktop.mapview.sources import PictureSource
from qroc_desktop.mapview.widget import Look, MapWidget
from qroc_desktop.store import Workspace
from tests.benchmarks import bench_store
from tests.mapview.map_files import MAPS, RESOURCES, ROOT, styles, symbols, world_maps, world_tiles
from tests.mapview.memory_picture import NOW, MemoryPicture, row

MAPLIBRE = ROOT / "build" / "bench" / "node_modules" / "maplibre-gl" / "dist"
# Without a GPU, as in an operations centre on virtual desktops. MapLibre needs WebGL, drawn in software; so that both
# pages run in one engine, the comparison allows it, though our page alone is faster without.
COMPARING = "--disable-gpu-compositing --ignore-gpu-blocklist"
SHIPPED = "--disable-gpu"
SIZE = (1920, 1080)
LON, LAT, ZOOM = 10.0, 50.0, 6.0
VISIBLE = 10_000
MOVING = 1_000
KINDS = ["a-u-X-i-n-t", "a-u-X-i-h-f", "a-u-X-i-g-i", "a-u-X-i-o", "a-f-G-U-C", "a-f-G-I", "a-s-G-E-V", "a-u-G-U"]
PANNING = """(async () => {
  const frames = []; let last = await new Promise(requestAnimationFrame);
  for (let i = 0; i < %d; i += 1) {
    const turn = Math.floor(i / 30) %% 4;
    bench.pan(...[[9, 0], [0, 9], [-9, 0], [0, -9]][turn]);
    const now = await new Promise(requestAnimationFrame);
    frames.push(now - last); last = now;
  }
  bench.panned(); window.told = frames; })()"""
ZOOMING = """(async () => {
  const frames = []; let last = await new Promise(requestAnimationFrame);
  for (let i = 0; i < %d; i += 1) {
    bench.zoom(i %% 2 ? -1 : 1);
    const end = last + 700;
    while (last < end) {
      const now = await new Promise(requestAnimationFrame);
      frames.push(now - last); last = now;
    }
  }
  window.told = frames; })()"""
WATCHING = """(async () => {
  const frames = []; let last = await new Promise(requestAnimationFrame);
  window.watching = true;
  while (window.watching) {
    const now = await new Promise(requestAnimationFrame);
    frames.push(now - last); last = now;
  }
  window.told = frames; })()"""
OURS = """window.bench = {
  pan(dx, dy) { qroc.map._rawPanBy(L.point(dx, dy)); qroc.map.fire("move"); },
  panned() { qroc.map.fire("moveend"); },
  zoom: (by) => qroc.map.setZoom(qroc.map.getZoom() + by),
  quiet: () => !qroc.asking.busy && !qroc.sprites.pending,
}"""


def wait(milliseconds: int) -> None:
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def js(page: QWebEnginePage, expression: str) -> Any:
    answers: list[str] = []
    page.runJavaScript(f"JSON.stringify(({expression}) ?? null)", 0, answers.append)
    while not answers:
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 50)
    return json.loads(answers[0]) if answers[0] else None


def until(page: QWebEnginePage, expression: str) -> None:
    deadline = time.monotonic() + 300
    while not js(page, expression):
        if time.monotonic() > deadline:
            sys.exit(f"gave up waiting for: {expression}")
        wait(30)


def told(page: QWebEnginePage, program: str) -> list[float]:
    page.runJavaScript(f"void((window.told = null, {program}))", 0)
    until(page, "window.told !== null")
    frames: list[float] = js(page, "window.told")
    return frames


def summary(frames: list[float]) -> str:
    ordered = sorted(frames)
    return f"{statistics.median(ordered):8.1f} {ordered[int(len(ordered) * 0.95)]:8.1f} {ordered[-1]:8.1f}"


def rss(pid: int) -> float:
    """Resident memory of a process and all below it, in MB; shared pages count in each."""
    total, waiting = 0.0, [pid]
    while waiting:
        one = waiting.pop()
        try:
            status = Path(f"/proc/{one}/status").read_text("ascii", "replace")
            waiting += [
                int(c) for t in Path(f"/proc/{one}/task").iterdir() for c in (t / "children").read_text().split()
            ]
        except OSError:
            continue
        total += next((int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS")), 0.0)
    return total


def items(count: int) -> list[Row]:
    rng = random.Random(7)
    return [
        row(
            f"i{n}",
            LON + rng.uniform(-14, 14),
            LAT + rng.uniform(-6, 5),
            type=ItemType.INCIDENT,
            title=f"Incident {n}",
            kind=KINDS[n % len(KINDS)],
            priority=Priority(1 + n % 4),
        )
        for n in range(count)
    ]


class RivalFiles(BaseHTTPRequestHandler):
    """Files of the MapLibre page on the loopback interface, byte ranges included."""

    answers: ClassVar[dict[str, bytes]] = {}

    def do_GET(self) -> None:
        path = self.path.split("?")[0]
        data = self.answers.get(path)
        if data is None and path.startswith("/maplibre/"):
            data = (MAPLIBRE / Path(path).name).read_bytes()
        if data is None:
            self.send_error(404)
            return
        kind = {
            "mjs": "text/javascript",
            "js": "text/javascript",
            "css": "text/css",
            "svg": "image/svg+xml",
            "html": "text/html",
        }
        asked = self.headers.get("Range")
        start, stop = (int(n) for n in asked.removeprefix("bytes=").split("-")) if asked else (0, len(data) - 1)
        self.send_response(206 if asked else 200)
        self.send_header("Content-Type", kind.get(path.rsplit(".", 1)[-1], "application/octet-stream"))
        self.send_header("Content-Range", f"bytes {start}-{stop}/{len(data)}")
        self.end_headers()
        self.wfile.write(data[start : stop + 1])

    def log_message(self, *_: Any) -> None:
        return


def rival_server(rows: list[Row]) -> ThreadingHTTPServer:
    drawn = symbols()
    features = [
        {
            "type": "Feature",
            "properties": {"icon": one.kind},
            "geometry": {"type": "Point", "coordinates": [one.lon, one.lat]},
        }
        for one in rows
    ]
    setup = {"style": styles()["light"], "lon": LON, "lat": LAT, "zoom": ZOOM}
    RivalFiles.answers = {
        "/rival.html": (Path(__file__).parent / "rival.html").read_bytes(),
        "/pmtiles.js": (RESOURCES / "map/node_modules/pmtiles/dist/pmtiles.js").read_bytes(),
        "/world.pmtiles": (MAPS / "world.pmtiles").read_bytes(),
        "/setup.json": json.dumps(setup).encode(),
        "/items.json": json.dumps({"type": "FeatureCollection", "features": features}).encode(),
        **{f"/symbols/{kind}.svg": drawn.svg("", kind, "unknown", "incident") for kind in KINDS},
    }
    server = ThreadingHTTPServer(("127.0.0.1", 0), RivalFiles)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def our_map(picture: PictureSource, limit: int) -> MapWidget:
    look = Look(map_folder=RESOURCES / "map", styles=styles(), lon=LON, lat=LAT, zoom=ZOOM, limit=limit)
    widget = MapWidget(picture=picture, symbols=symbols(), tiles=world_tiles(), clock=lambda: NOW, look=look)
    widget.resize(*SIZE)
    widget.set_base_maps(world_maps()[:1])
    widget.show()
    until(widget._page, "Boolean(window.qroc && qroc.picture.token && !qroc.sprites.pending)")
    until(widget._page, "document.querySelectorAll('canvas.leaflet-tile-loaded').length > 8")
    widget._page.runJavaScript(f"void({OURS})", 0)
    return widget


def jiggled(picture: MemoryPicture, rng: random.Random) -> None:
    rows = dict(picture.rows)
    for number in rng.sample(range(VISIBLE), MOVING):
        one = rows[f"i{number}"]
        lon, lat = (one.lon or 0) + rng.uniform(-0.03, 0.03), (one.lat or 0) + rng.uniform(-0.02, 0.02)
        rows[one.id] = msgspec.structs.replace(one, lon=lon, lat=lat)
    picture.rows = rows


def moving(page: QWebEnginePage, seconds: int, move: Callable[[], None]) -> list[float]:
    page.runJavaScript(f"void((window.told = null, {WATCHING}))", 0)
    for _ in range(seconds):
        move()
        wait(1000)
    page.runJavaScript("void(window.watching = false)", 0)
    until(page, "window.told !== null")
    frames: list[float] = js(page, "window.told")
    return frames


def beside_maplibre(rounds: int, seconds: int, *, alone: bool) -> None:
    rows = items(VISIBLE)
    picture = MemoryPicture.of(rows)
    widget = our_map(picture, VISIBLE * 2)
    pages: dict[str, tuple[QWebEngineView, QWebEnginePage, Callable[[], None]]] = {}
    rng = random.Random(3)

    def move_ours() -> None:
        jiggled(picture, rng)
        widget.refresh()

    pages["QROC map"] = (widget._web, widget._page, move_ours)
    if MAPLIBRE.is_dir() and not alone:
        server = rival_server(rows)
        view = QWebEngineView()
        view.resize(*SIZE)
        view.setUrl(QUrl(f"http://127.0.0.1:{server.server_port}/rival.html"))
        view.show()
        until(view.page(), "Boolean(window.bench)")

        def move_theirs() -> None:
            view.page().runJavaScript(f"void(bench.move({rng.sample(range(VISIBLE), MOVING)}))", 0)

        pages["MapLibre GL"] = (view, view.page(), move_theirs)
    found: dict[tuple[str, str], list[float]] = {}
    for _ in range(rounds):
        for name, (view, page, move) in pages.items():
            for _, (other, _, _) in pages.items():
                other.window().hide()
            view.window().show()
            wait(1500)
            found.setdefault(("panning", name), []).extend(told(page, PANNING % 120))
            wait(1500)
            found.setdefault(("zooming", name), []).extend(told(page, ZOOMING % 4))
            wait(1500)
            found.setdefault(("1,000 items moving a second", name), []).extend(moving(page, seconds, move))
    print(f"\n{VISIBLE:,} items in view, {SIZE[0]} x {SIZE[1]}; frames in ms       median      p95  longest")
    for (what, name), frames in sorted(found.items()):
        print(f"  {what:30} {name:14} {summary(frames)}")
    for what in ("panning", "zooming"):
        if (what, "MapLibre GL") in found:
            ours, theirs = (statistics.median(found[what, name]) for name in ("QROC map", "MapLibre GL"))
            print(f"  ratio MapLibre / QROC, {what}: {theirs / ours:.2f}")
    widget.close_map()


class Stored:
    """A picture of a real workspace that says how long each answer took. Milliseconds."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self.took: list[float] = []

    def view(self, bounds: Bounds, zoom: float, moment: Moment | None, *, limit: int = 2000) -> View:
        began = time.perf_counter()
        view = self._workspace.view(bounds, zoom, moment, limit=limit)
        self.took.append((time.perf_counter() - began) * 1000)
        return view

    def shapes(self, bounds: Bounds, zoom: float, moment: Moment | None) -> list[tuple[Row, Shape, Style | None]]:
        return list(self._workspace.shapes(bounds, zoom, moment))


def workspaces(sizes: list[int], folder: Path) -> Iterator[tuple[int, Workspace]]:
    for size in sizes:
        path = folder / f"{size}.qroc"
        identity = Identity(centre="Bench", country="NL")
        ticks = bench_store.clock()
        workspace = Workspace.create(path, identity, author="bench", clock=ticks, ids=random_id)
        workspace.append_many(bench_store.drafts(size), author="bench", label="bench")
        yield size, workspace
        workspace.close()


def stored(sizes: list[int], repeat: int) -> None:
    print("\npicture in view from a workspace; ms from asking to painted, and the longest frame after it")
    print(f"  {'stored':>10} {'in view':>8} {'answer':>8} {'painted':>8} {'frame':>8}")
    medians = []
    with tempfile.TemporaryDirectory() as folder:
        for size, workspace in workspaces(sizes, Path(folder)):
            source = Stored(workspace)
            widget = our_map(source, 2000)
            west, south, east, north = bench_store.WINDOW
            # Near enough that the view, with what is asked for beside it, lies inside the window.
            widget.go_to((west + east) / 2, (south + north) / 2, 11)
            until(widget._page, "qroc.map.getZoom() === 11 && !qroc.asking.busy && !qroc.sprites.pending")
            wait(1000)
            source.took.clear()
            asked = f"""(async () => {{ const times = [];
              for (let i = 0; i < {repeat}; i += 1) {{
                qroc.picture.token = 0; const began = performance.now();
                await qroc.asking.fetch(); qroc.pictureLayer.settle();
                times.push(performance.now() - began, qroc.pictureLayer.took);
                await new Promise((done) => setTimeout(done, 50)); }}
              window.told = times; }})()"""
            times = told(widget._page, asked)
            painted, frame = statistics.median(times[0::2]), statistics.median(times[1::2])
            answer = statistics.median(source.took)
            medians.append((answer, painted, frame))
            seen = js(widget._page, "qroc.picture.items.size")
            print(f"  {size:10,} {seen:8,} {answer:8.1f} {painted:8.1f} {frame:8.1f}")
            widget.close_map()
            wait(300)
    if len(medians) > 1:
        names = ("answer", "painted", "frame")
        ratios = ", ".join(f"{n} {a / b:.2f}" for n, a, b in zip(names, medians[-1], medians[0], strict=True))
        print(f"  ratio largest / smallest: {ratios}")


def memory(minutes: float) -> None:
    picture = MemoryPicture.of(items(VISIBLE))
    widget = our_map(picture, VISIBLE * 2)
    rng = random.Random(3)
    print(
        f"\nmemory of all processes in MB; {MOVING:,} of {VISIBLE:,} items move once a second, the map is moved about"
    )
    began = last = time.monotonic()
    print(f"  {'minute':>8} {'MB':>8}")
    while time.monotonic() - began < minutes * 60:
        jiggled(picture, rng)
        widget.refresh()
        if rng.random() < 0.1:
            widget.go_to(LON + rng.uniform(-3, 3), LAT + rng.uniform(-2, 2), rng.choice([5, 6, 7]))
        wait(1000)
        if time.monotonic() - last >= max(10.0, minutes * 6):
            last = time.monotonic()
            print(f"  {(last - began) / 60:8.1f} {rss(os.getpid()):8.0f}", flush=True)
    widget.close_map()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="one round, a minute of memory")
    parser.add_argument("--no-rival", action="store_true", help="measure our page alone")
    parser.add_argument("--minutes", type=float, default=30, help="how long memory is watched; 0 leaves it out")
    parser.add_argument("--stored", type=int, nargs="*", default=[1_000, 100_000, 1_000_000])
    parser.add_argument("--part", choices=("compare", "stored", "memory"), help="one part, in this process")
    asked = parser.parse_args()
    if asked.part is None:
        # Each part in a process of its own: Chromium takes its flags once.
        for part in ("compare", "stored", "memory"):
            again = [sys.executable, "-m", "tests.benchmarks.bench_map", "--part", part, *sys.argv[1:]]
            code = subprocess.run(again, check=False).returncode
            if code:
                sys.exit(f"the part {part} ended with {code}")
        return
    flags = COMPARING if asked.part == "compare" and not asked.no_rival else SHIPPED
    os.environ.setdefault("QTWEBENGINE_CHROMIUM_FLAGS", flags)
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        os.environ["QTWEBENGINE_DISABLE_SANDBOX"] = "1"
    register_scheme()
    application = QApplication(sys.argv[:1])
    application.setQuitOnLastWindowClosed(False)
    print(f"\n{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}, {os.environ['QTWEBENGINE_CHROMIUM_FLAGS']}")
    minutes = min(asked.minutes, 1.0) if asked.quick else asked.minutes
    if asked.part == "compare":
        beside_maplibre(1 if asked.quick else 3, 6 if asked.quick else 20, alone=asked.no_rival)
    elif asked.part == "stored" and asked.stored:
        stored(asked.stored, 5 if asked.quick else 15)
    elif asked.part == "memory" and minutes:
        memory(minutes)
    sys.stdout.flush()
    wait(500)
    # Engines that were shown do not always end in order; nothing is left to be saved.
    os._exit(0)


if __name__ == "__main__":
    main()
