"""Searching places by name, and naming a position by the town nearest to it."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from qroc_desktop.errors import Damaged, Refused
from qroc_desktop.store.folding import fold
from qroc_desktop.store.gazetteer import Gazetteer, bearing_deg, distance_m

PLACES = Path(__file__).parents[2] / "maps" / "places.sqlite"


@pytest.fixture(scope="module")
def gazetteer() -> Iterator[Gazetteer]:
    with Gazetteer(PLACES) as opened:
        yield opened


def test_it_holds_as_many_places_as_promised(gazetteer: Gazetteer) -> None:
    assert gazetteer.count() >= 100_000


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Łódź", "lodz"),
        ("Straße", "strasse"),
        ("STRAẞE", "strasse"),
        ("Tromsø", "tromso"),
        ("Ærø", "aero"),
        ("Đakovo", "dakovo"),
        ("İzmir", "izmir"),
        ("Diyarbakır", "diyarbakir"),
        ("Reykjavík", "reykjavik"),
        ("Þingvellir", "thingvellir"),
        ("Αθήνα", "αθηνα"),
        ("Й", "и"),
        ("'s-Hertogenbosch", "s hertogenbosch"),
        ("  Bad   Vilbel ", "bad vilbel"),
        ("", ""),
        ("–—!", ""),
    ],
)
def test_folding(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("text", "name", "country"),
    [
        ("Vienna", "Vienna", "AT"),
        ("Wien", "Vienna", "AT"),
        ("Bécs", "Vienna", "AT"),
        ("becs", "Vienna", "AT"),
        ("Вена", "Vienna", "AT"),
        ("Βιέννη", "Vienna", "AT"),
        ("lodz", "Łódź", "PL"),
        ("tromso", "Tromsø", "NO"),
        ("muenchen", "Munich", "DE"),
        ("München", "Munich", "DE"),
        ("dakovo", "Đakovo", "HR"),
        ("den haag", "The Hague", "NL"),
        ("Deutschland", "Germany", "DE"),
        ("Bayern", "Bayern", "DE"),
        ("EDDF", "Frankfurt am Main International Airport", "DE"),
        ("Mannerheimintie", "Mannerheimintie", "FI"),
    ],
)
def test_the_first_find_is_the_place_meant(gazetteer: Gazetteer, text: str, name: str, country: str) -> None:
    first = gazetteer.search(text, 5)[0]
    assert (first.name, first.country) == (name, country)


def test_the_name_that_matched_is_told(gazetteer: Gazetteer) -> None:
    assert gazetteer.search("Bécs", 1)[0].matched == "Bécs"
    assert gazetteer.search("Vienna", 1)[0].matched == "Vienna"


@pytest.mark.parametrize("typed", ["rot", "rott", "rotter", "rotterd", "ROTTERDAM", "Rotterdam "])
def test_it_finds_as_you_type(gazetteer: Gazetteer, typed: str) -> None:
    assert "Rotterdam" in [place.name for place in gazetteer.search(typed, 10)]


def test_the_last_word_is_finished_by_a_space(gazetteer: Gazetteer) -> None:
    assert all("rotter" in fold(place.matched).split() for place in gazetteer.search("rotter ", 50))


def test_exact_names_come_before_longer_ones_and_the_populous_first(gazetteer: Gazetteer) -> None:
    found = gazetteer.search("Frankfurt", 30)
    exact = [fold(place.matched) == "frankfurt" for place in found]
    assert exact == sorted(exact, reverse=True)
    assert found[0].name == "Frankfurt am Main"


def test_near_prefers_what_is_close(gazetteer: Gazetteer) -> None:
    at_the_oder = gazetteer.search("Frankfurt (Oder)", 1)[0]
    position = (at_the_oder.lon, at_the_oder.lat)
    assert at_the_oder.country == "DE"
    assert gazetteer.search("Neustadt", 1, near=(13.95, 53.38)) != gazetteer.search("Neustadt", 1, near=(8.14, 49.35))
    ranked = [place.id for place in gazetteer.search("Frankfurt", 5, near=position)]
    assert at_the_oder.id in ranked


@pytest.mark.parametrize("text", ["", "   ", "!?", "\x00", '"', "*", "AND", "NEAR(", "a" * 5000, "%_", "💥"])
def test_odd_input_finds_little_and_breaks_nothing(gazetteer: Gazetteer, text: str) -> None:
    assert len(gazetteer.search(text, 3)) <= 3


def test_a_limit_below_one_finds_nothing(gazetteer: Gazetteer) -> None:
    assert gazetteer.search("Wien", 0) == []


def test_no_more_than_the_limit(gazetteer: Gazetteer) -> None:
    assert len(gazetteer.search("s", 7)) == 7


def test_distance_and_bearing_against_published_values() -> None:
    """Vincenty's worked example, Flinders Peak to Buninyong, Geoscience Australia: 54,972.271 m, 306°52'05.37"."""
    flinders, buninyong = (144.424867889, -37.951033417), (143.926495528, -37.652821139)
    assert distance_m(*flinders, *buninyong) == pytest.approx(54_972.271, rel=0.006)
    assert bearing_deg(*flinders, *buninyong) == pytest.approx(306.868, abs=0.3)


