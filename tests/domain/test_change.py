from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qroc_desktop.domain.aspects import (
    ASPECT_TYPES,
    SUBJECT_ASPECTS,
    AspectValue,
    Entry,
    Label,
    Marking,
    Nature,
    Presence,
    Situation,
    Wording,
)
from qroc_desktop.domain.change import ChangeError, Patch, check_patch, decode_patch, encode_patch
from qroc_desktop.domain.ids import random_id
from qroc_desktop.domain.instant import (
    BEGINNING,
    FOREVER,
    Instant,
    InstantError,
    from_datetime,
    iso,
    parse,
    to_datetime,
)
from qroc_desktop.domain.shape import point
from qroc_desktop.domain.vocabulary import Aspect, EntryKind, ItemType, Priority, SpecialCategory, SubjectType, Tlp


def test_every_aspect_has_one_type_and_belongs_to_some_subject() -> None:
    assert set(ASPECT_TYPES) == set(Aspect)
    assert set().union(*SUBJECT_ASPECTS.values()) == set(Aspect)
    assert set(SUBJECT_ASPECTS) == set(SubjectType)


def test_patches_survive_writing() -> None:
    patch: Patch = {
        Aspect.WORDING: Wording(title="<b>Łódź</b> \u2028 \x00", description='"'),
        Aspect.SHAPE: point(-0.1, 51.5, radius_m=10.5),
        Aspect.SITUATION: Situation(priority=Priority.FLASH, starts=Instant(FOREVER), ends=Instant(BEGINNING)),
        Aspect.MARKING: Marking(tlp=Tlp.AMBER_STRICT, special=(SpecialCategory.HEALTH,)),
        Aspect.NATURE: None,
        Aspect.PRESENCE: Presence(),
    }
    assert decode_patch(encode_patch(patch)) == patch


@given(st.text(), st.text(), st.text())
def test_any_text_survives_writing(title: str, description: str, place: str) -> None:
    patch = {Aspect.WORDING: Wording(title=title, description=description, place=place)}
    try:
        written = encode_patch(patch)
    except UnicodeEncodeError:  # lone surrogates are no text
        return
    assert decode_patch(written) == patch


def test_writing_is_deterministic_and_leaves_defaults_out() -> None:
    one: dict[Aspect, AspectValue | None] = {
        Aspect.WORDING: Wording(title="x"),
        Aspect.NATURE: Nature(type=ItemType.NOTE),
    }
    other = dict(reversed(one.items()))
    assert encode_patch(one) == encode_patch(other)
    assert encode_patch({Aspect.PRESENCE: Presence()}) == b'{"presence":{}}'


def test_what_a_newer_version_added_is_left_out() -> None:
    data = b'{"wording":{"title":"x","mood":"grim"},"weather":{"rain":true},"motion":null}'
    assert decode_patch(data) == {Aspect.WORDING: Wording(title="x"), Aspect.MOTION: None}


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b'{"wording":3}', b'{"nature":{}}', b'{"entry":{"kind":"joke"}}'])
def test_what_was_not_written_by_us_is_refused(data: bytes) -> None:
    with pytest.raises((msgspec.DecodeError, msgspec.ValidationError)):
        decode_patch(data)


@pytest.mark.parametrize(
    ("subject", "patch"),
    [
        (SubjectType.ITEM, {}),
        (SubjectType.ITEM, {Aspect.LABEL: Label(name="x")}),
        (SubjectType.LAYER, {Aspect.SHAPE: point(0, 0)}),
        (SubjectType.ENTRY, {Aspect.PRESENCE: Presence(removed=True)}),
        (SubjectType.ITEM, {Aspect.WORDING: "text"}),
        (SubjectType.ITEM, {Aspect.WORDING: Presence()}),
        (SubjectType.WORKSPACE, {Aspect.ENTRY: Entry(kind=EntryKind.MESSAGE, text="x")}),
    ],
)
def test_patches_that_do_not_fit_their_subject(subject: SubjectType, patch: dict[Aspect, object]) -> None:
    with pytest.raises(ChangeError):
        check_patch(subject, patch)  # type: ignore[arg-type]


@given(st.datetimes(timezones=st.just(UTC)))
def test_instants_are_exact(moment: datetime) -> None:
    assert to_datetime(from_datetime(moment)) == moment
    assert parse(iso(from_datetime(moment))) == from_datetime(moment)


def test_instants_need_a_zone() -> None:
    assert parse("2026-11-23T14:05:00+01:00") == parse("2026-11-23T13:05:00Z") == 1_795_439_100_000_000
    two_east = timezone(timedelta(hours=2))
    assert from_datetime(datetime(1970, 1, 1, 2, tzinfo=two_east)) == 0
    for text in ("2026-11-23T14:05:00", "14:05", "yesterday", "", "2026-11-23"):
        with pytest.raises(InstantError):
            parse(text)
    with pytest.raises(InstantError):
        from_datetime(datetime(2026, 1, 1))  # noqa: DTZ001 - the point of the test


def test_ids_are_not_reused() -> None:
    ids = {random_id() for _ in range(1_000)}
    assert len(ids) == 1_000
    assert all(len(id_) == 32 and int(id_, 16) >= 0 for id_ in ids)
