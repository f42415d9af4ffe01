"""The files of legal instruments: what they claim, and what happens to those that are no good."""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec
import pytest

from qroc_desktop.errors import Damaged
from qroc_desktop.paths import program_files
from qroc_desktop.policy import Instrument, Instruments, Policy, load
from qroc_desktop.policy.channels import (
    CHANNEL_EXCEPTION,
    OWN_INITIATIVE,
    REFUSAL_GROUND,
    REQUEST_FIELD,
    SPOC_COPY_WAIVER,
    URGENCY_GROUND,
    Channel,
    checked_channel,
    listed,
)
from qroc_desktop.policy.vocabulary import Level
from tests.policy.oracle import Share, Told
from tests.policy.picture import built, context

SHIPPED = program_files().resources / "instruments"
HEAD = 'id = "x"\nversion = 1\ntitle = "X"\n'
RULE = '[[rules]]\ncode = "handling-h2"\narticle = "1"\nverified = false\n'
BASIS = '[[bases]]\nid = "b"\narticle = "1"\nverified = false\npurposes = ["prevention"]\nrecipients = ["eu"]\n'
LIMIT = '[[limits]]\nid = "l"\narticle = "1"\nverified = false\n'


@pytest.fixture(scope="module")
def instruments() -> Instruments:
    return load()


def test_the_lists_are_those_of_the_law(instruments: Instruments) -> None:
    def ids(name: str) -> list[str]:
        return [entry.id for entry in listed(instruments, name)]

    assert ids(REFUSAL_GROUND) == ["a", "b", "c", "d", "e", "f-i", "f-ii", "f-iii", "g-i", "g-ii", "h"]
    assert ids(CHANNEL_EXCEPTION) == ["third-country", "urgency", "incident"]
    assert ids(SPOC_COPY_WAIVER) == ["sensitive-investigation", "terrorism", "persons-safety"]
    assert ids(URGENCY_GROUND) == ["public-security", "life-or-integrity", "deprivation-of-liberty", "losing-relevance"]
    assert len(ids(REQUEST_FIELD)) == 6
    assert ids(OWN_INITIATIVE) == ["may", "shall"]
    assert ids("no such list") == []


def test_what_nobody_has_read_is_not_called_verified(instruments: Instruments) -> None:
    for name in (URGENCY_GROUND, REQUEST_FIELD, OWN_INITIATIVE):
        assert not any(entry.verified for entry in listed(instruments, name)), name
    for name in (REFUSAL_GROUND, SPOC_COPY_WAIVER):
        assert all(entry.verified for entry in listed(instruments, name)), name
    verified = {f"{i.id}/{limit.id}" for i in instruments for limit in i.limits if limit.verified}
    assert verified == {
        "dir-2023-977/urgent-direct", "dir-2023-977/urgent-indirect", "dir-2023-977/other",
        "fd-2006-960/urgent", "fd-2006-960/listed-offence", "fd-2006-960/other",
    }  # fmt: skip
    # Whom and what a basis covers was not read in full for any of them.
    assert [name for name, (_, basis) in instruments.bases.items() if basis.verified] == []
    assert [i.id for i in instruments if i.repealed] == ["fd-2006-960"]


def test_a_channel_is_recorded_with_its_article(instruments: Instruments) -> None:
    found = checked_channel(instruments, Channel(exception="urgency", waiver="terrorism"))
    assert [(entry.instrument, entry.article) for entry in found] == [
        ("dir-2023-977", "13(2)(b)"), ("dir-2023-977", "4(2)(b)"),
    ]  # fmt: skip
    for channel in (Channel(exception=""), Channel(exception="because"), Channel(exception="urgency", waiver="a")):
        with pytest.raises(Exception, match=r"SIENA|none of the codes"):
            checked_channel(instruments, channel)


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("", Level.NONE), ("  ", Level.NONE), ("LIMITE", Level.NONE), ("Unclassified", Level.NONE),
        ("RESTREINT UE/EU RESTRICTED", Level.RESTRICTED), ("restreint ue", Level.RESTRICTED),
        ("VS-NfD", Level.RESTRICTED), ("VS – Nur für den Dienstgebrauch", Level.RESTRICTED),
        ("VS-NUR FU\u0308R DEN DIENSTGEBRAUCH", Level.RESTRICTED), ("Diffusion  restreinte", Level.RESTRICTED),
        ("CONFIDENTIEL UE/EU CONFIDENTIAL", Level.CONFIDENTIAL), ("SECRET UE", Level.SECRET),
        ("TRÈS SECRET UE/EU TOP SECRET", Level.TOP_SECRET), ("Streng geheim", Level.TOP_SECRET),
        ("none", Level.UNKNOWN), ("???", Level.UNKNOWN), ("LIMITE SECRET", Level.UNKNOWN), ("\u200b", Level.UNKNOWN),
    ],
)  # fmt: skip
def test_a_classification_is_read_in_every_spelling_and_else_feared(
    text: str, level: Level, instruments: Instruments
) -> None:
    assert instruments.level(text) is level


