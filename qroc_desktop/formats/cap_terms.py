"""The code lists of the Common Alerting Protocol (OASIS CAP-v1.2, section 3.2) and what they are to us.

| CAP | picture |
|---|---|
| severity Extreme with urgency Immediate | priority flash |
| severity Extreme, or Severe with urgency Immediate or Expected | immediate |
| severity Severe or Moderate, or unknown severity with urgency Immediate | priority |
| all else | routine |
| msgType Cancel | status closed |
| urgency Past or responseType AllClear | status resolved |
| certainty Observed | status confirmed |
| all else | status unconfirmed |
| certainty Observed | fact |
| certainty Likely (1.0: Very Likely), Possible, Unlikely | assessment |

The way back keeps the original codes while they still mean what the item says.
"""

from __future__ import annotations

from typing import Final

import msgspec

from qroc_desktop.domain.vocabulary import Basis, Priority, Status

NAMESPACE: Final = "urn:oasis:names:tc:emergency:cap:1.2"
VERSIONS: Final = {
    NAMESPACE: "1.2",
    "urn:oasis:names:tc:emergency:cap:1.1": "1.1",
    "urn:oasis:names:tc:emergency:cap:1.0": "1.0",
    "http://www.incident.com/cap/1.0": "1.0",
    "": "",
}
STATUS: Final = frozenset({"Actual", "Exercise", "System", "Test", "Draft"})
MESSAGE_TYPE: Final = frozenset({"Alert", "Update", "Cancel", "Ack", "Error"})
SCOPE: Final = frozenset({"Public", "Restricted", "Private"})
CATEGORY: Final = (
    "Geo", "Met", "Safety", "Security", "Rescue", "Fire", "Health", "Env", "Transport", "Infra", "CBRNE", "Other",
)  # fmt: skip
URGENCY: Final = ("Immediate", "Expected", "Future", "Past", "Unknown")
SEVERITY: Final = ("Extreme", "Severe", "Moderate", "Minor", "Unknown")
CERTAINTY: Final = ("Observed", "Likely", "Possible", "Unlikely", "Unknown")
RESPONSE: Final = (
    "Shelter", "Evacuate", "Prepare", "Execute", "Avoid", "Monitor", "Assess", "AllClear", "None",
)  # fmt: skip
OLD_CERTAINTY: Final = {"Very Likely": "Likely"}
"""CAP 1.0 code and what 1.1 made of it."""


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """The codes of an info block that say how bad, how soon and how sure."""

    urgency: str = "Unknown"
    severity: str = "Unknown"
    certainty: str = "Unknown"
    cleared: bool = False
    cancelled: bool = False

    @property
    def priority(self) -> Priority:
        """How urgent the item is."""
        if self.severity == "Extreme":
            return Priority.FLASH if self.urgency == "Immediate" else Priority.IMMEDIATE
        if self.severity == "Severe":
            return Priority.IMMEDIATE if self.urgency in ("Immediate", "Expected") else Priority.PRIORITY
        if self.severity == "Moderate" or (self.severity == "Unknown" and self.urgency == "Immediate"):
            return Priority.PRIORITY
        return Priority.ROUTINE

    @property
    def status(self) -> Status:
        """Where the item is in its life."""
        if self.cancelled:
            return Status.CLOSED
        if self.cleared or self.urgency == "Past":
            return Status.RESOLVED
        return Status.CONFIRMED if self.certainty == "Observed" else Status.UNCONFIRMED

    @property
    def basis(self) -> Basis | None:
        """Fact or assessment, where the certainty tells."""
        if self.certainty == "Observed":
            return Basis.FACT
        return None if self.certainty == "Unknown" else Basis.ASSESSMENT


def terms_for(priority: Priority, status: Status, basis: Basis | None) -> Terms:
    """Codes for an item that never was an alert."""
    urgency, severity = {
        Priority.FLASH: ("Immediate", "Extreme"),
        Priority.IMMEDIATE: ("Expected", "Severe"),
        Priority.PRIORITY: ("Expected", "Moderate"),
        Priority.ROUTINE: ("Unknown", "Minor"),
    }[priority]
    over = status in (Status.RESOLVED, Status.CLOSED, Status.FALSE_ALARM)
    certain = status in (Status.CONFIRMED, Status.ONGOING, Status.CONTAINED, Status.RESOLVED)
    if basis is Basis.FACT or (basis is None and certain):
        certainty = "Observed"
    else:
        certainty = "Likely" if basis is Basis.ASSESSMENT else "Unknown"
    return Terms(urgency="Past" if over else urgency, severity=severity, certainty=certainty, cleared=over)
