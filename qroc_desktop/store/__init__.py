"""The workspace file: changes appended, pictures answered, nothing acknowledged ever lost."""

from qroc_desktop.store.header import is_workspace
from qroc_desktop.store.recovery import recover
from qroc_desktop.store.report import Report
from qroc_desktop.store.workspace import Workspace

__all__ = ["Report", "Workspace", "is_workspace", "recover"]
