"""Who may be sent what and why: decisions, conditions and deadlines from instruments kept as data."""

from qroc_desktop.policy.context import Consent, Context, Recipient
from qroc_desktop.policy.decision import Decision, FieldDecision, Policy
from qroc_desktop.policy.instruments import Instrument, Instruments, Reason, load
from qroc_desktop.policy.redaction import released, released_layer

__all__ = [
    "Consent", "Context", "Decision", "FieldDecision", "Instrument", "Instruments", "Policy", "Reason", "Recipient",
    "load", "released", "released_layer",
]  # fmt: skip