HOSTILE: dict[str, bytes | str] = {
    "empty": "",
    "no toml": "this is no toml",
    "no utf-8": b'id = "\xff\xfe"',
    "a null byte": b'id = "x\0"',
    "too large": "# " + "x" * 300_000,
    "too deep": "a = " + "[" * 20_000 + "]" * 20_000,
    "a field nobody knows": HEAD + "secret_door = true\n",
    "a wrong type": HEAD.replace("1", '"one"'),
    "version nought": HEAD.replace("1", "0"),
    "a version beyond numbers": HEAD.replace("1", "9" * 400),
    "an id that is a path": HEAD.replace('"x"', '"../x"'),
    "a title of many lines": HEAD.replace('"X"', '"""' + "X\n" * 300 + '"""'),
    "a code nobody knows": HEAD + RULE.replace("handling-h2", "let-it-go") + "when = { forwarding = true }\n",
    "a rule that always applies": HEAD + RULE + "when = {}\n",
    "a rule that says nothing of when": HEAD + RULE,
    "an exemption nobody knows": HEAD + RULE + 'when = { forwarding = true }\nunless = ["friend"]\n',
    "a basis for nothing": HEAD + BASIS.replace('["prevention"]', "[]"),
    "a basis twice": HEAD + BASIS + BASIS,
    "a basis without its verification": HEAD + BASIS.replace("verified = false\n", ""),
    "a basis with a limit that is not there": HEAD + BASIS + 'keep = "forever"\n',
    "a basis that lists a marking": HEAD + BASIS + 'only = ["marking.tlp"]\n',
    "a field of an item nobody knows": HEAD + BASIS + 'only = ["wording.secret"]\n',
    "a limit in no unit": HEAD + LIMIT,
    "a limit in two units": HEAD + LIMIT + "hours = 1\ndays = 1\n",
    "a limit that is over before it begins": HEAD + LIMIT + "hours = -8\n",
    "a limit of not a number": HEAD + LIMIT + "hours = nan\n",
    "a marking that is withheld": HEAD + '[[withheld]]\narticle = "1"\nverified = false\nfields = ["marking.tlp"]\n',
    "an id that another file has": HEAD.replace('"x"', '"tlp-2.0"'),
    "a level nobody knows": HEAD + '[[classifications]]\narticle = "1"\nverified = true\nlevel = "a"\ntexts = ["A"]\n',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_that_is_no_good_is_told_in_one_line(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "instruments"
    shutil.copytree(SHIPPED, folder)
    content = HOSTILE[name]
    (folder / "x.toml").write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(Damaged) as damaged:
        load(folder)
    told = str(damaged.value)
    assert "\n" not in told
    assert len(told.removeprefix(str(folder))) < 420
    assert damaged.value.where == str(folder / "x.toml")
    assert "Nothing is shared until this is mended." in told


def test_what_a_decision_must_cite_may_not_be_missing(tmp_path: Path) -> None:
    folder = tmp_path / "instruments"
    shutil.copytree(SHIPPED, folder)
    (folder / "program.toml").unlink()
    with pytest.raises(Damaged, match="no instrument cites basis-unknown"):
        load(folder)
    with pytest.raises(Damaged):
        load(tmp_path / "nowhere")
    (folder / "dangling.toml").symlink_to(tmp_path / "nowhere.toml")
    with pytest.raises(Damaged, match=r"dangling\.toml"):
        load(folder)


def test_what_two_lists_read_differently_is_the_higher() -> None:
    lists = [
        msgspec.convert(
            {
                "id": id_, "version": 1, "title": "X",
                "classifications": [{"article": "1", "verified": False, "level": level, "texts": [text]}],
            },
            Instrument,
        )
        for id_, level, text in (("a", "secret", "Blue"), ("b", "none", "BLUE"), ("c", "none", "TOP SECRET"))
    ]  # fmt: skip
    both = Instruments([*load(), *lists])
    assert (both.level("blue"), both.level("Top Secret")) == (Level.SECRET, Level.TOP_SECRET)
    with pytest.raises(ValueError, match="one id"):
        Instruments([*load(), *lists, lists[0]])


@pytest.mark.parametrize(
    ("told", "officer", "refused"),
    [
        (Told(tlp="TLP:GREEN"), False, True),
        (Told(tlp="TLP:CLEAR"), False, True),
        (Told(tlp="TLP:AMBER"), False, False),
        (Told(tlp="TLP:GREEN"), True, False),
        (Told(tlp="TLP:GREEN", handling_text=True), False, False),
        (Told(tlp="TLP:GREEN", subject="victim"), False, False),
    ],
)
def test_a_rule_applies_where_all_that_it_names_is_so(told: Told, officer: bool, refused: bool) -> None:
    when = {"tlp": ["TLP:GREEN", "TLP:CLEAR"], "personal": False, "lacks": ["named-officer", "handling-text"]}
    rule = {"code": "handling-h3", "article": "9", "verified": False, "when": when}
    made = msgspec.convert({"id": "made", "version": 3, "title": "X", "rules": [rule]}, Instrument)
    share = Share(to="peer", kind="eu", purpose="prevention", basis="dir-2023-977/request", officer=officer)
    decided = Policy(Instruments([*load(), made])).decide(built(told), context(told, share))
    assert [(r.instrument, r.article, r.version) for r in decided.reasons if r.code == "handling-h3"] == (
        [("made", "9", 3)] if refused else []
    )


def test_an_edited_file_changes_decisions_and_its_version_is_cited(tmp_path: Path) -> None:
    told = Told()
    share = Share(to="peer", kind="eu", purpose="major-event", basis="dir-2023-977/request")
    assert not Policy(load()).decide(built(told), context(told, share)).released
    folder = tmp_path / "instruments"
    shutil.copytree(SHIPPED, folder)
    path = folder / "dir-2023-977.toml"
    text = path.read_text(encoding="utf-8").replace("version = 2", "version = 7")
    path.write_text(text.replace('"investigation"]', '"investigation", "major-event"]'), encoding="utf-8")
    decided = Policy(load(folder)).decide(built(told), context(told, share))
    assert decided.released
    assert decided.reasons[0].version == 7
