"""Names that other programs and people give to the columns of `flat`, in several languages."""

from __future__ import annotations

import functools
import re
import unicodedata
from typing import Final

from qroc_desktop.formats.flat import COLUMNS

_NAMES: Final = {
    "title": "title name headline label callsign betreff titel bezeichnung titre nom titulo título nombre titolo nome "
    "naam event subject designation",
    "description": "description desc remarks comment comments note notes details summary text beschreibung bemerkung "
    "bemerkungen kommentar beschreibungstext remarques commentaire descripcion descripción observaciones descrizione "
    "omschrijving opmerking narrative",
    "place": "place location address areadesc ort adresse lieu lugar direccion dirección luogo indirizzo plaats adres "
    "city town stadt ville",
    "kind": "kind cot cottype cot_type uidtype",
    "sidc": "sidc symbol symbolcode symbol_code milsym",
    "type": "type itemtype item_type",
    "affiliation": "affiliation identity standardidentity hostility",
    "status": "status state zustand etat état estado stato",
    "priority": "priority prio priorität prioritaet priorite priorité prioridad priorita priorità urgency",
    "starts": "starts start begin onset starttime start_time startdate beginn anfang debut début inicio inizio von "
    "from",
    "ends": "ends end stop expires endtime end_time enddate ende fin fine bis until to",
    "stale_at": "stale_at stale staleat",
    "valid_at": "valid_at time timestamp datetime date when observed reported updated zeit zeitpunkt datum uhrzeit "
    "heure horodatage fecha hora data ora tijd tijdstip",
    "course_deg": "course_deg course heading bearing kurs cap rumbo",
    "speed_ms": "speed_ms speed",
    "handling": "handling handlingcode handling_code",
    "tlp": "tlp trafficlight",
    "source": "source_reliability source reliability",
    "information": "information information_accuracy accuracy_code",
    "layer": "layer folder category ebene kategorie couche capa categoria livello laag",
    "id": "id uid uuid identifier guid kennung",
    "lat": "lat latitude breite breitengrad y latitud latitudine breedtegraad ycoord",
    "lon": "lon lng long longitude länge laenge längengrad laengengrad x longitud longitudine lengtegraad xcoord",
    "position": "position coordinates coordinate coords coord koordinaten koordinate coordonnees coordonnées "
    "coordenadas coordinate_text latlon latlng mgrs utm utmref dms gps point",
    "easting": "easting ostwert utmeast utm_east utm_e utm_easting",
    "northing": "northing nordwert utmnorth utm_north utm_n utm_northing",
    "utm_zone": "utm_zone utmzone zone zona utmzonennummer gridzone",
    "radius_m": "radius_m radius umkreis rayon radio raggio straal",
    "accuracy_m": "accuracy_m accuracy genauigkeit",
    "fill": "fill markercolor",
    "wkt": "wkt geometry geom the_geom shape",
}
_SQUEEZE: Final = re.compile(r"[\W_]+")


def _plain(name: str) -> str:
    folded = unicodedata.normalize("NFKD", name.casefold())
    return _SQUEEZE.sub("", "".join(c for c in folded if not unicodedata.combining(c)))


_BY_NAME: Final[dict[str, str]] = {
    **{_plain(name): column for column, names in reversed(_NAMES.items()) for name in names.split()},
    **{_plain(column): column for column in COLUMNS},
}


@functools.lru_cache(maxsize=4096)
def column_of(name: str) -> str | None:
    """The column that a foreign name means, whatever its case, accents and punctuation; None where it means none."""
    return _BY_NAME.get(_plain(name))


@functools.lru_cache(maxsize=4096)
def meaning_of(name: str) -> tuple[str | None, int]:
    """`column_of` and `rank_of` at once, for formats that ask for every value."""
    return column_of(name), rank_of(name)


@functools.lru_cache(maxsize=4096)
def rank_of(name: str) -> int:
    """How well a name means its column, 0 best: of two names for one column the better is taken."""
    column = column_of(name)
    names = [_plain(known) for known in _NAMES.get(column or "", "").split()]
    return names.index(_plain(name)) if _plain(name) in names else 0
