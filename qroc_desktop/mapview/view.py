"""The engine's view and page, with everything switched off that a map does not need."""

from __future__ import annotations

import logging

from PySide6.QtCore import QObject, QUrl
from PySide6.QtWebEngineCore import (
    QWebEngineCertificateError,
    QWebEngineDownloadRequest,
    QWebEngineNewWindowRequest,
    QWebEnginePage,
    QWebEnginePermission,
    QWebEngineProfile,
    QWebEngineSettings,
)

from qroc_desktop.mapview.interceptor import OnlyOurs
from qroc_desktop.mapview.scheme import PAGE_URL, MapScheme
from qroc_desktop.reports.page import SCHEME

_log = logging.getLogger(__name__)
_OFF = (
    QWebEngineSettings.WebAttribute.JavascriptCanOpenWindows,
    QWebEngineSettings.WebAttribute.JavascriptCanAccessClipboard,
    QWebEngineSettings.WebAttribute.JavascriptCanPaste,
    QWebEngineSettings.WebAttribute.LocalStorageEnabled,
    QWebEngineSettings.WebAttribute.LocalContentCanAccessRemoteUrls,
    QWebEngineSettings.WebAttribute.LocalContentCanAccessFileUrls,
    QWebEngineSettings.WebAttribute.HyperlinkAuditingEnabled,
    QWebEngineSettings.WebAttribute.ErrorPageEnabled,
    QWebEngineSettings.WebAttribute.PluginsEnabled,
    QWebEngineSettings.WebAttribute.FullScreenSupportEnabled,
    QWebEngineSettings.WebAttribute.ScreenCaptureEnabled,
    QWebEngineSettings.WebAttribute.WebGLEnabled,
    QWebEngineSettings.WebAttribute.AutoLoadIconsForPage,
    QWebEngineSettings.WebAttribute.AllowGeolocationOnInsecureOrigins,
    QWebEngineSettings.WebAttribute.PdfViewerEnabled,
    QWebEngineSettings.WebAttribute.NavigateOnDropEnabled,
    QWebEngineSettings.WebAttribute.DnsPrefetchEnabled,
)
_LEVELS = {
    QWebEnginePage.JavaScriptConsoleMessageLevel.InfoMessageLevel: logging.DEBUG,
    QWebEnginePage.JavaScriptConsoleMessageLevel.WarningMessageLevel: logging.WARNING,
    QWebEnginePage.JavaScriptConsoleMessageLevel.ErrorMessageLevel: logging.ERROR,
}
_LONGEST_LOGGED = 500


def map_profile(handler: MapScheme) -> tuple[QWebEngineProfile, OnlyOurs]:
    """A profile that keeps nothing on disk, with the private scheme and no other.

    It has no parent: children of a widget are deleted in the order they were made, and a profile must outlive its page.
    """
    profile = QWebEngineProfile()
    profile.setHttpCacheType(QWebEngineProfile.HttpCacheType.NoCache)
    profile.setPersistentCookiesPolicy(QWebEngineProfile.PersistentCookiesPolicy.NoPersistentCookies)
    profile.setPersistentPermissionsPolicy(QWebEngineProfile.PersistentPermissionsPolicy.AskEveryTime)
    profile.setSpellCheckEnabled(False)
    only_ours = OnlyOurs(profile)
    profile.setUrlRequestInterceptor(only_ours)
    profile.installUrlSchemeHandler(SCHEME.encode(), handler)
    profile.downloadRequested.connect(_refuse_download)
    for attribute in _OFF:
        profile.settings().setAttribute(attribute, False)
    return profile, only_ours


def _refuse_download(download: QWebEngineDownloadRequest) -> None:
    download.cancel()
    _log.warning("the map page wanted to download something; refused")


class MapPage(QWebEnginePage):
    """A page that goes nowhere."""

    def __init__(self, profile: QWebEngineProfile, parent: QObject) -> None:
        super().__init__(profile, parent)
        self.newWindowRequested.connect(self._refuse_window)
        self.permissionRequested.connect(self._refuse_permission)
        self.certificateError.connect(self._refuse_certificate)

    def acceptNavigationRequest(
        self, url: QUrl | str, kind: QWebEnginePage.NavigationType, is_main_frame: bool
    ) -> bool:
        """Only the map page itself, and that only because the program says so."""
        wanted = url.toString() if isinstance(url, QUrl) else url
        allowed = wanted == PAGE_URL and is_main_frame and kind in _OUR_NAVIGATION
        if not allowed:
            _log.warning("the map page wanted to go elsewhere; refused")
        return allowed

    def javaScriptConsoleMessage(
        self, level: QWebEnginePage.JavaScriptConsoleMessageLevel, message: str, line: int, source: str
    ) -> None:
        """Into the program's log."""
        where = source.rsplit("/", 1)[-1]
        _log.log(_LEVELS[level], "map page, %s:%d: %s", where, line, message[:_LONGEST_LOGGED])

    def _refuse_window(self, _request: QWebEngineNewWindowRequest) -> None:
        _log.warning("the map page wanted to open a window; refused")

    def _refuse_permission(self, permission: QWebEnginePermission) -> None:
        permission.deny()
        _log.warning("the map page wanted a permission; refused")

    def _refuse_certificate(self, error: QWebEngineCertificateError) -> None:
        error.rejectCertificate()


_OUR_NAVIGATION = (
    QWebEnginePage.NavigationType.NavigationTypeTyped,
    QWebEnginePage.NavigationType.NavigationTypeReload,
    QWebEnginePage.NavigationType.NavigationTypeOther,
)
