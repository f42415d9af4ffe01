"""The program's own log: what a support person needs, nothing that an operation is about.

Records carry codes, file names and exception types; texts of items, log entries and keys stay out.
"""

from __future__ import annotations

import faulthandler
import logging
import logging.handlers
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

_FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"
_QT_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}
_log = logging.getLogger(__name__)


def start_logging(folder: Path) -> Path:
    """Log to a rotating file in `folder` and warnings to standard error; gives the file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "qroc-desktop.log"
    file = logging.handlers.RotatingFileHandler(path, maxBytes=1_000_000, backupCount=3, encoding="utf-8")
    file.setFormatter(logging.Formatter(_FORMAT))
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    root.addHandler(file)
    if sys.stderr is not None:  # a window program on Windows has none
        terminal = logging.StreamHandler()
        terminal.setLevel(logging.WARNING)
        root.addHandler(terminal)
    # Not the rotating file: a crash handler writes to a descriptor, which rotation would take away.
    faulthandler.enable((folder / "crash.log").open("a", encoding="utf-8"))
    qInstallMessageHandler(_qt_message)
    return path


def catch_crashes(tell: Callable[[str], None]) -> None:
    """Log every exception that nobody caught and `tell` a person its type; the program goes on, since
    what was acknowledged is on disk already."""

    def note(kind: type[BaseException], value: BaseException | None, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, value or kind(), trace)
            return
        _log.critical("uncaught %s", kind.__name__, exc_info=(kind, value or kind(), trace))
        tell(kind.__name__)

    sys.excepthook = note
    threading.excepthook = lambda args: note(args.exc_type, args.exc_value, args.exc_traceback)


def _qt_message(kind: QtMsgType, context: QMessageLogContext, text: str | None) -> None:
    logging.getLogger(f"qt.{context.category or 'default'}").log(_QT_LEVELS[kind], "%s", text)
