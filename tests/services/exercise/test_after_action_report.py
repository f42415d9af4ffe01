"""The report as it is read: HTML that runs nothing, PDF whose every page says that it was an exercise."""

from __future__ import annotations

import base64
import hashlib
import io
import re
from collections.abc import Iterator
from pathlib import Path

import lxml.html
import pypdf
import pytest

from qroc_desktop import translation
from qroc_desktop.domain.aspects import Nature, Wording
from qroc_desktop.domain.ids import random_id
from qroc_desktop.domain.shape import Shape
from qroc_desktop.domain.vocabulary import Aspect, ItemType
from qroc_desktop.errors import Refused
from qroc_desktop.paths import program_files
from qroc_desktop.services.exercise.review.after_action import after_action
from qroc_desktop.services.exercise.review.files import AfterActionFiles
from qroc_desktop.services.exercise.review.maps import _content, opened_maps
from qroc_desktop.services.exercise.run import ExerciseRun
from qroc_desktop.services.exercise.runs import Exercises
from tests.exercise.building import VADUZ
from tests.exercise.watch import Watch
from tests.services.reviewed import MARKUP, played

AT = (600_000, 1_800_000)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return played(tmp_path_factory.mktemp("aar") / "run", Watch())


@pytest.fixture(scope="module")
def page(run: Path) -> lxml.html.HtmlElement:
    return lxml.html.fromstring(written(run, run / "report.html"))


@pytest.fixture(scope="module")
def paper(run: Path) -> list[str]:
    """The text of each page, without white space."""
    reader = pypdf.PdfReader(io.BytesIO(written(run, run / "report.pdf")))
    assert all(round(float(side)) in (595, 842) for side in reader.pages[0].mediabox[2:])
    return [squeezed(one.extract_text()) for one in reader.pages]


@pytest.fixture
def german() -> Iterator[None]:
    translation.use_language("de", program_files().resources / "translations")
    yield
    translation.use_language("en", program_files().resources / "translations")


def written(run: Path, out: Path, language: str = "en") -> bytes:
    files = AfterActionFiles(program_files(), clock=Watch().wall)
    files.save(run, out, at=AT, centre="Leitstelle Vaduz", language=language)
    return out.read_bytes()


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def chain(run: Path) -> str:
    return AfterActionFiles(program_files(), clock=Watch().wall).save(run, run / "again.html").chain


def test_the_page_runs_nothing_and_asks_for_nothing(page: lxml.html.HtmlElement) -> None:
    (policy,) = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    (style,) = page.xpath("//style/text()")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
    )
    assert page.xpath("//script | //*[@style] | //link | //iframe | //object") == []
    assert [name for name in page.xpath("//@*/..") for name in name.attrib if name.startswith("on")] == []
    sources = page.xpath("//@src | //@href")
    assert sources
    assert all(source.startswith(("data:image/png", "#part-")) for source in sources)
    assert "url(" not in style


def test_texts_of_the_record_stand_there_as_text(page: lxml.html.HtmlElement, paper: list[str]) -> None:
    text = page.text_content()
    # Observation, improvised inject in the annex, three remarks.
    assert text.count(MARKUP) >= 5
    assert squeezed(MARKUP) in "".join(paper)


def test_it_says_exercise_above_and_below_every_page(page: lxml.html.HtmlElement, paper: list[str]) -> None:
    strips = page.xpath("//div[contains(@class, 'strip')]")
    assert [strip.text_content().count("EXERCISE") for strip in strips] == [2, 2]
    assert len(paper) >= 5
    for number, text in enumerate(paper, start=1):
        assert text.count("EXERCISE") >= 4
        assert f"Page{number}of{len(paper)}" in text


def test_all_parts_are_there(page: lxml.html.HtmlElement, paper: list[str]) -> None:
    heads = [head.text_content() for head in page.xpath("//h2")]
    assert heads == [
        "Summary", "Strengths, improvements, corrective actions", "Objectives and tasks", "What happened",
        "What was expected, and what was done", "What Leitstelle knew, and when".replace("Leitstelle", "blue"),
        "Truth and belief on the map", "Annex: the record",
    ]  # fmt: skip
    whole = "".join(paper)
    for head in heads:
        assert squeezed(head) in whole
    # The course, the latencies, one belief; two maps.
    assert len(page.xpath("//figure/svg")) == 3
    assert len(page.xpath("//figure/img")) == len(AT)
    assert all(figure.xpath("./figcaption") for figure in page.xpath("//figure"))
    cells = page.xpath("//table[@aria-label='Corrective actions']/tbody/tr/td/div[1]/text()")
    assert cells[2:] == ["Keller", "31 May 2027", "open"]


