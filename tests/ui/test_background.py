from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from qroc_desktop.domain.instant import Instant
from qroc_desktop.errors import Message, Refused
from qroc_desktop.services.progress import Task
from qroc_desktop.ui.background import Background, LongJob
from qroc_desktop.ui.notices import Notices
from tests.ui.desk_window import PATIENCE


@pytest.fixture
def background(qtbot: QtBot) -> Iterator[Background]:
    made = Background(Notices(lambda: Instant(0)))
    yield made
    made.close()


def told(background: Background) -> list[str]:
    return [notice.text for notice in background._notices.history]


def test_results_come_back_in_the_gui_thread(background: Background, qtbot: QtBot) -> None:
    where: list[str] = []
    background.read(
        lambda: threading.current_thread().name, lambda name: where.extend([name, threading.current_thread().name])
    )
    qtbot.waitUntil(lambda: len(where) == 2, timeout=PATIENCE)
    assert where[0].startswith("qroc-read")
    assert where[1] == threading.main_thread().name


def test_of_questions_of_one_key_the_newest_is_answered(background: Background, qtbot: QtBot) -> None:
    answers: list[int] = []
    gate = threading.Event()
    background.read(lambda: gate.wait(10) and 1, answers.append, key="table")
    background.read(lambda: 2, answers.append, key="table")
    gate.set()
    qtbot.waitUntil(lambda: background.idle, timeout=PATIENCE)
    assert answers == [2]


def test_writes_are_done_in_the_order_they_were_asked_for(background: Background, qtbot: QtBot) -> None:
    order: list[int] = []
    for n in range(50):
        background.write(lambda n=n: order.append(n))  # type: ignore[misc]
    qtbot.waitUntil(lambda: background.idle, timeout=PATIENCE)
    assert order == list(range(50))


def test_a_refusal_becomes_a_notice(background: Background, qtbot: QtBot) -> None:
    failed: list[int] = []

    def refuse() -> None:
        raise Refused(Message("The layer is locked."))

    background.write(refuse, failed=lambda: failed.append(1))
    qtbot.waitUntil(lambda: bool(failed), timeout=PATIENCE)
    assert told(background) == ["The layer is locked. Nothing was changed."]


@pytest.mark.expects_log("work failed")
def test_what_nobody_expected_is_logged_and_told(background: Background, qtbot: QtBot) -> None:
    background.write(lambda: 1 // 0)
    qtbot.waitUntil(lambda: bool(told(background)), timeout=PATIENCE)
    assert "ZeroDivisionError" in told(background)[0]


def test_long_work_says_how_far_it_is_and_stops(background: Background, qtbot: QtBot) -> None:
    jobs: list[LongJob] = []
    progress: list[tuple[int, int]] = []
    background.long_started.connect(jobs.append)
    go_on = threading.Event()

    def work(task: Task) -> None:
        task.step(1, 3)
        go_on.wait(10)
        task.step(2, 3)

    job = background.long("Importing", work)
    job.progressed.connect(lambda done, total: progress.append((done, total)))
    assert jobs == [job]
    job.cancel()
    go_on.set()
    qtbot.waitUntil(lambda: bool(told(background)), timeout=PATIENCE)
    assert told(background) == ["Stopped. Nothing was changed."]


def test_closing_lets_writes_finish(qtbot: QtBot) -> None:
    background = Background(Notices(lambda: Instant(0)))
    order: list[int] = []
    for n in range(20):
        background.write(lambda n=n: order.append(n))  # type: ignore[misc]
    background.close()
    assert order == list(range(20))
