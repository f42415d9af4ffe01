"""What belongs to an incident: its comments, and what the logbook names together with it."""

from __future__ import annotations

from qroc_desktop.domain.state import Item
from qroc_desktop.services.comments import named
from qroc_desktop.store import Workspace

MOST_ENTRIES = 1_000


def belonging(workspace: Workspace, incident: Item) -> list[str]:
    """Ids: the incident first, then the comments on it, then items of logbook entries that are about it as well.

    What was removed is left out. What of it may go to somebody is not asked here.
    """
    found = [incident.id, *(comment.id for comment in workspace.comments(named(incident)))]
    for entry in reversed(workspace.entries(item=incident.id, limit=MOST_ENTRIES)):
        found += entry.entry.items
    known = workspace.items_by_id(list(dict.fromkeys(found)))
    return [item for item in dict.fromkeys(found) if item in known and not known[item].removed]
