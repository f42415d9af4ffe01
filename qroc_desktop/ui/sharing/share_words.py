"""States of bundles and alarms in words and signs."""

from __future__ import annotations

from typing import Final

from qroc_desktop.domain.instant import Instant
from qroc_desktop.errors import Message
from qroc_desktop.services.node_child import NodeState
from qroc_desktop.services.share_board import LETTERS, AlarmRow, InRow, OrderRow, OutRow
from qroc_desktop.sync.bundle import Kind
from qroc_desktop.sync.exchange import WAITING
from qroc_desktop.sync.orders import OrderState
from qroc_desktop.sync.refusals import MESSAGES, Code
from qroc_desktop.sync.roster import PeerState
from qroc_desktop.translation import ntr, said, tr
from qroc_desktop.ui.times import age_text, brief

KINDS: Final[dict[Kind, Message]] = {
    Kind.SNAPSHOT: Message("picture"),
    Kind.DELTA: Message("update"),
    Kind.WITHDRAWAL: Message("withdrawal"),
    Kind.RECEIPT: Message("receipt"),
    Kind.REQUEST: Message("request"),
    Kind.ANSWER: Message("answer"),
    Kind.HEAD: Message("audit head"),
    Kind.CONTACT: Message("contact data"),
}
PEERS: Final[dict[PeerState, tuple[Message, str, str]]] = {
    PeerState.PROPOSED: (Message("waits for two officers"), "clock", "warning"),
    PeerState.ACTIVE: (Message("approved"), "shield-check", "good"),
    PeerState.REVOKED: (Message("revoked"), "ban", "danger"),
}
NODES: Final[dict[NodeState, Message]] = {
    NodeState.ABSENT: Message("Delivery: folder or stick only"),
    NodeState.RUNNING: Message("Delivery: running"),
    NodeState.ENDED: Message("Delivery: runs elsewhere, or has ended"),
}
ALARMS: Final[dict[str, Message]] = {
    "unexpected-key": Message("A centre that is enrolled shows up with unexpected keys. Call it before you trust it."),
    "clock": Message("The sender's clock is more than five minutes ahead of ours; the bundle waits."),
    "unknown-answer": Message("A centre answered to a bundle that we never sent to it."),
    "namesake": Message("Two centres bear one name, or nearly: markings cannot tell them apart. Revoke one of them."),
    "order-stopped": Message("A standing order was stopped: an officer has to look at what it would send now."),
    "unknown-certificate": Message("Somebody knocked with a certificate that no approved centre has."),
    "unexpected-certificate": Message("At this centre's address somebody shows another certificate than the centre's."),
    "peer-lost": Message("The centre has lost bundles that it had acknowledged; they are sent again."),
    "chunks-gone": Message("The centre asks for content that is not kept here any more. Send a new picture."),
    "numbers-behind": Message(
        "The centre has later bundles of ours than this file knows: an older copy was put back."
        " An administrator lets it go on with `qroc peer resynchronise`."
    ),
}


def reason_text(code: str) -> str:
    """Why something was refused, stopped or waits, as a sentence; a code that is not known as it is."""
    if code in {str(known) for known in Code}:
        return said(MESSAGES[Code(code)])
    message = WAITING.get(code) or ALARMS.get(code)
    return said(message) if message else code


def what(kind: Kind, subject: str, items: int) -> str:
    """`picture, 3 items: Shooting at the station`."""
    text = said(KINDS[kind])
    if items:
        text = f"{text}, {ntr('{count} item', '{count} items', items)}"
    return f"{text}: {subject}" if subject else text


def sent_sign(row: OutRow) -> tuple[str, str]:
    """Icon and colour of how far a bundle has come."""
    if row.sent.withdrawn_by or row.sent.held:
        return "undo-2", "muted"
    if row.sent.state == "stopped":
        return "ban", "danger"
    if row.readers:
        return "mail-open", "good"
    if row.applied:
        return "layers", "good"
    return ("check", "good") if row.sent.state == "stored" else ("clock", "warning")


