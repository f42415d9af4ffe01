"""The page's own few words, in the user's language."""

from __future__ import annotations

from qroc_desktop.translation import tr


def page_words() -> dict[str, str]:
    """Words by the keys that the page's scripts use. `{…}` is filled in by the page."""
    return {
        "map": tr("Map"),
        "items": tr("{n} items"),
        "assessment": tr("Assessment"),
        "fact": tr("Fact"),
        "stale": tr("out of date for {age}"),
        "age": tr("{age} old"),
        "accuracy": tr("accuracy {m}"),
        "source": tr("source {code}"),
        "length": tr("Length {m}"),
        "area": tr("Area {m}"),
        "radius": tr("Radius {m}"),
        "years": tr("{n} y"),
        "days": tr("{n} d"),
        "hours": tr("{n} h"),
        "minutes": tr("{n} min"),
        "north": tr("N"),
        "received": tr("from {centre}"),
        "locked": tr("layer locked"),
        "closed": tr("closed"),
        "priority1": tr("Flash"),
        "priority2": tr("Immediate"),
        "priority3": tr("level\x04Priority"),
        "priority4": tr("Routine"),
        "status_unconfirmed": tr("unconfirmed"),
        "status_confirmed": tr("confirmed"),
        "status_ongoing": tr("ongoing"),
        "status_contained": tr("contained"),
        "status_resolved": tr("resolved"),
        "status_closed": tr("closed"),
        "status_false-alarm": tr("false alarm"),
        "type_incident": tr("Incident"),
        "type_unit": tr("Unit"),
        "type_facility": tr("Facility"),
        "type_area": tr("Area"),
        "type_line": tr("Line"),
        "type_note": tr("Note"),
        "type_track": tr("Track"),
        "behind": tr("{n} more here:"),
        "more": tr("and {n} more"),
        "comparison": tr("Comparison"),
        "fate_new": tr("new"),
        "fate_moved": tr("moved"),
        "fate_changed": tr("changed"),
        "fate_gone": tr("gone"),
        "plan_draft": tr("being made"),
        "plan_waiting": tr("waits for the director"),
        "plan_under-way": tr("under way"),
        "cluster": tr("{n} items, most urgent: {priority}"),
    }
