"""The fold's laws, from its definition and not from its code."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from qroc_desktop.domain.aspects import AspectValue, Motion, Presence, Wording
from qroc_desktop.domain.change import Change, Patch
from qroc_desktop.domain.fold import fold_subject
from qroc_desktop.domain.instant import BEGINNING, FOREVER, Instant
from qroc_desktop.domain.state import Item
from qroc_desktop.domain.vocabulary import Aspect, SubjectType

values: dict[Aspect, st.SearchStrategy[AspectValue | None]] = {
    Aspect.WORDING: st.sampled_from([Wording(title="one"), Wording(title="two"), None]),
    Aspect.MOTION: st.sampled_from([Motion(speed_ms=1.0), None]),
    Aspect.PRESENCE: st.sampled_from([Presence(removed=True), Presence()]),
}
patches = st.sets(st.sampled_from(list(values)), min_size=1).flatmap(
    lambda aspects: st.fixed_dictionaries({aspect: values[aspect] for aspect in aspects})
)


@st.composite
def histories(draw: st.DrawFn) -> list[Change]:
    """Changes in the order of recording; true at any time."""
    recorded, changes = 0, []
    for seq in range(1, draw(st.integers(1, 12)) + 1):
        recorded += draw(st.integers(0, 3))
        changes.append(change(seq, draw(patches), valid=draw(st.integers(-5, 30)), recorded=recorded))
    return changes


def change(seq: int, patch: Patch, *, valid: int, recorded: int) -> Change:
    return Change(
        seq=seq,
        batch="b",
        subject_type=SubjectType.ITEM,
        subject="a",
        patch=patch,
        valid_at=Instant(valid),
        recorded_at=Instant(recorded),
        author=f"author {seq}",
    )


def folded(changes: list[Change], valid: int, known: int = FOREVER) -> Item | None:
    return fold_subject(changes, Item, valid=Instant(valid), known=Instant(known))


@given(histories(), st.integers(-6, 31), st.integers(-1, 40), st.randoms(use_true_random=False))
def test_the_order_in_which_changes_are_given_does_not_matter(
    changes: list[Change], valid: int, known: int, rng: random.Random
) -> None:
    shuffled = list(changes)
    rng.shuffle(shuffled)
    assert folded(shuffled, valid, known) == folded(changes, valid, known)


@given(histories(), st.integers(-6, 31), st.integers(-1, 40))
def test_what_is_not_true_yet_or_not_known_yet_counts_for_nothing(
    changes: list[Change], valid: int, known: int
) -> None:
    visible = [c for c in changes if c.valid_at <= valid and c.recorded_at <= known]
    assert folded(changes, valid, known) == folded(visible, FOREVER)
    if not visible:
        assert folded(changes, valid, known) is None


@given(histories(), st.integers(-6, 31))
def test_each_aspect_is_what_was_said_last_about_the_latest_instant(changes: list[Change], valid: int) -> None:
    item = folded(changes, valid)
    for aspect in values:
        said = [c for c in changes if c.valid_at <= valid and aspect in c.patch]
        if not said:
            assert item is None or aspect not in item.seqs
            continue
        assert item is not None
        latest = max(c.valid_at for c in said)
        last = [c for c in said if c.valid_at == latest][-1]
        assert item.seqs[aspect] == last.seq
        assert item.aspects.get(aspect) == last.patch[aspect]


@given(histories())
def test_a_correction_of_the_past_leaves_what_was_known_alone(changes: list[Change]) -> None:
    last = max(c.recorded_at for c in changes)
    late = change(99, {Aspect.WORDING: Wording(title="late")}, valid=-10, recorded=last + 1)
    for valid in range(-11, 32, 3):
        assert folded([*changes, late], valid, last) == folded(changes, valid, last)


def test_an_example_by_hand() -> None:
    changes = [
        change(1, {Aspect.WORDING: Wording(title="smoke")}, valid=10, recorded=10),
        change(2, {Aspect.WORDING: Wording(title="fire")}, valid=20, recorded=20),
        change(3, {Aspect.WORDING: Wording(title="steam")}, valid=15, recorded=30),
        change(4, {Aspect.MOTION: Motion(speed_ms=2.0)}, valid=20, recorded=30),
    ]

    def title(valid: int, known: int) -> str | None:
        item = folded(changes, valid, known)
        return item.wording.title if item else None

    assert title(9, 99) is None
    assert title(10, 9) is None
    assert title(17, 29) == "smoke"
    assert title(17, 30) == "steam"
    assert title(20, 30) == "fire"
    item = folded(changes, 25, 30)
    assert item is not None
    assert (item.valid_from, item.known_from, item.author) == (20, 30, "author 4")
    assert folded([], 0) is None
    assert folded(changes, BEGINNING) is None
