"""Whose information something is: told by the name in its marking, and by keys where a name alone is not enough."""

from __future__ import annotations

import pytest

from qroc_desktop.domain.aspects import AspectValue, Marking, Origin
from qroc_desktop.domain.instant import Instant
from qroc_desktop.domain.state import Item
from qroc_desktop.domain.vocabulary import Aspect
from qroc_desktop.policy.context import BUNDLE, Context, Recipient, forwards
from qroc_desktop.policy.vocabulary import Purpose, RecipientKind

AT = Instant(0)


@pytest.mark.parametrize(
    ("originator", "format_", "sender", "key", "expected"),
    [
        ("", "", "", "b-key", False),  # ours, nobody says otherwise
        ("Ours", BUNDLE, "b-key", "b-key", False),
        ("Theirs", BUNDLE, "b-key", "b-key", False),  # back to where it came from
        ("Theirs", BUNDLE, "other-key", "b-key", True),  # another one says that it is theirs: of which namesake?
        ("Theirs", BUNDLE, "other-key", "", False),  # a recipient without keys, as in tables of what-ifs
        ("Theirs", "cap", "somebody@example.org", "b-key", False),  # a sender of another format is no key
        ("Theirs", "", "", "b-key", False),  # written down here by hand
        ("theirs", "", "", "b-key", True),  # written differently is somebody else
        ("Elsewhere", BUNDLE, "b-key", "b-key", True),
    ],
)
def test_what_is_passed_on(originator: str, format_: str, sender: str, key: str, expected: bool) -> None:
    aspects: dict[Aspect, AspectValue] = {
        Aspect.MARKING: Marking(originator=originator),
        Aspect.ORIGIN: Origin(format=format_, sender=sender),
    }
    item = Item(id="i", aspects=aspects, seqs={}, valid_from=AT, known_from=AT)
    to = Recipient(centre="Theirs", country="DE", kind=RecipientKind.EU, key=key)
    context = Context(centre="Ours", recipient=to, purpose=Purpose.PREVENTION, basis="x/y", at=AT)
    assert forwards(item, context) is expected
