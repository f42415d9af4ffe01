"""Draw this scenario's pictures: `python resources/scenarios/man-hunt/draw.py` from the top, with resvg_py installed.

Everything is drawn here from lines and areas; there is no photograph and nobody's likeness in it. The text files of
media/ are written by hand.
"""

from __future__ import annotations

import base64
import math
import random
from pathlib import Path

import resvg_py

MEDIA = Path(__file__).resolve().parent / "media"
WIDTH, HEIGHT = 800, 500
BANNER = "EXERCISE  ·  ÜBUNG"


def main() -> None:
    """Write the PNG files."""
    pictures = {
        "cctv-depot": cctv(depot(), "CAM 2  LADERAMPE / LOADING BAY", "2027-03-16 15:38:52"),
        "cctv-van": cctv(side_street(), "SHOP DOOR / LADENTUER", "2027-03-16 15:47:31"),
        "cctv-bridge": cctv(bridge(), "RHINE BRIDGE RUGGELL", "2027-03-16 16:37:20"),
        "anpr-vaduz": reader("EX 101 A", "VADUZ SOUTH  >  N", "15:42", "96 %", roof_box=True),
        "anpr-balzers": reader("EX 101 A", "BALZERS BRIDGE  >  W", "15:49", "91 %", roof_box=False),
        "sketch-suspect": paper(face()),
        "sketch-path": paper(path_sketch()),
        "found-note": paper(note()),
        "thermal": thermal(),
    }
    MEDIA.mkdir(exist_ok=True)
    for name, inner in pictures.items():
        svg = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">'
            f"{inner}{banner()}</svg>"
        )
        (MEDIA / f"{name}.png").write_bytes(rendered(svg))


def rendered(svg: str) -> bytes:
    """The PNG of an SVG."""
    made = resvg_py.svg_to_bytes(svg_string=svg)
    return bytes(made) if not isinstance(made, str) else base64.b64decode(made)


def banner() -> str:
    """What stands on every picture, so that none of them is ever taken for real."""
    return f'<rect x="0" y="{HEIGHT - 34}" width="{WIDTH}" height="34" fill="#8a1c1c"/>' + text(
        WIDTH / 2, HEIGHT - 11, BANNER, 18, "#fff", anchor="middle", weight="bold"
    )


def text(
    x: float,
    y: float,
    said: str,
    size: float,
    fill: str,
    anchor: str = "start",
    weight: str = "normal",
    turn: float = 0,
) -> str:
    """A line of text."""
    turned = f' transform="rotate({turn} {x} {y})"' if turn else ""
    return (
        f'<text x="{x}" y="{y}" font-family="DejaVu Sans, sans-serif" font-size="{size}" fill="{fill}" '
        f'text-anchor="{anchor}" font-weight="{weight}"{turned}>{said}</text>'
    )


def box(x: float, y: float, w: float, h: float, fill: str, rounded: float = 0) -> str:
    """A rectangle."""
    return f'<rect x="{x}" y="{y}" width="{w}" height="{h}" fill="{fill}" rx="{rounded}"/>'


def line(points: list[tuple[float, float]], stroke: str, width: float = 3, fill: str = "none") -> str:
    """A line through points."""
    joined = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return (
        f'<polyline points="{joined}" stroke="{stroke}" stroke-width="{width}" fill="{fill}" stroke-linecap="round" '
        'stroke-linejoin="round"/>'
    )


def disc(x: float, y: float, r: float, fill: str) -> str:
    """A circle."""
    return f'<circle cx="{x}" cy="{y}" r="{r}" fill="{fill}"/>'


def cctv(scene: str, label: str, when: str) -> str:
    """A scene as a surveillance camera shows it: grey, lined, stamped."""
    lines = "".join(
        f'<rect x="0" y="{y}" width="{WIDTH}" height="1" fill="#000" opacity=".13"/>' for y in range(0, HEIGHT, 4)
    )
    return scene + lines + text(16, 30, label, 18, "#e8f0e8", weight="bold") + text(784, 30, when, 18, "#e8f0e8", "end")


