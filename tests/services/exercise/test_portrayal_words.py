"""What a property of an entity is in the words of the exercise, whatever language the program speaks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from qroc_desktop.domain.aspects import Wording
from qroc_desktop.domain.instant import Instant
from qroc_desktop.domain.vocabulary import Aspect
from qroc_desktop.exercise.review import met_in_time
from qroc_desktop.exercise.view import Seen
from qroc_desktop.services.exercise.portrayal import Portrayal
from qroc_desktop.services.exercise.told_media import ToldMedia
from qroc_desktop.translation import use_language

TRANSLATIONS = Path(__file__).parents[3] / "resources" / "translations"


@pytest.fixture(params=["en", "de"])
def _spoken(request: pytest.FixtureRequest) -> Iterator[None]:
    use_language(request.param, TRANSLATIONS)
    yield
    use_language("en", TRANSLATIONS)


@pytest.mark.usefixtures("_spoken")
@pytest.mark.parametrize(("language", "words"), [("de", "a: ja\nb: nein"), ("en", "a: yes\nb: no")])
def test_yes_and_no_are_in_the_language_of_the_run(language: str, words: str) -> None:
    seen = Seen(id="car", type="a-u-G", own=True, place=(9.5, 47.1), props={"a": True, "b": False})
    made = Portrayal(lambda t: Instant(t * 1000), language, ToldMedia(lambda name: None)).aspects(seen)
    wording = made[Aspect.WORDING]
    assert isinstance(wording, Wording)
    assert wording.description == words


@pytest.mark.parametrize(
    ("due", "done", "at", "met"),
    [
        (None, 5, 9, None),
        (10, 10, 10, True),
        (10, 11, 11, False),
        (10, None, 10, None),
        (10, None, 11, False),
    ],
)
def test_what_is_due_is_met_at_its_last_moment_and_failed_only_after_it(
    due: int | None, done: int | None, at: int, met: bool | None
) -> None:
    assert met_in_time(due, done, at) is met
