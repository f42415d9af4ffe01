"""Columns of a table that mean something together: date and time of day, easting, northing and zone."""

from __future__ import annotations

import pytest

from qroc_desktop.domain.instant import parse
from qroc_desktop.errors import Refused
from qroc_desktop.formats import csv_table
from qroc_desktop.formats.csv_table import Mapping
from tests.formats.foreign_items import NOW, told
from tests.formats.test_csv import anchors, read


@pytest.mark.parametrize(
    "text",
    [
        "Datum;Uhrzeit;Breite;Länge\n01.05.2024;12:00;1;2\n02.05.2024;;1;2\n;12:00;1;2\n",
        "lat,lon,Time,Date\n1,2,12:00:00,2024-05-01\n1,2,,2024-05-02\n1,2,12:00:00,\n",
        "Date;heure;y;x\n01/05/2024 00:00:00;12h00;1;2\n02/05/2024 00:00:00;;1;2\n;12h00;1;2\n",
    ],
)
def test_a_date_and_a_time_of_day_are_one_time(text: str) -> None:
    found = csv_table.read(text.encode(), name="a.csv", zone="Europe/Berlin")
    day = parse("2024-05-01T22:00:00Z")
    assert [i.valid_at for i in found.items] == [NOW, day, None]
    assert told(found.problems) == ["The time cannot be read; it is left out."]


def test_one_column_of_times_stays_one() -> None:
    found = csv_table.read(b"lat,lon,time,date\n1,2,2024-05-01T10:00:00Z,yesterday\n", name="a.csv")
    assert [i.valid_at for i in found.items] == [NOW]


def test_the_zone_of_a_table_is_that_which_was_named() -> None:
    text = b"lat,lon,time\n1,2,2024-05-01 12:00\n1,2,2024-05-01T10:00:00Z\n"
    assert {i.valid_at for i in csv_table.read(text, name="a.csv", zone="Europe/Berlin").items} == {NOW}
    with pytest.raises(Refused, match="The time zone Mars/Olympus is not known"):
        csv_table.read(text, name="a.csv", zone="Mars/Olympus")


def test_eastings_and_northings_with_their_zone() -> None:
    """The Brandenburg Gate, 52.5163 N 13.3777 E."""
    text = "Name;UTM-Zone;Ostwert;Nordwert\nTor;33U;389 919,0;5819702\nOhne;33;389919;5819702\nWeit;33U;1;2\n"
    found = read(text)
    (place,) = anchors(found)
    assert place == pytest.approx((13.3777, 52.5163), abs=2e-5)
    assert told(found.problems) == [
        "UTM needs the band letter or north or south.",
        "This is not a position in degrees.",
    ]
    # Without a zone they are kept, and say nothing of where it is.
    alone = read("name;easting;northing\nA;389919;5819702\n")
    assert anchors(alone) == [None]
    with pytest.raises(Refused, match="Easting, northing and zone need a column each"):
        read("a,b\n1,2\n", Mapping(columns=("easting", "northing")))
