"""Words in the user's language, chosen late: everything below the interface gives templates.

Catalogues are gettext: `resources/translations/<language>/LC_MESSAGES/qroc.mo`.
"""

from __future__ import annotations

import gettext
import logging
from pathlib import Path

from qroc_desktop.errors import CONTEXT, Message, QrocError

DOMAIN = "qroc"
_log = logging.getLogger(__name__)
_catalogue: gettext.NullTranslations = gettext.NullTranslations()
_language = "en"


def use_language(language: str, folder: Path) -> None:
    """Choose the language of this process (`de`, `de_AT`, ...); English where there is no catalogue."""
    global _catalogue, _language  # noqa: PLW0603 - one process speaks one language, as gettext's own install() has it
    _catalogue = gettext.translation(DOMAIN, folder, [language], fallback=True)
    _language = language if type(_catalogue) is not gettext.NullTranslations else "en"


def language() -> str:
    """The language in use."""
    return _language


def tr(template: str, **params: object) -> str:
    """The template in the user's language, with its parameters filled in."""
    # Where a catalogue has no word for a template with its context, gettext gives both back.
    text = _catalogue.gettext(template).rpartition(CONTEXT)[2] if template else ""
    return text.format(**params) if params else text


def ntr(singular: str, plural: str, count: int, **params: object) -> str:
    """Singular or plural by `count`, which the template may name."""
    return _catalogue.ngettext(singular, plural, count).format(count=count, **params)


def said(message: Message) -> str:
    """A message in the user's language."""
    params = {name: said(value) if isinstance(value, Message) else value for name, value in message.params.items()}
    return tr(message.template).format(**params)


def explained(error: QrocError) -> str:
    """An error as one line in the user's language."""
    head = f"{error.where}: {said(error.what)}" if error.where else said(error.what)
    return " ".join(part for part in (head, said(error.kept), said(error.action) if error.action else "") if part)
