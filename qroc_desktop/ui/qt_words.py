"""Qt's own words in the user's language: keys beside the menus, the file dialog, the menus of text fields."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from qroc_desktop.translation import language


def speak(application: QCoreApplication) -> bool:
    """Before the first widget is made. False where Qt came without its translations: then it speaks English."""
    translator = QTranslator(application)
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    found = translator.load(QLocale(language()), "qtbase", "_", folder)
    return found and application.installTranslator(translator)
