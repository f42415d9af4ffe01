"""Countries as people read them: code and name, since flags are not drawn everywhere."""

from __future__ import annotations

from babel import Locale, UnknownLocaleError

from qroc_desktop.translation import language


def country_name(code: str) -> str:
    """The name in the user's language; the code where there is none."""
    try:
        return str(Locale.parse(language()).territories.get(code, code))
    except (UnknownLocaleError, ValueError):
        return code


def centre_text(country: str, name: str) -> str:
    """`NL · Meldkamer Limburg`."""
    return f"{country} · {name}" if country else name
