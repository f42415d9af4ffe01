"""The details panel: everything about the selected item, to look at and to edit."""
