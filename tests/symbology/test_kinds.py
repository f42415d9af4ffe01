from __future__ import annotations

from pathlib import Path

import pytest

from qroc_desktop.domain.aspects import Nature
from qroc_desktop.domain.standard_identity import affiliation_of_sidc, is_sidc
from qroc_desktop.domain.vocabulary import Affiliation, ItemType, Priority
from qroc_desktop.errors import Damaged
from qroc_desktop.symbology import Kinds


def test_every_kind_is_whole(kinds: Kinds) -> None:
    assert len(kinds) > 300
    for kind in kinds:
        assert is_sidc(kind.sidc), kind.code
        assert affiliation_of_sidc(kind.sidc) is Affiliation.UNKNOWN, kind.code
        assert kind.name.strip() == kind.name != "", kind.code
        assert not kind.parent or kind.code.startswith(kind.parent + "-")


def test_names_are_told_apart(kinds: Kinds) -> None:
    names = [kind.name for kind in kinds]
    assert [name for name in names if names.count(name) > 1] == []


def test_every_item_type_and_urgent_priority_has_its_own(kinds: Kinds) -> None:
    for type_ in ItemType:
        assert kinds.fallback(type_).type is type_
    assert set(kinds.badges) == {Priority.FLASH, Priority.IMMEDIATE, Priority.PRIORITY}
    assert len({badge.shape for badge in kinds.badges.values()}) == 3


@pytest.mark.parametrize(
    ("cot", "name"),
    [
        ("a-u-X-i-l-c-d", "Demonstration"),
        ("a-h-X-i-l-c-d", "Demonstration"),
        ("a-.-X-i-l-c-d-z-z", "Demonstration"),
        ("a-f-G-U-i-l-patrol", "Police patrol car"),
        ("a-f-G-U-C-I-M", "Military unit"),
        ("a-n-G-I-X-H", "Hospital"),
        ("a-f-G", "Ground track"),
        ("b-m-p-s-m", "Note"),
        ("u-d-f", "Area"),
    ],
)
def test_match_takes_the_longest_known_prefix(kinds: Kinds, cot: str, name: str) -> None:
    kind = kinds.match(cot)
    assert kind is not None
    assert kind.name == name


@pytest.mark.parametrize("cot", ["", "x", "a", "a-f", "t-x-c-t", "a-f-Q", "-", "a--", "\x00"])
def test_match_knows_when_it_does_not_know(kinds: Kinds, cot: str) -> None:
    assert kinds.match(cot) is None


@pytest.mark.parametrize(
    ("sidc", "name"),
    [
        ("10034000001201000000", "Demonstration"),
        ("13064000001201000000", "Demonstration"),
        ("100640000012010000001234567890", "Demonstration"),
        ("10014000001601001600", "Air accident"),
        ("10014000001201002200", "Demonstration"),
        ("10032000001207020000", "Hospital"),
        ("10031000001211020000", "Military unit"),
        ("SFGPUCIM-------", "Military unit"),
        ("SFGPIXH----H---", "Hospital"),
    ],
)
def test_match_sidc(kinds: Kinds, sidc: str, name: str) -> None:
    kind = kinds.match_sidc(sidc)
    assert kind is not None
    assert kind.name == name


@pytest.mark.parametrize("sidc", ["", "1003", "99999999999999999999", "'); evil(", "SFG", "ＳＦＧＰＵＣＩＭ－－－"])
def test_match_sidc_of_nonsense(kinds: Kinds, sidc: str) -> None:
    assert kinds.match_sidc(sidc) is None


def test_the_code_of_a_file_wins(kinds: Kinds) -> None:
    nature = Nature(type=ItemType.UNIT, kind="a-f-G-U-i-l", sidc="10061000001211000000", affiliation=Affiliation.FRIEND)
    assert kinds.symbol_for(nature) == "10061000001211000000"


