"""Everything that the policy can say has a sentence, and what nobody has verified says so."""

from __future__ import annotations

from enum import Enum

import pytest

from qroc_desktop.policy import Instruments, Policy, load, words
from qroc_desktop.policy.channels import listed
from qroc_desktop.policy.fields import Field
from qroc_desktop.policy.vocabulary import Code, Ground, Level, Outcome, Purpose, RecipientKind
from tests.policy.oracle import BASES, Share, Told
from tests.policy.picture import built, context


@pytest.fixture(scope="module")
def instruments() -> Instruments:
    return load()


@pytest.mark.parametrize(
    ("table", "codes"),
    [
        (words.REASONS, Code), (words.FIELDS, Field), (words.OUTCOMES, Outcome), (words.PURPOSES, Purpose),
        (words.RECIPIENTS, RecipientKind), (words.GROUNDS, Ground), (words.LEVELS, Level),
    ],
)  # fmt: skip
def test_every_code_has_words_of_its_own(table: dict[Enum, object], codes: type[Enum]) -> None:
    assert set(table) == set(codes)
    assert len({str(message) for message in table.values()}) == len(table)


def test_every_datum_of_the_shipped_instruments_has_words(instruments: Instruments) -> None:
    assert set(words.INSTRUMENTS) == {i.id for i in instruments}
    assert set(words.BASES) == set(instruments.bases) == set(BASES)
    assert {name: set(table) for name, table in words.LISTS.items()} == {
        name: {entry.id for entry in listed(instruments, name)} for i in instruments for name in i.lists
    }


def test_a_refusal_reads_as_a_sentence_with_its_article(instruments: Instruments) -> None:
    told = Told(subject="unknown")
    share = Share(to="peer", kind="eu", purpose="prevention", basis="pruem-2008-615/14", grounds=frozenset())
    reasons = Policy(instruments).decide(built(told), context(told, share)).reasons
    said = [
        (str(words.instrument(r.instrument, instruments)), str(words.cited(r)), str(words.sentence(r)), words.detail(r))
        for r in reasons
    ]
    assert said == [
        (
            "Council Decision 2008/615/JHA (Prüm)",
            "art. 14 (from memory, not verified)",
            "An officer has to confirm first what the legal basis requires.",
            words.GROUNDS[Ground.OFFENCE_OR_THREAT],
        ),
        (
            "Directive (EU) 2016/680",
            "art. 6",
            "It is not known whether the person is a suspect, a victim or someone else.",
            None,
        ),
    ]


def test_what_is_not_verified_says_so_and_nothing_else_does(instruments: Instruments) -> None:
    entries = [entry for i in instruments for name in i.lists for entry in listed(instruments, name)]
    assert {entry.verified for entry in entries} == {True, False}
    assert all(("not verified" in str(words.cited(entry))) is not entry.verified for entry in entries)


def test_labels_and_codes_are_cited_as_they_are_written(instruments: Instruments) -> None:
    told = Told(tlp="TLP:RED", handling="H3")
    share = Share(to="peer", kind="eu", purpose="prevention", basis="dir-2023-977/request", mode="exercise")
    reasons = Policy(instruments).decide(built(told), context(told, share)).reasons
    assert [str(words.cited(reason)) for reason in reasons] == ["Rules of QROC Desktop, no. 2", "H3", "TLP:RED"]


def test_what_was_added_to_the_folder_is_called_by_its_own_title() -> None:
    from qroc_desktop.policy.instruments import Instrument

    added = Instrument(id="treaty", version=1, title="Treaty {of} 2030")
    all_of_them = Instruments([*load(), added])
    assert str(words.instrument("treaty", all_of_them)) == "Treaty {of} 2030"
    assert str(words.basis("treaty/4", all_of_them)) == "Treaty {of} 2030, 4"
    assert str(words.instrument("gone", all_of_them)) == "gone"
