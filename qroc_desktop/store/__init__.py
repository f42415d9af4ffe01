"""The workspace file: changes appended, pictures answered, nothing acknowledged ever lost."""

from qroc_desktop.store.workspace import Workspace

__all__ = ["Workspace"]
