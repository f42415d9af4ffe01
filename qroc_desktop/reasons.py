"""What the operating system says of a file or a connection, in words that can be translated."""

from __future__ import annotations

import errno
from typing import Final

from qroc_desktop.errors import Because, Message

_REASONS: Final[dict[int, Message]] = {
    errno.ENOENT: Message("it is not there"),
    errno.EACCES: Message("it is not permitted"),
    errno.EPERM: Message("it is not permitted"),
    errno.ENOSPC: Message("the disk is full"),
    errno.EDQUOT: Message("your share of the disk is used up"),
    errno.EFBIG: Message("it is too large for this disk"),
    errno.EROFS: Message("the disk can only be read"),
    errno.EISDIR: Message("it is a folder"),
    errno.ENOTDIR: Message("part of its path is no folder"),
    errno.EEXIST: Message("there is something of this name already"),
    errno.ENOTEMPTY: Message("the folder is not empty"),
    errno.ENAMETOOLONG: Message("its name is too long"),
    errno.ELOOP: Message("it is a link that leads to itself"),
    errno.EBUSY: Message("another program is using it"),
    errno.ETXTBSY: Message("another program is using it"),
    errno.EIO: Message("the disk does not answer"),
    errno.ENXIO: Message("it is no file"),
    errno.ENODEV: Message("it is no file"),
    errno.ESTALE: Message("the file server has lost it"),
    errno.ECONNREFUSED: Message("nobody answers at this address"),
    errno.ETIMEDOUT: Message("no answer came in time"),
    errno.EHOSTUNREACH: Message("no network leads there"),
    errno.ENETUNREACH: Message("no network leads there"),
    errno.ENETDOWN: Message("no network leads there"),
    errno.ECONNRESET: Message("the connection broke off"),
    errno.ECONNABORTED: Message("the connection broke off"),
    errno.EPIPE: Message("the connection broke off"),
    errno.EMFILE: Message("too many files are open"),
    errno.ENFILE: Message("too many files are open"),
}


def reason_of(error: BaseException) -> Message | str:
    """Why something failed, for a sentence; what has no words here is said as the system says it."""
    why = error.why if isinstance(error, Because) else getattr(error, "why", None)
    if isinstance(why, Message):
        return why
    # By its name, since nothing here may open a connection and so import what could.
    if type(error).__name__ == "gaierror":
        return Message("no machine of this name is known")
    if isinstance(error, TimeoutError):
        return _REASONS[errno.ETIMEDOUT]
    if isinstance(error, OSError) and error.errno in _REASONS:
        return _REASONS[error.errno]
    if isinstance(error, OSError):
        return error.strerror or str(error) or type(error).__name__
    return str(error) or type(error).__name__