def test_the_nearest_town_with_distance_and_bearing(gazetteer: Gazetteer) -> None:
    """Some 3 km north-east of Vaduz, at least 5,000 inhabitants asked for."""
    vaduz = gazetteer.search("Vaduz", 1)[0]
    found = gazetteer.nearest(vaduz.lon + 0.028, vaduz.lat + 0.019, min_population=5_000)
    assert found is not None
    assert found.place.name in ("Vaduz", "Schaan")
    nearest = gazetteer.nearest(vaduz.lon, vaduz.lat)
    assert nearest is not None
    assert (nearest.place.name, nearest.distance_m) == ("Vaduz", 0.0)


def test_the_nearest_town_is_the_nearest_of_all(gazetteer: Gazetteer) -> None:
    """Against a search through every city of the file."""
    db = sqlite3.connect(f"file:{PLACES}?mode=ro&immutable=1", uri=True)
    cities = db.execute("SELECT id, lon / 10000.0, lat / 10000.0 FROM place WHERE kind = 2").fetchall()
    db.close()
    for lon, lat in [(9.0, 48.0), (25.7, 68.9), (-18.5, 64.9), (179.95, -16.5), (-179.95, -16.5), (2.0, 56.5)]:
        metres = min(distance_m(lon, lat, x, y) for _, x, y in cities)
        found = gazetteer.nearest(lon, lat)
        if metres > 500_000:
            assert found is None or found.distance_m >= metres
        else:
            assert found is not None
            assert found.distance_m == pytest.approx(metres)


def test_nothing_is_near_in_the_middle_of_the_ocean(gazetteer: Gazetteer) -> None:
    assert gazetteer.nearest(-130.0, -48.0) is None


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"missing\.sqlite: The gazetteer is missing"):
        Gazetteer(tmp_path / "missing.sqlite")


def test_a_file_that_is_no_gazetteer_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "places.sqlite"
    path.write_bytes(b"no database at all" * 1000)
    with pytest.raises(Damaged, match="cannot be read"):
        Gazetteer(path)
    path.unlink()
    sqlite3.connect(path).close()
    with pytest.raises(Damaged, match="cannot be read"):
        Gazetteer(path)


def test_a_cut_file_is_damaged_not_wrong(tmp_path: Path) -> None:
    path = tmp_path / "places.sqlite"
    path.write_bytes(PLACES.read_bytes()[: 1024 * 1024])
    with pytest.raises(Damaged), Gazetteer(path) as cut:
        cut.search("Wien")


def test_a_newer_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a folder # with ? signs" / "places.sqlite"
    path.parent.mkdir()
    shutil.copy(PLACES, path)
    with sqlite3.connect(path) as db:
        db.execute("UPDATE meta SET value = '2' WHERE key = 'schema_version'")
    db.close()
    with pytest.raises(Refused, match="newer than this program"):
        Gazetteer(path)


def test_it_opens_where_nothing_may_be_written(tmp_path: Path) -> None:
    path = tmp_path / "places.sqlite"
    shutil.copy(PLACES, path)
    path.chmod(0o444)
    tmp_path.chmod(0o555)
    try:
        with Gazetteer(path) as opened:
            assert opened.search("Wien", 1)
        assert [entry.name for entry in tmp_path.iterdir()] == ["places.sqlite"]
    finally:
        tmp_path.chmod(0o755)
