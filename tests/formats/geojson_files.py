from __future__ import annotations

import json
from typing import Any

from qroc_desktop.domain.vocabulary import Aspect
from qroc_desktop.formats import geojson
from qroc_desktop.formats.reading import Reading


def feature(geometry: Any = None, properties: Any = None, **members: Any) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties, **members}


def at(lon: float, lat: float) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [lon, lat]}


def collection(*features: Any, **members: Any) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features), **members}


def reading(value: Any) -> Reading:
    return geojson.read(json.dumps(value).encode(), name="a.geojson")


def only(value: Any) -> dict[Aspect, Any]:
    found = reading(value)
    assert len(found.items) == 1, found.problems
    return found.items[0].aspects


# The example of RFC 7946, section 1.5.
RFC_EXAMPLE = collection(
    feature(at(102.0, 0.5), {"prop0": "value0"}),
    feature(
        {"type": "LineString", "coordinates": [[102.0, 0.0], [103.0, 1.0], [104.0, 0.0], [105.0, 1.0]]},
        {"prop0": "value0", "prop1": 0.0},
    ),
    feature(
        {"type": "Polygon", "coordinates": [[[100.0, 0.0], [101.0, 0.0], [101.0, 1.0], [100.0, 1.0], [100.0, 0.0]]]},
        {"prop0": "value0", "prop1": {"this": "that"}},
    ),
)
