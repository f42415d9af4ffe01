"""The program's own log: what a support person needs, nothing that an operation is about.

Records carry codes, file names and exception types; texts of items, log entries and keys stay out.
"""

from __future__ import annotations

import copy
import errno
import faulthandler
import logging
import logging.handlers
import re
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QMessageLogContext, QObject, Qt, QtMsgType, Signal, qInstallMessageHandler

from qroc_desktop.errors import QrocError

_FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"
_QT_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}
# What the engine says on every machine without a graphics processor: worth a line in the file, no alarm.
_NO_GPU = re.compile(
    r"^(Failed to load vulkan|initInstance: No Vulkan|Failed to create platform Vulkan"
    r"|Unable to detect GPU vendor|GPUInfo not initialized)"
)
_log = logging.getLogger(__name__)


class Discreet(logging.Formatter):
    """Tells of an exception its kind and where it arose. What it says stays out: that may quote an item."""

    def __init__(self) -> None:
        super().__init__(_FORMAT)

    def format(self, record: logging.LogRecord) -> str:
        """One record; a traceback that another formatter left in it is not taken over."""
        own = copy.copy(record)
        own.exc_text = None
        return super().format(own)

    def formatException(
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None],
    ) -> str:
        """Kinds and places of an exception and of those that led to it, the last first."""
        return "\n".join(
            f"{_kind(error)}\n{''.join(traceback.format_tb(error.__traceback__))}".rstrip() for error in _chain(ei[1])
        )


def start_logging(folder: Path) -> Path | None:
    """Log to a rotating file in `folder` and warnings to standard error; gives the file, None where there can be
    none: a log is no reason not to start."""
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    if sys.stderr is not None:  # a window program on Windows has none
        terminal = logging.StreamHandler()
        terminal.setLevel(logging.WARNING)
        terminal.setFormatter(Discreet())
        root.addHandler(terminal)
    qInstallMessageHandler(_qt_message)
    path = folder / "qroc-desktop.log"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = logging.handlers.RotatingFileHandler(path, maxBytes=1_000_000, backupCount=3, encoding="utf-8")
        crashes = (folder / "crash.log").open("a", encoding="utf-8")
    except OSError as error:
        _log.warning("no log is kept: %s: %s", folder, error.strerror or type(error).__name__)
        return None
    file.setFormatter(Discreet())
    root.addHandler(file)
    # Not the rotating file: a crash handler writes to a descriptor, which rotation would take away.
    faulthandler.enable(crashes)
    return path


class Crashes(QObject):
    """Logs every exception that nobody caught and tells a person its kind, in the thread of the windows; the
    program goes on, since what was acknowledged is on disk already."""

    happened = Signal(str)

    def __init__(self, tell: Callable[[str], None]) -> None:
        super().__init__()
        self._tell = tell
        self._told: set[tuple[str, str]] = set()
        # An exception may come from any thread.
        self.happened.connect(self._say, Qt.ConnectionType.QueuedConnection)

    def catch(self) -> None:
        """Be the one whom Python calls."""
        sys.excepthook = self._note
        threading.excepthook = lambda args: self._note(args.exc_type, args.exc_value, args.exc_traceback)

    def _note(self, kind: type[BaseException], value: BaseException | None, trace: TracebackType | None) -> None:
        error = value if value is not None else kind()
        _log.critical("uncaught %s", kind.__name__, exc_info=(kind, error, trace))
        place = traceback.format_tb(trace)[-1:] or [""]
        if (kind.__name__, place[0]) not in self._told:  # a faulty paint event comes again with every frame
            self._told.add((kind.__name__, place[0]))
            self.happened.emit(kind.__name__)

    def _say(self, kind: str) -> None:
        self._tell(kind)


def _kind(error: BaseException) -> str:
    if isinstance(error, QrocError):
        return f"{type(error).__name__}: {error.what.template}"
    if isinstance(error, OSError) and error.errno is not None:
        return f"{type(error).__name__}: {errno.errorcode.get(error.errno, error.errno)}"
    return type(error).__name__


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _qt_message(kind: QtMsgType, context: QMessageLogContext, text: str | None) -> None:
    level = _QT_LEVELS[kind]
    if level == logging.WARNING and _NO_GPU.match(text or ""):
        level = logging.INFO
    logging.getLogger(f"qt.{context.category or 'default'}").log(level, "%s", text)