def test_affiliation_goes_into_the_code(kinds: Kinds) -> None:
    # MIL-STD-2525D, table A-I: pending 0, unknown 1, assumed friend 2, friend 3, neutral 4, suspect 5, hostile 6.
    digits = {
        affiliation: kinds.symbol_for(Nature(type=ItemType.UNIT, kind="a-.-G-U-i-l", affiliation=affiliation))[3]
        for affiliation in Affiliation
    }
    assert digits == {
        Affiliation.PENDING: "0",
        Affiliation.UNKNOWN: "1",
        Affiliation.ASSUMED_FRIEND: "2",
        Affiliation.FRIEND: "3",
        Affiliation.NEUTRAL: "4",
        Affiliation.SUSPECT: "5",
        Affiliation.HOSTILE: "6",
    }


@pytest.mark.parametrize(
    ("kind", "affiliation", "sidc"),
    [
        ("a-f-G-U-C-I-M", Affiliation.FRIEND, "SFGPUCIM-------"),
        ("a-h-G-E-W-R", Affiliation.UNKNOWN, "SHGPEWR--------"),
        ("a-f-A-M-F-F", Affiliation.HOSTILE, "SHAPMFF--------"),
        ("a-f-G-U-C-I-d", Affiliation.FRIEND, "10031000001211000000"),
        ("", Affiliation.UNKNOWN, "10014000000000000000"),
    ],
)
def test_finer_types_than_ours_keep_their_symbol(kinds: Kinds, kind: str, affiliation: Affiliation, sidc: str) -> None:
    assert kinds.symbol_for(Nature(type=ItemType.INCIDENT, kind=kind, affiliation=affiliation)) == sidc


@pytest.mark.parametrize("sidc", ["nonsense", "1", "<svg>", "10031000001211000000x"])
def test_a_code_that_is_none_does_not_win(kinds: Kinds, sidc: str) -> None:
    nature = Nature(type=ItemType.INCIDENT, kind="a-u-X-i-l-c-d", sidc=sidc)
    assert kinds.symbol_for(nature) == "10014000001201000000"


def test_tree(kinds: Kinds) -> None:
    assert [kind.code for kind in kinds.children("a-.-X-i-g-e")] == ["a-.-X-i-g-e-a", "a-.-X-i-g-e-e"]
    assert [kind.code for kind in kinds.children(type_=ItemType.TRACK)] == ["a-.-G", "a-.-U", "b-t-t"]
    reached, open_ = set(), [kind.code for kind in kinds.children()]
    while open_:
        code = open_.pop()
        reached.add(code)
        open_ += [kind.code for kind in kinds.children(code)]
    assert reached == {kind.code for kind in kinds}


def test_search_by_name_word_and_code(kinds: Kinds) -> None:
    assert kinds.search("demo")[0].name == "Demonstration"
    assert "Active shooter" in [kind.name for kind in kinds.search("amok")]
    assert kinds.search("bomb threat")[0].name == "Bomb threat"
    assert kinds.search("hospital")[0].name == "Hospital"
    assert kinds.search("zzzz") == []
    assert all(kind.type is ItemType.UNIT for kind in kinds.search("police", type_=ItemType.UNIT))


def test_search_in_another_language_without_diacritics(kinds: Kinds) -> None:
    words = {"Earthquake": "Séisme", "Riot": "Émeute"}

    def french(text: str) -> str:
        return words.get(text, text)

    assert [kind.name for kind in kinds.search("emeu", french)] == ["Riot"]
    assert kinds.search("seisme", french)[0].name == "Earthquake"
    assert kinds.search("riot", french)[0].name == "Riot"


def test_templates_are_the_names_and_words(kinds: Kinds) -> None:
    templates = kinds.templates()
    assert "Demonstration" in templates
    assert len(templates) == len(set(templates))
    assert "" not in templates


@pytest.mark.parametrize("text", ["", "not = [toml", '[priority.9]\nshape="x"\nfill="y"\n[fallback]\n[kinds]\n'])
def test_a_damaged_list_is_told_in_one_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "kinds.toml"
    path.write_text(text)
    with pytest.raises(Damaged) as caught:
        Kinds.load(path)
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)
