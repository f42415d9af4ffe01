"""German says everything that the program says, with the same things filled in."""

from __future__ import annotations

import ast
import re
from collections import Counter

import pytest
from babel.messages.catalog import Catalog
from babel.messages.catalog import Message as Entry
from babel.messages.pofile import read_po

from qroc_desktop import translation
from qroc_desktop.domain.vocabulary import ItemType, Priority
from qroc_desktop.domain.words import PRIORITIES
from qroc_desktop.errors import CONTEXT, Message
from qroc_desktop.formats.csv_mapping import TARGETS
from qroc_desktop.paths import PACKAGE, program_files
from qroc_desktop.symbology import Kinds
from qroc_desktop.ui.actions import ACTIONS, MENUS, PARENT
from qroc_desktop.ui.dialogs.column_words import COLUMN_WORDS

FOLDER = program_files().resources / "translations"


@pytest.fixture(scope="module")
def german() -> Catalog:
    with (FOLDER / "de" / "LC_MESSAGES" / "qroc.po").open("rb") as file:
        return read_po(file, locale="de", abort_invalid=True)


def said() -> set[str | tuple[str, str]]:
    """All templates that the source holds, singular and plural together; those inside f-strings too, which gettext's
    own extractors pass over."""
    found: set[str | tuple[str, str]] = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id="ntr") | ast.Attribute(attr="ntr"), args=[one, many, *_]):
                    found.update(zip(templates(one), templates(many), strict=True))
                case ast.Call(func=ast.Name(id="tr" | "Message") | ast.Attribute(attr="tr"), args=[first, *_]):
                    found.update(templates(first))
    return found


def templates(node: ast.expr) -> list[str]:
    match node:
        case ast.Constant(value=str(text)):
            return [text] if text else []
        case ast.IfExp():
            return [*templates(node.body), *templates(node.orelse)]
    return []  # a name of a kind, or the template of a message that stands elsewhere


def first(entry: Entry) -> str:
    return entry.id if isinstance(entry.id, str) else entry.id[0]


def names(text: str) -> Counter[str]:
    return Counter(re.findall(r"{(\w+)", text))


def test_everything_is_said_in_german(german: Catalog) -> None:
    missing = []
    for message in said():
        context, _, text = (message if isinstance(message, str) else message[0]).rpartition(CONTEXT)
        entry = german.get(text, context or None)
        if entry is None or not entry.string or (isinstance(entry.string, tuple) and not all(entry.string)):
            missing.append(message)
    assert missing == []


def test_nothing_is_kept_in_german_that_nobody_says(german: Catalog, kinds: Kinds) -> None:
    singular = {message if isinstance(message, str) else message[0] for message in said()}
    known = singular | {text for kind in kinds for text in (kind.name, kind.words)}
    kept = {f"{entry.context}{CONTEXT}{text}" if entry.context else text for entry in german if (text := first(entry))}
    assert sorted(kept - known) == []


def test_every_column_of_a_table_has_words() -> None:
    assert tuple(COLUMN_WORDS) == TARGETS


def test_every_kind_has_a_german_name(german: Catalog, kinds: Kinds) -> None:
    assert [kind.name for kind in kinds if german.get(kind.name) is None] == []


def test_every_kind_can_be_searched_by_german_words(german: Catalog, kinds: Kinds) -> None:
    def said_in_german(words: str) -> bool:
        entry = german.get(words)
        return entry is not None and bool(entry.string)

    assert [kind.name for kind in kinds if kind.words and not said_in_german(kind.words)] == []


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("amoklage", "Active shooter"), ("geisel", "Hostage taking"), ("geisellage", "Hostage taking"),
        ("schießerei", "Shooting"), ("schiesserei", "Shooting"), ("schüsse", "Shooting"),
        ("bombendrohung", "Bomb threat"), ("brand", "Fire"), ("feuer", "Fire"), ("verkehrsunfall", "Road accident"),
        ("demo", "Demonstration"), ("kundgebung", "Demonstration"), ("vermisst", "Missing person"),
        ("überfall", "Robbery"), ("messerattacke", "Knife attack"), ("MANV", "Mass casualty incident"),
        ("fliegerbombe", "Unexploded ordnance"), ("krawall", "Riot"), ("überschwemmung", "Flood"),
        ("fahndung", "Search"), ("leiche", "Dead body found"), ("amokfahrt", "Vehicle attack"),
    ],
)
def test_what_a_german_officer_types_finds_what_is_meant(
    typed: str, meant: str, kinds: Kinds, in_german: None
) -> None:
    found = kinds.search(typed, translation.tr, ItemType.INCIDENT)
    assert meant in [kind.name for kind in found[:4]]


def test_a_priority_and_its_third_level_are_two_words(in_german: None) -> None:
    levels = [translation.said(word) for word in PRIORITIES.values()]
    assert translation.tr("Priority") == "Priorität"
    assert levels == ["Blitz", "Sofort", "Dringend", "Routine"]
    assert str(PRIORITIES[Priority.PRIORITY]) == "Priority"
    translation.use_language("en", FOLDER)
    assert translation.said(PRIORITIES[Priority.PRIORITY]) == "Priority"


def test_what_is_filled_in_is_the_same(german: Catalog) -> None:
    wrong = []
    for entry in german:
        if isinstance(entry.id, str):
            if entry.id and names(entry.id).keys() != names(str(entry.string)).keys():
                wrong.append(entry.id)
        elif any(names(entry.id[1]).keys() != names(form).keys() for form in list(entry.string or ())[1:]):
            wrong.append(entry.id[0])
    assert wrong == []


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("menu", sorted(MENUS))
def test_no_letter_is_underlined_twice_in_a_menu(menu: str, language: str, in_german: None) -> None:
    translation.use_language(language, FOLDER)
    texts = [translation.said(spec.text) for spec in ACTIONS if spec.menu == menu]
    texts += [translation.said(MENUS[name]) for name, parent in PARENT.items() if parent == menu]
    letters = Counter(m.group(1).lower() for text in texts if (m := re.search(r"&(\w)", text)))
    assert [letter for letter, times in letters.items() if times > 1] == []


def test_menus_themselves_differ_in_their_letters(in_german: None) -> None:
    bar = ("file", "edit", "view", "draw", "map", "time", "help")
    letters = [re.search(r"&(\w)", translation.said(MENUS[m])) for m in bar]
    assert len({m.group(1).lower() for m in letters if m}) == len(bar)


def test_german_is_spoken(in_german: None) -> None:
    assert translation.said(Message("The layer is locked.")) == "Die Ebene ist gesperrt."
    assert translation.ntr("{count} item", "{count} items", 2) == "2 Objekte"
