"""The item table: order and filter over everything, rows only for what is on the screen."""

from __future__ import annotations

from collections.abc import Sequence

from qroc_desktop.domain.aspects import Origin
from qroc_desktop.domain.query import ItemQuery, Moment, Row
from qroc_desktop.domain.state import Item
from qroc_desktop.domain.vocabulary import Aspect
from qroc_desktop.store import Workspace


class Table:
    """Ids of a whole answer are cheap; rows are fetched a window at a time."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def ids(
        self,
        query: ItemQuery,
        moment: Moment | None = None,
        *,
        order: str = "valid_from",
        descending: bool = True,
    ) -> Sequence[str]:
        """Ids of all that fit, in order. `order` is a field of `Row`."""
        return self._workspace.row_ids(query, moment, order=order, descending=descending)

    def rows(self, ids: Sequence[str], moment: Moment | None = None) -> list[Row]:
        """Rows of these ids, in their order; ids that are gone at the moment are left out."""
        return self._workspace.rows_by_id(ids, moment)

    def origins(self, ids: Sequence[str], moment: Moment | None = None) -> dict[str, Origin]:
        """Where these items came from, by their ids; those that were entered here are left out."""
        return self._workspace.origins(ids, moment)

    def noted(self, ids: Sequence[str], moment: Moment | None = None) -> dict[str, Item]:
        """Those of these items that are about a person or comment on another item, by their ids."""
        return self._workspace.items_having(ids, (Aspect.PERSON, Aspect.ABOUT), moment)

    def count(self, query: ItemQuery, moment: Moment | None = None) -> int:
        """How many fit."""
        return self._workspace.count(query, moment)
