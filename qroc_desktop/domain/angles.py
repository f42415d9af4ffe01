"""Latitude and longitude as people write them: decimal or sexagesimal, comma or point, letters before or after."""

from __future__ import annotations

import re
from typing import Final

from qroc_desktop.errors import Message


class CoordinateError(ValueError):
    """A text that is not one position, or could be two. `why` is one sentence for a person."""

    def __init__(self, why: Message, text: str = "") -> None:
        self.why = why
        super().__init__(f"{text[:60]!r}: {why}" if text else str(why))


_SIGNS: Final = str.maketrans(
    {
        "′": "'", "’": "'", "‘": "'", "´": "'", "`": "'", "ʹ": "'", "＇": "'",
        "″": '"', "”": '"', "“": '"', "„": '"', "ʺ": '"', "＂": '"',
        "º": "°", "˚": "°", "∘": "°", "˙": "°",
        "−": "-", "–": "-", "—": "-", "‐": "-", "‑": "-",
        "\u00a0": " ", "\u2009": " ", "\u202f": " ", "\u2007": " ", "\t": " ", "\n": " ", "\r": " ",
        "：": ":", "，": ",", "；": ";",
    }
)  # fmt: skip
_NAMES: Final = (
    (re.compile(r"\b(?:NORTH|NORD|NORTE|NOORD)\b"), "N"),
    (re.compile(r"\b(?:SOUTH|SÜD|SUED|SUD|SUR|ZUID)\b"), "S"),
    (re.compile(r"\b(?:EAST|OST|EST|ESTE|OOST)\b"), "E"),
    (re.compile(r"\b(?:WEST|OUEST|OVEST|OESTE)\b"), "W"),
)
_LABELLED: Final = re.compile(
    r"\(?\s*(?P<first>LAT|LON|LNG|LONG)(?:ITUDE)?\s*[:=]?\s*(?P<a>[^A-Z]*[NSEW]?)[\s,;]*"
    r"(?P<second>LAT|LON|LNG|LONG)(?:ITUDE)?\s*[:=]?\s*(?P<b>[^A-Z]*[NSEW]?)\)?\Z"
)
_DECIMAL_COMMA: Final = re.compile(r"(?<=[0-9]),(?=[0-9])")
_WORD: Final = re.compile(r"\s*(?:(?P<number>[+-]?[0-9]+(?:\.[0-9]*)?)|(?P<mark>[°'\"])|(?P<letter>[NSEW])|(?P<gap>;))")
_LIMITS: Final = {"lat": 90.0, "lon": 180.0}
_AXES: Final = {"N": "lat", "S": "lat", "E": "lon", "W": "lon"}
_MARK_ORDER: Final = "°'\""
_LONGEST: Final = 120

Group = list[str]


def plain(text: str) -> str:
    """Upper case, with the many quotation marks, dashes, degree signs and spaces made one each."""
    return " ".join(text.translate(_SIGNS).replace("''", '"').upper().split())


def parse_angles(text: str) -> tuple[float, float]:
    """lon, lat in degrees; without letters or labels the latitude comes first. Raises CoordinateError."""
    shown, text = text, plain(text)
    if len(text) > _LONGEST:
        raise CoordinateError(Message("This is too long for a position."), shown)
    try:
        return _parse(text)
    except CoordinateError as error:
        raise CoordinateError(error.why, shown) from None


def _parse(text: str) -> tuple[float, float]:
    for name, letter in _NAMES:
        text = name.sub(letter, text)
    if re.search(r"(?<![A-Z])O(?![A-Z])", text):
        raise CoordinateError(Message("O is east in German and west in French: write E or W."))
    labelled = _LABELLED.match(text)
    if labelled:
        return _labelled(labelled)
    words = _split(_commas_decided(text))
    letters = [word for word in words if word in _AXES]
    groups = _by_letter(words) if letters else _in_halves(words)
    if letters and sorted(_AXES[letter] for letter in letters) != ["lat", "lon"]:
        raise CoordinateError(Message("A position has one of N and S and one of E and W."))
    axes = [_AXES[letter] for letter in letters] or ["lat", "lon"]
    values = dict(zip(axes, (_angle(group, axis) for group, axis in zip(groups, axes, strict=True)), strict=True))
    return values["lon"], values["lat"]


def _labelled(match: re.Match[str]) -> tuple[float, float]:
    values: dict[str, float] = {}
    for name, part in ((match["first"], match["a"]), (match["second"], match["b"])):
        axis = "lat" if name == "LAT" else "lon"
        words = [word for word in _split(_DECIMAL_COMMA.sub(".", part.strip(" ,;"))) if word != ";"]
        if any(_AXES.get(word, axis) != axis for word in words):
            raise CoordinateError(Message("A position has one of N and S and one of E and W."))
        values[axis] = _angle(words, axis)
    if len(values) != len(_LIMITS):
        raise CoordinateError(Message("A position has a latitude and a longitude."))
    return values["lon"], values["lat"]