def person(x: float, y: float, scale: float, lean: float = 0) -> str:
    """A figure without features. `lean`: how far one leg is put out, as somebody does who limps."""
    parts = [
        disc(0, -62, 12, "#15181a"),
        '<path d="M-17 -46 Q0 -56 17 -46 L13 6 L-13 6 Z" fill="#1d2225"/>',
        line([(-7, 4), (-9 - lean, 50)], "#14181a", 11),
        line([(7, 4), (9, 50)], "#14181a", 11),
        line([(-15, -42), (-26, -8)], "#1d2225", 9),
        line([(15, -42), (24, -10)], "#1d2225", 9),
    ]
    return f'<g transform="translate({x} {y}) scale({scale})">{"".join(parts)}</g>'


def car(x: float, y: float, scale: float, *, roof_box: bool = False) -> str:
    """An estate car from the side."""
    parts = [
        '<path d="M-120 20 L-120 -8 Q-112 -18 -92 -20 L-58 -52 Q-52 -56 -40 -56 L88 -56 '
        'Q104 -54 112 -20 L118 -6 L118 20 Z" '
        'fill="#6d7478"/>',
        '<path d="M-52 -46 L-10 -46 L-10 -22 L-78 -22 Z M0 -46 L44 -46 L44 -22 L0 -22 Z '
        'M54 -46 L88 -46 L98 -22 L54 -22 Z" '
        'fill="#2a3034"/>',
        disc(-72, 22, 20, "#16191b"),
        disc(-72, 22, 9, "#7a8084"),
        disc(76, 22, 20, "#16191b"),
        disc(76, 22, 9, "#7a8084"),
    ]
    if roof_box:
        parts.append(box(-36, -76, 96, 18, "#33383b", 9))
    return f'<g transform="translate({x} {y}) scale({scale})">{"".join(parts)}</g>'


def van(x: float, y: float, scale: float, plate: str) -> str:
    """A delivery van from behind."""
    parts = [
        box(-70, -140, 140, 170, "#e4e7e6", 10),
        box(-54, -126, 50, 62, "#59626a", 4),
        box(4, -126, 50, 62, "#59626a", 4),
        line([(0, -136), (0, 14)], "#a9afae", 3),
        box(-66, -30, 12, 34, "#a3342c"),
        box(54, -30, 12, 34, "#a3342c"),
        box(-60, 28, 30, 24, "#16191b", 5),
        box(30, 28, 30, 24, "#16191b", 5),
        box(-34, 2, 68, 18, "#f6f6ee", 2),
        text(0, 16, plate, 13, "#111", "middle", "bold"),
    ]
    return f'<g transform="translate({x} {y}) scale({scale})">{"".join(parts)}</g>'


def van_front(x: float, y: float, scale: float) -> str:
    """The same van coming towards one, with the sun behind it."""
    parts = [
        box(-70, -140, 140, 170, "#c9cdcc", 14),
        '<path d="M-56 -118 L56 -118 L62 -52 L-62 -52 Z" fill="#3b444b"/>',
        box(-60, -20, 28, 18, "#f4f4e6", 6),
        box(32, -20, 28, 18, "#f4f4e6", 6),
        box(-34, -16, 68, 10, "#8f9594"),
        box(-34, 4, 68, 18, "#aeb3b2", 2),
        disc(24, -78, 11, "#20262a"),
        box(10, -68, 28, 16, "#20262a", 6),
        box(-60, 28, 30, 24, "#16191b", 5),
        box(30, 28, 30, 24, "#16191b", 5),
    ]
    return f'<g transform="translate({x} {y}) scale({scale})">{"".join(parts)}</g>'


def depot() -> str:
    """Two figures and three boxes at a gate."""
    slats = "".join(box(430, 130 + 18 * row, 300, 3, "#596066") for row in range(12))
    return (
        box(0, 0, WIDTH, HEIGHT, "#4b5357")
        + box(0, 330, WIDTH, 170, "#5c6468")
        + box(400, 90, 360, 250, "#3c4347")
        + box(430, 120, 300, 220, "#4d555a")
        + slats
        + text(580, 112, "2", 30, "#c8cfd2", "middle", "bold")
        + car(210, 330, 1.15, roof_box=True)
        + person(455, 360, 1.25)
        + person(540, 352, 1.2, lean=16)
        + box(600, 372, 50, 34, "#242a2d", 3)
        + box(656, 372, 50, 34, "#242a2d", 3)
        + box(628, 336, 50, 34, "#2c3336", 3)
    )