def test_the_contents_of_the_pdf_name_the_right_pages(paper: list[str]) -> None:
    listed = re.search(r"8\.Annex:therecord(\d+)", "".join(paper[:2]))
    assert listed is not None
    page = int(listed.group(1))
    assert "Annex:therecord" in paper[page - 1]
    assert "Everyeventasitwasrecorded" in paper[page - 1]


def test_tables_repeat_their_heads_and_lose_no_row(page: lxml.html.HtmlElement, paper: list[str]) -> None:
    rows = page.xpath("//table[@aria-label='All events']/tbody/tr")
    numbers = [int(text) for text in (row.xpath("string(./td[1])") for row in rows) if text]
    assert numbers == sorted(numbers) == list(range(1, len(numbers) + 1))
    annex = [text for text in paper if "NO.TimeWhat".casefold() in text.casefold()]
    assert len(annex) >= 2, "the annex is longer than a page"
    style = page.xpath("string(//style)")
    assert "table-header-group" in style
    assert "break-inside: avoid" in style


def test_the_report_is_tied_to_the_record(run: Path, page: lxml.html.HtmlElement, paper: list[str]) -> None:
    held = chain(run)
    assert page.text_content().count(held) >= 3
    assert paper[0].count(held) == 1
    assert held in paper[-1]


@pytest.mark.usefixtures("german")
def test_it_speaks_german(run: Path) -> None:
    page = lxml.html.fromstring(written(run, run / "bericht.html", "de"))
    assert page.get("lang") == "de"
    text = "".join(str(part) for part in page.itertext())
    assert "Eine kleine Fahndung" in text
    assert "Auswertungsbericht" in text
    assert "ÜBUNG" in text
    assert not re.search(r"\b(Objective|Measured|Summary|not known|EXERCISE EXERCISE)\b", text)


def test_a_file_of_another_kind_is_refused_and_an_old_one_kept(run: Path, tmp_path: Path) -> None:
    files = AfterActionFiles(program_files(), clock=Watch().wall)
    with pytest.raises(Refused, match=r"HTML or PDF"):
        files.save(run, tmp_path / "report.docx")
    old = tmp_path / "report.html"
    old.write_text("old", encoding="utf-8")
    with pytest.raises(Refused, match="not played"):
        files.save(run, old, at=[99_000_000])
    assert old.read_text(encoding="utf-8") == "old"


def test_the_map_has_what_the_team_had_drawn_by_then(tmp_path: Path) -> None:
    watch = Watch()
    folder = played(tmp_path / "run", watch, over=False)
    running = ExerciseRun(folder, clock=watch.wall, mono=watch.mono, ids=random_id, author="Officer")
    blue = running.desks["blue"]
    drawn = [blue.items.create(
        {
            Aspect.NATURE: Nature(type=ItemType.AREA),
            Aspect.SHAPE: Shape(type="Point", coordinates=VADUZ, radius_m=5_000.0),
            Aspect.WORDING: Wording(title=f"{MARKUP} {number}"),
        }
    )[0] for number in range(3)]  # fmt: skip
    running.tick()
    blue.items.remove(list(blue.workspace.items_by_id(drawn[:1]).values()))
    running.tick()
    reached = running.conduct.clock.t
    running.close()
    with Exercises(watch.wall).reading(folder) as recording:
        found = after_action(recording, at=(reached, reached - 5_000), team="blue")
        before, now = sorted(found.instants, key=lambda one: one.t)
    assert [name for name, _ in now.drawn] == drawn[1:]
    assert before.drawn == ()
    with opened_maps(program_files()) as maps:
        titles = {item.wording.title for item in _content(found, now).items}
        assert f"drawn: {MARKUP} 1" in titles
        assert f"drawn: {MARKUP} 0" not in titles
        assert "blue had drawn 2 things." in maps.picture(found, now, "15:00").told
        assert "drawn" not in maps.picture(found, before, "15:00").told
    files = AfterActionFiles(program_files(), clock=watch.wall)
    files.save(folder, tmp_path / "report.html", at=(reached,), language="en")
    page = lxml.html.fromstring((tmp_path / "report.html").read_bytes())
    assert page.xpath("//script") == []
    assert b"blue had drawn 2 things." in (tmp_path / "report.html").read_bytes()
