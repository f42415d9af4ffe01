"""Entry point of `qroc-desktop`, in stages:

1. words of the command line and Python's version, before anything slow;
2. settings and the administrator's policy, language, log, crash handler;
3. the browser engine's flags and its private URL scheme, which must precede the QApplication;
4. the QApplication and its theme;
5. the workspace: named, the last one, a demonstration, or at the first start a new one;
6. the window; then Qt's event loop.

Exit codes: 0 ended by the user, 1 refused, 2 usage, 3 no picture for --screenshot.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence

from qroc_desktop import paths
from qroc_desktop.app.arguments import Arguments, parse
from qroc_desktop.app.engine import prepare
from qroc_desktop.errors import QrocError
from qroc_desktop.services.settings import Settings, user_settings
from qroc_desktop.translation import explained, tr, use_language

_log = logging.getLogger(__name__)
REFUSED = 1


def main(words: Sequence[str] | None = None) -> int:
    """Run the program; gives its exit code."""
    arguments = parse(sys.argv[1:] if words is None else words)
    try:
        settings = user_settings()
        files = paths.program_files()
    except QrocError as error:
        return _refused(error)
    wanted = arguments.language or settings.text("language") or _system_language()
    use_language(wanted, files.resources / "translations")
    prepare(settings.text("gpu"))
    return _run(arguments, settings, files)


def _run(arguments: Arguments, settings: Settings, files: paths.ProgramFiles) -> int:
    # Qt comes in here, so that --help and a refused policy never wait for it.
    from qroc_desktop.app.composition import Program
    from qroc_desktop.app.ending import end_when_asked
    from qroc_desktop.app.logs import start_logging
    from qroc_desktop.app.starting import log_folder

    start_logging(log_folder())
    _log.info("starting, %s", files.origin.value)
    program = None
    try:
        program = Program(sys.argv[:1], arguments, settings, files)
        with end_when_asked():
            return program.run() if program.start() else 0
    except QrocError as error:
        return _refused(error)
    except Exception as error:
        # Nobody sees what a window program writes to its log, and without a window nothing else is to be seen.
        _log.critical("the start failed", exc_info=True)
        if arguments.screenshot is None:
            _say_failed(type(error).__name__)
        return REFUSED
    finally:
        if program is not None:
            program.close()


def _say_failed(kind: str) -> None:
    from PySide6.QtWidgets import QApplication, QMessageBox

    if QApplication.instance() is not None:
        text = tr(
            "QROC Desktop cannot start ({kind}). Nothing was changed. Install it again, or tell your administrator; "
            "the program's log says more.",
            kind=kind,
        )
        QMessageBox.critical(None, "QROC Desktop", text)


def _system_language() -> str:
    import locale

    return (locale.getlocale()[0] or "en").replace("-", "_")


def _refused(error: QrocError) -> int:
    if sys.stderr is not None:
        sys.stderr.write(f"qroc-desktop: {explained(error)}\n")
    return REFUSED


if __name__ == "__main__":
    sys.exit(main())