def side_street() -> str:
    """A van, half behind a post, and two figures."""
    return (
        box(0, 0, WIDTH, HEIGHT, "#555c60")
        + box(0, 60, 250, 300, "#454c50")
        + box(40, 120, 60, 80, "#6d757a")
        + box(140, 120, 60, 80, "#6d757a")
        + box(560, 40, 240, 320, "#3f464a")
        + box(0, 350, WIDTH, 150, "#656d71")
        + van(400, 330, 1.5, "EX 202 B")
        + box(398, 60, 26, 360, "#22282b")
        + person(300, 360, 1.2, lean=16)
        + person(560, 365, 1.25)
    )


def bridge() -> str:
    """A van between the rails of a bridge, against the light."""
    sky = '<rect width="800" height="240" fill="#b9bfbf"/>' + disc(620, 120, 70, "#eef0ea") + disc(620, 120, 40, "#fff")
    hills = '<path d="M0 240 L120 150 L230 205 L340 130 L470 215 L610 170 L800 235 L800 250 L0 250 Z" fill="#7d8587"/>'
    road = '<path d="M300 240 L470 240 L720 500 L80 500 Z" fill="#535b5f"/>'
    rails = line([(296, 236), (60, 500)], "#2e3437", 7) + line([(474, 236), (740, 500)], "#2e3437", 7)
    posts = "".join(
        line([(296 - 26 * n, 236 + 29 * n), (296 - 26 * n, 206 + 22 * n)], "#2e3437", 4)
        + line([(474 + 29 * n, 236 + 29 * n), (474 + 29 * n, 206 + 22 * n)], "#2e3437", 4)
        for n in range(8)
    )
    return sky + hills + box(0, 250, WIDTH, 250, "#8a9291") + road + rails + posts + van_front(370, 360, 0.9)


def reader(plate: str, where: str, when: str, sure: str, *, roof_box: bool) -> str:
    """What a plate reader sends: the rear of a car and the plate that it has read."""
    roof = box(300, 40, 200, 40, "#1d2225", 18) if roof_box else ""
    rear = (
        '<path d="M230 300 L236 180 Q250 84 300 78 L500 78 Q550 84 564 180 L570 300 Z" fill="#6d7478"/>'
        '<path d="M282 170 Q292 104 314 98 L486 98 Q508 104 518 170 Z" fill="#20262a"/>'
    )
    lamps = box(240, 190, 44, 26, "#a3342c", 6) + box(516, 190, 44, 26, "#a3342c", 6)
    small = box(330, 232, 140, 34, "#f6f6ee", 4) + text(400, 258, plate, 24, "#111", "middle", "bold")
    read = box(210, 330, 380, 84, "#f6f6ee", 10) + text(400, 392, plate, 60, "#111", "middle", "bold")
    stamp = text(16, 30, where, 18, "#e8f0e8", weight="bold") + text(
        784, 30, f"2027-03-16 {when}", 18, "#e8f0e8", "end"
    )
    return (
        box(0, 0, WIDTH, HEIGHT, "#343b3f")
        + roof
        + rear
        + lamps
        + small
        + read
        + stamp
        + text(610, 382, sure, 26, "#9fd3a4")
    )


def paper(inner: str) -> str:
    """A sheet on a table."""
    return box(0, 0, WIDTH, HEIGHT, "#8d7d68") + box(90, 22, 620, 430, "#f7f4ea") + inner


