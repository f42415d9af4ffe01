"""Nothing but the private scheme leaves the page: every other request is blocked and written to the log."""

from __future__ import annotations

import logging

from PySide6.QtCore import QObject
from PySide6.QtWebEngineCore import QWebEngineUrlRequestInfo, QWebEngineUrlRequestInterceptor

from qroc_desktop.reports.page import SCHEME

_log = logging.getLogger(__name__)


class OnlyOurs(QWebEngineUrlRequestInterceptor):
    """Blocks what is not `qroc:`. `blocked` counts, so that the interface can say so."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.blocked = 0

    def interceptRequest(self, info: QWebEngineUrlRequestInfo) -> None:
        """Called by the engine for every request of the page."""
        url = info.requestUrl()
        if url.scheme() == SCHEME:
            return
        info.block(True)
        self.blocked += 1
        # Host alone: a path or a query could carry content of the picture into the log.
        _log.warning("blocked a request of the map page to %s:%s", url.scheme(), url.host())
