"""What an administrator allows decides; what a peer's invitation says opens nothing."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from qroc_desktop.errors import Refused
from qroc_desktop.sync import allowed
from qroc_desktop.sync.allowed import Allowed, Relay
from tests.sync.building import Centre
from tests.sync.node_process import OWNER

EVERYTHING = """
[https]
listen = "[::1]:8443"
to = ["*.police.example:8443", "10.0.0.5:*"]
[folder]
paths = ["/mnt/exchange"]
[[nats]]
server = "tls://relay.example:4222"
mailbox = "noord"
replicas = 3
"""


def written(folder: Path, text: str) -> Allowed:
    path = folder / allowed.FILE
    path.write_text(text)
    return allowed.read(path, owner=OWNER)


def test_without_a_file_nothing_is_allowed(tmp_path: Path) -> None:
    nothing = allowed.read(tmp_path / allowed.FILE)
    assert nothing == Allowed()
    assert nothing.listening() is None
    routes = ("https://127.0.0.1:1", "folder:/", "nats://127.0.0.1:1#a", "tls://127.0.0.1:1#a", "memory:")
    assert not any(nothing.allows(route) for route in routes)


@pytest.mark.parametrize(
    ("route", "may"),
    [
        ("https://north.police.example:8443", True),
        ("https://NORTH.police.example:8443/", True),
        ("https://10.0.0.5", True),
        ("https://north.police.example", False),
        ("https://north.police.example:8444", False),
        ("https://north.police.example.evil.example:8443", False),
        ("https://evil.example:8443/?north.police.example:8443", False),
        ("https://a:b@north.police.example:8443", False),
        ("https://north.police.example:8443/elsewhere", False),
        ("https://north.police.example:99999999", False),
        ("https://[::1", False),
        ("http://10.0.0.5:80", False),
        ("folder:/mnt/exchange", True),
        ("folder:/mnt/exchange/../../etc", False),
        ("folder:/etc", False),
        ("tls://relay.example:4222#sued", True),
        ("tls://relay.example:4222#sued.>", False),
        ("tls://relay.example:4222#*", False),
        ("tls://relay.example:4222", False),
        ("nats://relay.example:4222#sued", False),
        ("tls://other.example:4222#sued", False),
        ("", False),
    ],
)
def test_routes(tmp_path: Path, route: str, may: bool) -> None:
    assert written(tmp_path, EVERYTHING).allows(route) is may


def test_what_it_says_is_read(tmp_path: Path) -> None:
    found = written(tmp_path, EVERYTHING)
    assert found.listening() == ("::1", 8443)
    assert found.nats == (Relay(server="tls://relay.example:4222", mailbox="noord", replicas=3),)


@pytest.mark.parametrize(
    "text",
    [
        "[https]\nlisten = 8443",
        '[https]\nlisten = "8443"',
        '[https]\nlisten = "0.0.0.0:99999999"',
        '[http]\nlisten = "0.0.0.0:8443"',
        '[https]\nlissten = "0.0.0.0:8443"',
        '[[nats]]\nserver = "relay"\nmailbox = "a"',
        '[[nats]]\nserver = "nats://relay:4222"\nmailbox = "a.>"',
        '[[nats]]\nserver = "nats://relay:4222"\nmailbox = "a"',
        "[https",
        "\x00",
    ],
)
def test_what_is_not_understood_is_refused_and_not_guessed_at(tmp_path: Path, text: str) -> None:
    with pytest.raises(Refused) as caught:
        written(tmp_path, text)
    assert "Nothing is sent and nothing is received until then." in str(caught.value)
    assert str(tmp_path) in str(caught.value)


def test_a_relay_without_tls_has_to_be_meant(tmp_path: Path) -> None:
    relay = '[[nats]]\nserver = "nats://relay:4222"\nmailbox = "a"\n'
    with pytest.raises(Refused, match="nats://relay:4222 is named without TLS") as caught:
        written(tmp_path, relay)
    assert "Name it by tls://, or write plain = true" in str(caught.value)
    assert written(tmp_path, relay + "plain = true").nats[0].server == "nats://relay:4222"


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX owners and modes")
def test_a_list_that_others_can_change_is_not_used(tmp_path: Path) -> None:
    path = tmp_path / allowed.FILE
    written(tmp_path, EVERYTHING)
    for place, mode in ((path, 0o664), (path, 0o646), (tmp_path, 0o777)):
        before = place.stat().st_mode & 0o777
        place.chmod(mode)
        with pytest.raises(Refused, match="by others than the administrator"):
            allowed.read(path, owner=OWNER)
        place.chmod(before)
    with pytest.raises(Refused, match="by others than the administrator"):
        allowed.read(path, owner=OWNER + 1)


def test_the_administrator_names_other_routes(tmp_path: Path, noord: Centre, sued: Centre) -> None:
    found = written(tmp_path, EVERYTHING + f'[routes]\n"{sued.id}" = ["folder:/mnt/exchange", "https://evil:1"]')
    assert found.routes_to(noord.exchange.roster.active(sued.id)) == ["folder:/mnt/exchange"]


def test_an_exercise_listens_and_is_joined_only_where_it_is_said(tmp_path: Path) -> None:
    nothing = written(tmp_path, "")
    assert (nothing.hosting(), nothing.hosting_name(), nothing.allows_joining("ops.example", 8444)) == (
        None,
        None,
        False,
    )
    some = written(
        tmp_path, '[exercise]\nlisten = "0.0.0.0:8444"\nname = "ops.example:8444"\nto = ["*.Police.example:8444"]'
    )
    assert (some.hosting(), some.hosting_name()) == (("0.0.0.0", 8444), ("ops.example", 8444))  # noqa: S104
    assert some.allows_joining("north.police.example", 8444)
    assert not some.allows_joining("north.police.example", 8445)
    assert not some.allows_joining("police.example", 8444)
    assert not some.allows("https://north.police.example:8444"), "a bundle goes nowhere by it"
    for bad in ('listen = "8444"', 'name = "ops.example"', 'from = ["x"]'):
        with pytest.raises(Refused):
            written(tmp_path, f"[exercise]\n{bad}")