def _commas_decided(text: str) -> str:
    """Commas between digits are decimal where no point is; all others part the two angles."""
    if re.search(r"[0-9]\.[0-9]", text):
        return text.replace(",", ";")
    if re.search(r"[0-9],[0-9]+,[0-9]", text):
        raise CoordinateError(Message("Commas part and point here: write points, or a space between the two numbers."))
    decided = _DECIMAL_COMMA.sub(".", text)
    if decided != text and len(re.findall(r"[0-9]+(?:\.[0-9]+)?", decided)) == 1:
        raise CoordinateError(Message("This may be one number or two: put a space between the two."))
    return decided.replace(",", ";")


def _split(text: str) -> list[str]:
    text = re.sub(r"(?<=[0-9]):(?=[0-9])", " ", text.strip().strip("()[]"))
    text = re.sub(r"(?<=[0-9\"'° ])\s*[/|]\s*(?=[-+0-9NSEW])", ";", text)
    words, at = [], 0
    text = text.rstrip(" ;")
    while at < len(text):
        match = _WORD.match(text, at)
        if match is None or match.end() == at:
            raise CoordinateError(Message("This is not a position in degrees."))
        words.append(match.group().strip())
        at = match.end()
    if not words:
        raise CoordinateError(Message("There is no position."))
    return words


def _by_letter(words: list[str]) -> list[Group]:
    """Tokens of either angle, its letter with it; letters stand before both or behind both."""
    groups: list[Group] = []
    before = words[0] in _AXES
    current: Group = []
    for word in (word for word in words if word != ";"):
        if before and word in _AXES and current:
            groups.append(current)
            current = []
        current.append(word)
        if not before and word in _AXES:
            groups.append(current)
            current = []
    if current:
        groups.append(current)
    if len(groups) != len(_LIMITS) or any(sum(word in _AXES for word in group) != 1 for group in groups):
        raise CoordinateError(Message("A position has one of N and S and one of E and W."))
    return groups


def _in_halves(words: list[str]) -> list[Group]:
    if ";" in words:
        if words.count(";") != 1:
            raise CoordinateError(Message("A position has two parts."))
        middle = words.index(";")
        return [words[:middle], words[middle + 1 :]]
    if words.count("°") == len(_LIMITS):
        second = [at for at, word in enumerate(words) if word == "°"][1] - 1
        return [words[:second], words[second:]]
    numbers = [word for word in words if word not in _MARK_ORDER]
    if len(numbers) != len(words) or len(numbers) not in (2, 4, 6):
        raise CoordinateError(Message("A position has a latitude and a longitude."))
    half = len(numbers) // 2
    return [numbers[:half], numbers[half:]]


def _angle(words: Group, axis: str) -> float:
    letter = next((word for word in words if word in _AXES), "")
    numbers = _numbers([word for word in words if word not in _AXES])
    negative = numbers[0].startswith("-")
    if letter and numbers[0][0] in "+-":
        raise CoordinateError(Message("An angle has a sign or a letter, not both."))
    parts = [float(number.lstrip("+-")) for number in numbers]
    if any("." in number for number in numbers[:-1]) or any(number[0] in "+-" for number in numbers[1:]):
        raise CoordinateError(Message("Only the last part of an angle has decimals, only the first a sign."))
    if any(part >= 60 for part in parts[1:]):
        raise CoordinateError(Message("Minutes and seconds go to 59."))
    value = sum(part / 60.0**place for place, part in enumerate(parts))
    if value > _LIMITS[axis]:
        if axis == "lat":
            raise CoordinateError(
                Message("{value} is no latitude; without letters the latitude comes first.", value=f"{value:g}")
            )
        raise CoordinateError(Message("{value} is no longitude.", value=f"{value:g}"))
    return -value if negative or letter in ("S", "W") else value


def _numbers(words: Group) -> list[str]:
    """The numbers of an angle, after a check that their marks, if any, are degrees, minutes, seconds in order."""
    numbers: list[str] = []
    for word in words:
        if word in _MARK_ORDER:
            if not numbers or len(numbers) - 1 != _MARK_ORDER.index(word):
                raise CoordinateError(Message("Degrees, minutes and seconds stand in this order."))
        elif word == ";":
            raise CoordinateError(Message("A position has two parts."))
        else:
            numbers.append(word)
    if not 1 <= len(numbers) <= len(_MARK_ORDER):
        raise CoordinateError(Message("A position has a latitude and a longitude."))
    return numbers