def face() -> str:
    """A drawing of nobody: the parts that such drawings are put together from."""
    ink = "#3a3a3a"
    return (
        line([(320, 150), (318, 250), (340, 320), (400, 350), (460, 320), (482, 250), (480, 150)], ink, 4)
        + line(
            [(312, 165), (330, 105), (400, 84), (470, 105), (488, 165), (470, 140), (400, 124), (330, 140), (312, 165)],
            ink,
            4,
        )
        + line([(340, 196), (362, 188), (384, 196)], ink, 5)
        + line([(416, 196), (438, 188), (460, 196)], ink, 5)
        + line([(346, 214), (362, 208), (378, 214), (362, 219), (346, 214)], ink, 3)
        + line([(422, 214), (438, 208), (454, 214), (438, 219), (422, 214)], ink, 3)
        + line([(402, 206), (394, 258), (408, 262)], ink, 3)
        + line([(368, 296), (400, 302), (432, 296)], ink, 4)
        + line([(366, 350), (350, 400), (280, 430)], ink, 4)
        + line([(436, 350), (450, 400), (520, 430)], ink, 4)
        + text(120, 66, "Zeichnung nach Zeugin / drawing after a witness", 16, ink)
        + text(560, 240, "30-40, 1.80 m", 16, ink)
        + text(560, 264, "hinkt / limps", 16, ink)
    )


def path_sketch() -> str:
    """A walkers' sketch of a path, a stream, a bench and a cross."""
    ink = "#28406b"
    path = [(150, 400), (230, 360), (260, 300), (340, 280), (400, 220), (480, 200), (560, 130), (640, 110)]
    stream = [(330, 440), (360, 360), (350, 290), (380, 210), (360, 120), (390, 60)]
    return (
        line(path, ink, 4)
        + line(stream, "#5b8fc2", 4)
        + line([(400, 220), (520, 290), (640, 300)], ink, 3)
        + line([(352, 262), (376, 286)], "#b02a2a", 6)
        + line([(376, 262), (352, 286)], "#b02a2a", 6)
        + box(216, 322, 34, 8, ink)
        + text(120, 434, "P (unser Auto / our car)", 17, ink)
        + text(150, 316, "Bank / bench", 17, ink)
        + text(394, 320, "ER! / HIM!", 20, "#b02a2a", weight="bold")
        + text(400, 80, "Bach / stream", 17, "#5b8fc2")
        + text(520, 108, "Hütte? / hut?", 17, ink)
        + text(690, 326, "andere Alp / other alp", 16, ink, "end")
    )


def note() -> str:
    """An anonymous note."""
    ink = "#202020"
    rows = [
        "Die ihr sucht sitzen in Mäls im Keller",
        "vom Haus mit dem grünen Tor.",
        "Die alte Frau auch.",
        "Ein ehrlicher Bürger",
        "",
        "(They are in a cellar in Mäls, the house with",
        "the green gate. The old woman too.)",
    ]
    return "".join(text(140, 100 + 44 * row, said, 24, ink, turn=-2 + row * 0.6) for row, said in enumerate(rows))


def thermal() -> str:
    """A warm spot among cool trees."""
    chance = random.Random(316)  # noqa: S311  a drawing
    trees = []
    for _ in range(260):
        x, y, r = chance.uniform(0, WIDTH), chance.uniform(0, HEIGHT), chance.uniform(8, 30)
        shade = chance.randint(38, 92)
        trees.append(
            f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{r:.0f}" fill="rgb({shade},{shade},{shade + 6})" opacity=".7"/>'
        )
    spot = disc(452, 236, 13, "#ffffff") + disc(452, 252, 9, "#f1f1f1") + disc(456, 266, 6, "#d8d8d8")
    cross = "".join(
        line(
            [(452 + 30 * math.cos(a), 246 + 30 * math.sin(a)), (452 + 56 * math.cos(a), 246 + 56 * math.sin(a))],
            "#ffd34d",
            2,
        )
        for a in (0, math.pi / 2, math.pi, 3 * math.pi / 2)
    )
    stamp = text(16, 30, "HOTEL 1  IR  WHITE HOT", 18, "#ffd34d", weight="bold") + text(
        784, 30, "+/- 120 m", 18, "#ffd34d", "end"
    )
    return box(0, 0, WIDTH, HEIGHT, "#2b2b2f") + "".join(trees) + spot + cross + stamp


if __name__ == "__main__":
    main()