def sent_state(row: OutRow, now: Instant) -> str:
    """How far a bundle has come."""
    text = _how_far(row, now)
    if row.order is None:
        return text
    if row.order.state is OrderState.PAUSED:
        return f"{text} · {tr('order paused')}"
    return f"{text} · {tr('kept up to date until {time}', time=brief(row.order.given.until, now))}"


def _how_far(row: OutRow, now: Instant) -> str:
    sent = row.sent
    if sent.kept_back:
        return tr("withdrawn before it was delivered")
    if sent.withdrawn_by:
        return tr("withdrawn")
    if sent.state == "stopped":
        return tr("stopped: {reason}", reason=reason_text(sent.code))
    if sent.state == "stored":
        return tr("delivered {time}", time=brief(sent.stored_at, now)) if sent.stored_at else tr("delivered")
    if sent.code:
        return tr("on its way: {reason}", reason=reason_text(sent.code))
    if sent.attempts:
        return ntr("on its way, tried {count} time", "on its way, tried {count} times", sent.attempts)
    return tr("waits for delivery")


def readers_text(row: OutRow, now: Instant) -> str:
    """Who has read it, and when."""
    return ", ".join(f"{seen.officer} {brief(seen.at, now)}" for seen in row.readers)


def in_sign(row: InRow, now: Instant) -> tuple[str, str]:
    """Icon and colour of the state of what came in."""
    state = row.received.state
    if row.received.withdrawn_by:
        return "undo-2", "muted"
    if state == "refused":
        return "ban", "danger"
    if state == "waiting":
        return "clock", "warning"
    if row.received.expires is not None and now >= row.received.expires:
        return "ban", "warning"
    if row.here:
        return "layers", "good"
    return ("inbox", "accent") if row.waits else ("layers", "muted")


def in_state(row: InRow, now: Instant) -> str:
    """The state of what came in."""
    one = row.received
    if one.withdrawn_by:
        return tr("withdrawn by the sender")
    if one.state == "refused":
        return tr("refused: {reason}", reason=reason_text(one.code))
    if one.state == "waiting":
        return reason_text(one.code or "gap")
    if one.expires is not None and now >= one.expires:
        return tr("expired {time}", time=brief(one.expires, now))
    if one.kind in LETTERS:
        return tr("in the logbook; see Requests") if one.state == "applied" else tr("new; see Requests")
    if row.here or row.waits or not row.elsewhere:
        return tr("on the picture") if row.here else tr("new, not on the picture yet")
    names = ", ".join(row.elsewhere)
    return tr("on the picture of {name}", name=names) if one.on else tr("belongs to {name}", name=names)


ORDERS: Final[dict[OrderState, tuple[Message, str, str]]] = {
    OrderState.ACTIVE: (Message("in force"), "repeat", "good"),
    OrderState.PAUSED: (Message("paused"), "pause", "warning"),
    OrderState.ENDED: (Message("ended"), "circle-check", "muted"),
    OrderState.STOPPED: (Message("stopped by the program"), "ban", "danger"),
}
REASONS: Final[dict[str, Message]] = {
    "time-over": Message("its time is over"),
    "share-withdrawn": Message("the share was withdrawn"),
    "share-expired": Message("the share has expired"),
    "share-stopped": Message("the other centre did not take the share in"),
    "peer-revoked": Message("the centre was revoked"),
    "needs-officer": Message("something needs a consent or an officer's confirmation"),
}


def order_state(row: OrderRow) -> str:
    """How a standing order stands and why, by whom."""
    order = row.order
    text = said(ORDERS[order.state][0])
    if order.state is OrderState.ACTIVE:
        return text
    reason = said(REASONS[order.reason]) if not order.by and order.reason in REASONS else order.reason
    return ": ".join(part for part in (text, ", ".join(p for p in (order.by, reason) if p)) if part)


def order_sign(row: OrderRow) -> tuple[str, str]:
    """Icon and colour of how it stands."""
    return ORDERS[row.order.state][1:]


def age(at: Instant, now: Instant) -> str:
    """`12 min`."""
    return age_text(at, now)


def alarm_text(row: AlarmRow) -> str:
    """What it is about, and how often."""
    text = reason_text(row.alarm.code)
    if row.alarm.count > 1:
        return f"{text} {ntr('({count} time)', '({count} times)', row.alarm.count)}"
    return text
