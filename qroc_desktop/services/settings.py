"""Settings, each declared once: key, type, default, what it is for. An administrator's policy file
sets any of them for everybody and thereby locks it.
"""

from __future__ import annotations

import json
import logging
import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import platformdirs

from qroc_desktop.errors import Message, QrocError, Refused
from qroc_desktop.reasons import reason_of
from qroc_desktop.services.exporting import save_whole

_log = logging.getLogger(__name__)
PROGRAM = "qroc-desktop"
_LONGEST_KEY = 80


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """One setting. `choices`: the only values it takes, where there are such."""

    key: str
    type: type
    default: Any
    purpose: str
    choices: tuple[Any, ...] = ()

    def accepts(self, value: Any) -> bool:
        """Whether it may have this value."""
        if not isinstance(value, self.type) or (self.type is int and isinstance(value, bool)):
            return False
        return not self.choices or value in self.choices


SETTINGS: dict[str, Setting] = {
    setting.key: setting
    for setting in (
        Setting(
            key="language",
            type=str,
            default="",
            purpose="Language of the program, such as de; empty follows the system.",
        ),
        Setting(
            key="theme",
            type=str,
            default="system",
            choices=("system", "light", "dark"),
            purpose="Light or dark, or as the system has it.",
        ),
        Setting(
            key="notation",
            type=str,
            default="mgrs",
            choices=("decimal", "dms", "utm", "mgrs"),
            purpose="Notation of coordinates that is shown first.",
        ),
        Setting(key="graticule", type=bool, default=False, purpose="Lines of longitude and latitude on the map."),
        Setting(key="base_map", type=str, default="world", purpose="Base map that the map starts with."),
        Setting(key="last_workspace", type=str, default="", purpose="Workspace that is opened at the start."),
        Setting(
            key="gpu",
            type=str,
            default="auto",
            choices=("auto", "on", "off"),
            purpose="Draw the map with the graphics processor: where one is found, always, or never.",
        ),
    )
}


class Settings:
    """Values of all settings: the administrator's first, then the user's, then the defaults."""

    def __init__(self, user_file: Path, policy_file: Path | None = None) -> None:
        self._file = user_file
        self._faults: list[QrocError] = []
        self._policy = self._of_policy(policy_file) if policy_file else {}
        self._user = self._of_user(user_file)

    @property
    def faults(self) -> Sequence[QrocError]:
        """What is wrong with the files of settings and was passed by: none of it stops the start, all of it is to be
        told."""
        return tuple(self._faults)

    def _of_policy(self, path: Path) -> dict[str, Any]:
        known, unknown = _sorted_out(_read_toml(path))
        for key in unknown:
            _log.info("policy passed by, since it is not known or takes no such value: %s", key)
            self._faults.append(
                Refused(
                    Message("The setting {key} takes no such value.", key=key)
                    if key in SETTINGS
                    else Message("There is no setting {key}.", key=key[:_LONGEST_KEY]),
                    where=str(path),
                    kept=Message("It is passed by; the others of the file hold."),
                    action=Message("Ask your administrator to put the file right."),
                )
            )
        return known

    def _of_user(self, path: Path) -> dict[str, Any]:
        try:
            values = _read_json(path)
        except (OSError, ValueError) as error:
            _log.info("settings file not read: %s", type(error).__name__)
            self._faults.append(
                Refused(
                    Message("Your settings cannot be read."),
                    where=str(path),
                    kept=Message("The usual ones hold until you choose others."),
                )
            )
            return {}
        known, unknown = _sorted_out(values)
        # An older or newer program's own doing, and nothing that anybody wrote: for the log alone.
        for key in unknown:
            _log.info("setting passed by, since it is not known or takes no such value: %s", key)
        return known

    def get(self, key: str) -> Any:
        """The value in force."""
        setting = SETTINGS[key]
        return self._policy.get(key, self._user.get(key, setting.default))

    def text(self, key: str) -> str:
        """The value in force of a setting that is a text."""
        return str(self.get(key))

    def locked(self, key: str) -> bool:
        """Whether the administrator has set it."""
        return key in self._policy

    def set(self, key: str, value: Any) -> None:
        """Change it for this user. Raises Refused where it is locked or takes no such value."""
        if self.locked(key):
            raise Refused(Message("This setting is set by your administrator."), where=key)
        if not SETTINGS[key].accepts(value):
            raise Refused(Message("The setting does not take this value."), where=key)
        self._user[key] = value
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Refused(
                Message("The setting cannot be kept: {reason}.", reason=reason_of(error)),
                where=str(self._file.parent),
                kept=Message("It holds until the program ends."),
            ) from error
        save_whole(self._file, json.dumps(self._user, indent=1, ensure_ascii=False).encode())


def administrators_folder() -> Path:
    """Where an administrator puts what binds everybody. On Unix it is fixed: where XDG_CONFIG_DIRS leads, a user
    could decide."""
    if sys.platform in ("win32", "darwin"):
        return Path(platformdirs.site_config_dir(PROGRAM, appauthor=False))
    return Path("/etc") / PROGRAM


def user_settings() -> Settings:
    """Settings of the user who is logged in, under the machine's policy."""
    return Settings(
        Path(platformdirs.user_config_dir(PROGRAM, appauthor=False)) / "settings.json",
        administrators_folder() / "policy.toml",
    )


def setting_faults() -> Sequence[QrocError]:
    """What is wrong with the settings of the user who is logged in and with the machine's policy."""
    try:
        return user_settings().faults
    except QrocError as error:
        return (error,)


def _sorted_out(values: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """What is declared, and the keys of what is not: a file of another version never stops the start."""
    known = {key: value for key, value in values.items() if key in SETTINGS and SETTINGS[key].accepts(value)}
    return known, [key for key in values if key not in known]


def _read_json(path: Path) -> dict[str, Any]:
    """Raises OSError and ValueError for what is no file of settings."""
    try:
        values = json.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(values, dict):
        raise ValueError("no settings")
    return values


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        # A policy that cannot be read must not silently become no policy.
        raise Refused(
            Message("The administrator's policy file cannot be read."),
            where=str(path),
            action=Message("Ask your administrator to repair it."),
        ) from error
