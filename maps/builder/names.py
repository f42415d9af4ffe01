"""Names of countries and cities by language, from CLDR and from a hand-written, checked table."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from babel import Locale

EXONYMS = Path(__file__).parent / "data" / "exonyms.toml"

# The official languages of the European Union, then those of its neighbours.
LANGUAGES = (
    "bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "ga", "hr", "hu", "it", "lt", "lv", "mt", "nl",
    "pl", "pt", "ro", "sk", "sl", "sv",
    "bs", "is", "mk", "nb", "ru", "sq", "sr", "tr", "uk",
)  # fmt: skip


class WrongName(Exception):
    """The table claims a name that GeoNames does not know; the text says which."""


def country_names(code: str) -> dict[str, str]:
    """CLDR's names of a country by language; a name that equals the English one is kept under `en` alone."""
    english = Locale.parse("en").territories.get(code)
    names = {"en": english} if english else {}
    for language in LANGUAGES:
        name = Locale.parse(language).territories.get(code)
        if name and name != english:
            names[language] = name
    return names


def exemplar_cities() -> dict[str, dict[str, str]]:
    """CLDR's names of the cities that time zones are called after: zone -> language -> name."""
    found: dict[str, dict[str, str]] = {}
    for language in LANGUAGES:
        for zone, names in Locale.parse(language).time_zones.items():
            if "city" in names:
                # `Tripoli (Libye)`: the map shows which one it is
                found.setdefault(zone, {})[language] = names["city"].split(" (")[0]
    return found


def checked_exonyms(cities: Iterable[dict[str, Any]]) -> dict[int, dict[str, str]]:
    """The hand-written names by GeoNames id. Raises WrongName for a name or city that GeoNames does not have."""
    table = tomllib.loads(EXONYMS.read_text(encoding="utf-8"))
    wanted = {(country, name): dict(names) for country, rows in table.items() for name, names in rows.items()}
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for city in cities:
        key = (city["countrycode"], city["name"])
        if key in wanted and city["population"] > found.get(key, {"population": -1})["population"]:
            found[key] = city
    problems = [f"{country} {name}: no such city" for country, name in wanted if (country, name) not in found]
    for key, city in found.items():
        known = {city["name"], *city["alternatenames"]}
        problems += [f"{key[1]}: {lang} {name}" for lang, name in wanted[key].items() if name not in known]
    if problems:
        raise WrongName("Names that GeoNames does not list: " + "; ".join(problems))
    return {int(city["geonameid"]): wanted[key] for key, city in found.items()}


def zone_city_names(cities: Iterable[dict[str, Any]]) -> dict[int, dict[str, str]]:
    """CLDR's names of zone cities by GeoNames id: the largest city of the zone that bears the zone's own name."""
    zones = exemplar_cities()
    best: dict[str, dict[str, Any]] = {}
    for city in cities:
        zone = city["timezone"]
        if zone not in zones:
            continue
        own = {zone.rsplit("/", 1)[-1].replace("_", " "), zones[zone].get("en", "")}
        if (city["name"] in own or own & set(city["alternatenames"])) and (
            city["population"] > best.get(zone, {"population": -1})["population"]
        ):
            best[zone] = city
    return {int(city["geonameid"]): zones[zone] for zone, city in best.items()}


def _greek(name: str) -> bool:
    return all(unicodedata.name(letter, "").startswith("GREEK") for letter in name if letter.isalpha())


def _ukrainian(name: str) -> bool:
    """Written with letters that Ukrainian has and its neighbours lack."""
    return bool(set(name.lower()) & set("іїєґ")) and not set(name.lower()) & set("ўыэёъ")


# Where GeoNames' other names tell their language by their letters: country -> language, test.
_BY_SCRIPT = {"GR": ("el", _greek), "CY": ("el", _greek), "UA": ("uk", _ukrainian)}


def names_by_script(city: dict[str, Any]) -> dict[str, str]:
    """The name in the country's own letters, where GeoNames lists exactly one."""
    if city["countrycode"] not in _BY_SCRIPT:
        return {}
    language, matches = _BY_SCRIPT[city["countrycode"]]
    found = [name for name in city["alternatenames"] if any(map(str.isalpha, name)) and matches(name)]
    return {language: found[0]} if len(found) == 1 else {}


def city_names(cities: list[dict[str, Any]]) -> dict[int, dict[str, str]]:
    """Names by language for each city that has any, by GeoNames id; the table goes before CLDR, both before letters."""
    names = {int(city["geonameid"]): own for city in cities if (own := names_by_script(city))}
    for number, zone in zone_city_names(cities).items():
        names[number] = {**names.get(number, {}), **zone}
    for number, table in checked_exonyms(cities).items():
        names[number] = {**names.get(number, {}), **table}
    return names
