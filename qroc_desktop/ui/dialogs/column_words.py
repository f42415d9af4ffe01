"""What the columns of a table are called where a person says what they mean."""

from __future__ import annotations

from collections.abc import Mapping

from qroc_desktop.errors import Message

COLUMN_WORDS: Mapping[str, Message] = {
    "id": Message("identifier"),
    "layer": Message("layer"),
    "valid_at": Message("time"),
    "time_of_day": Message("time of day"),
    "type": Message("type"),
    "kind": Message("kind"),
    "sidc": Message("symbol code (SIDC)"),
    "affiliation": Message("affiliation"),
    "title": Message("title"),
    "description": Message("description"),
    "place": Message("place"),
    "status": Message("status"),
    "priority": Message("priority"),
    "starts": Message("starts"),
    "ends": Message("ends"),
    "stale_at": Message("stale at"),
    "course_deg": Message("course in degrees"),
    "speed_ms": Message("speed in m/s"),
    "handling": Message("handling"),
    "handling_text": Message("handling text"),
    "tlp": Message("TLP"),
    "subject": Message("whom personal data are about"),
    "special": Message("special categories"),
    "strict_necessity": Message("strict necessity"),
    "conditions": Message("conditions"),
    "originator": Message("originator"),
    "classification": Message("classification"),
    "source": Message("source"),
    "information": Message("information"),
    "basis": Message("basis"),
    "stroke": Message("line colour"),
    "stroke-width": Message("line width"),
    "stroke-dasharray": Message("dashes of the line"),
    "fill": Message("fill colour"),
    "fill-opacity": Message("opacity of the fill"),
    "lat": Message("latitude"),
    "lon": Message("longitude"),
    "position": Message("position in one cell"),
    "wkt": Message("geometry (WKT)"),
    "easting": Message("easting"),
    "northing": Message("northing"),
    "utm_zone": Message("UTM zone"),
    "radius_m": Message("radius in m"),
    "rings_m": Message("range rings in m"),
    "accuracy_m": Message("accuracy in m"),
    "vertical_accuracy_m": Message("vertical accuracy in m"),
    "times": Message("times of the track"),
    "qroc": Message("all aspects (JSON)"),
}
"""By the target of a column, in the order in which they are offered."""
