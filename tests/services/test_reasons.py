"""Why something failed, in words of ours: what has none is said in English by the system, whatever one speaks."""

from __future__ import annotations

import errno
import os
import socket

import pytest

from qroc_desktop.errors import Message
from qroc_desktop.reasons import reason_of


def test_a_machine_where_nobody_listens() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(ConnectionRefusedError) as refused:
            socket.create_connection(taken.getsockname(), timeout=5)
    assert str(reason_of(refused.value)) == "nobody answers at this address"


def test_what_a_network_says_has_words_that_can_be_translated() -> None:
    codes = (errno.ETIMEDOUT, errno.EHOSTUNREACH, errno.ENETUNREACH, errno.ECONNRESET, errno.EPIPE)
    for error in (*(OSError(code, os.strerror(code)) for code in codes), TimeoutError("timed out"),
                  socket.gaierror(socket.EAI_NONAME, "Name or service not known")):  # fmt: skip
        assert isinstance(reason_of(error), Message), error
