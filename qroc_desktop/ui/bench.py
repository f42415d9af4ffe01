"""What the panels of one window work with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from qroc_desktop.domain.instant import Instant
from qroc_desktop.errors import QrocError
from qroc_desktop.services.desk import Desk
from qroc_desktop.symbology import Kinds
from qroc_desktop.ui.background import Background
from qroc_desktop.ui.notices import Notices
from qroc_desktop.ui.selection import Selection
from qroc_desktop.ui.symbol_icons import SymbolIcons
from qroc_desktop.ui.theme import Theme
from qroc_desktop.ui.time_cursor import TimeCursor


@dataclass(frozen=True, slots=True)
class Bench:
    """Handed to each panel by the window that makes it; holds no widget and no other panel."""

    desk: Desk
    theme: Theme
    background: Background
    notices: Notices
    selection: Selection
    cursor: TimeCursor
    kinds: Kinds
    icons: SymbolIcons

    def __post_init__(self) -> None:
        # A notice that is copied leaves the window, where a banner says what it is of.
        self.notices.kind = self.desk.identity.kind

    @property
    def editable(self) -> bool:
        """Whether edits are possible now: not in the past, not where one only looks."""
        return self.cursor.live and not self.desk.read_only

    def guarded(self, does: Callable[[], object]) -> bool:
        """Do something at once; a refusal becomes a notice. Gives whether it was done."""
        try:
            does()
        except QrocError as error:
            self.notices.error(error)
            return False
        return True

    def shown_now(self) -> Instant:
        """The instant that ages are told from: now, or the moment that is looked at."""
        moment = self.cursor.moment
        return moment.valid if moment else self.desk.clock()
