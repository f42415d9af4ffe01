"""QROC Desktop: one operating picture for operations centres."""

__version__ = "0.1.0"
