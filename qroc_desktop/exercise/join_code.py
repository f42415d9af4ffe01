"""The code with which a workstation joins: where the node is, which certificate it has to show, and a seat's secret.

    ops.example:8444/7QKM-2ZXP-R4TA-91CE-0HJD-WV3N

24 letters and digits of an alphabet without look-alikes, read out group by group: 12 are the pin of the node's
certificate, 10 are the secret, 2 check the others. Any two that are wrong or changed places are found, and where one
is wrong its group is named. Neither part can be guessed in any time that matters: pin and key are stretched, so that a
try costs some tenth of a second, and a server that shows another certificate never gets to see what the secret gives.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from typing import Final, NamedTuple

from qroc_desktop.errors import Message, Refused

LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""32 of them; I and L are read as 1, O as 0."""
PIN: Final = 12
SECRET: Final = 10
CHECK: Final = 2
GROUP: Final = 4
LENGTH: Final = PIN + SECRET + CHECK
_READ: Final = {**{letter: value for value, letter in enumerate(LETTERS)}, "I": 1, "L": 1, "O": 0}
_WORDS: Final = {
    word[0]: word
    for word in (
        "Alfa", "Bravo", "Charlie", "Delta", "Echo", "Foxtrot", "Golf", "Hotel", "Juliett", "Kilo", "Mike",
        "November", "Papa", "Quebec", "Romeo", "Sierra", "Tango", "Victor", "Whiskey", "X-ray", "Yankee", "Zulu",
    )
}  # fmt: skip
_ADDRESS: Final = re.compile(
    r"\s*(?P<host>\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?):(?P<port>\d{1,5})"
    r"(?:\s*/\s*|\s+)(?P<code>.{1,200})",
    re.DOTALL,
)
_COST: Final = {"n": 2**15, "r": 8, "p": 1, "maxmem": 64 * 1024 * 1024}


class JoinCode(NamedTuple):
    """`host` is a name or an address without brackets. `pin` and `secret` are letters of the alphabet."""

    host: str
    port: int
    pin: str
    secret: str

    @property
    def address(self) -> str:
        """`host:port`."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def groups(self) -> list[str]:
        """What is read out, in six groups of four."""
        text = checked(self.pin + self.secret)
        return [text[at : at + GROUP] for at in range(0, LENGTH, GROUP)]

    def __str__(self) -> str:
        return f"{self.address}/{'-'.join(self.groups)}"

    def __repr__(self) -> str:
        return f"JoinCode({self.address}, secret)"

    def key(self) -> bytes:
        """What the node is shown instead of the secret; 32 bytes. Takes some tenth of a second."""
        return hashlib.scrypt(self.secret.encode(), salt=b"qroc-seat-1" + self.pin.encode(), dklen=32, **_COST)


def read(text: str) -> JoinCode:
    """A code as somebody typed or pasted it; case, spaces and hyphens do not matter. Raises Refused, in one line."""
    found = _ADDRESS.fullmatch(text)
    if found is None or not 0 < int(found["port"]) < 65536:
        raise _refused(Message("A code begins with a machine and its port, such as ops.example:8444, then a slash."))
    bare = [letter for letter in found["code"].upper() if letter.isalnum() or letter not in " -–\t\r\n\xa0"]
    if strange := [letter for letter in bare if letter not in _READ]:
        raise _refused(Message("No code holds the character {character}.", character=repr(strange[0])))
    if len(bare) != LENGTH:
        raise _refused(
            Message("A code has {count} letters and digits; these are {given}.", count=LENGTH, given=len(bare))
        )
    values = [_READ[letter] for letter in bare]
    _verify(values)
    letters = "".join(LETTERS[value] for value in values)
    host = found["host"].strip("[]").lower()
    return JoinCode(host, int(found["port"]), letters[:PIN], letters[PIN : PIN + SECRET])


def spoken(group: str) -> str:
    """A group as it is read out: letters in the words that every control room knows (ICAO), digits as digits."""
    return " ".join(_WORDS.get(letter, letter) for letter in group)


def pin_of(certificate: bytes) -> str:
    """The pin of a certificate (DER). Takes some tenth of a second, which is what protects twelve letters."""
    digest = hashlib.scrypt(certificate, salt=b"qroc-node-pin-1", dklen=8, **_COST)
    return _letters(int.from_bytes(digest, "big") >> (64 - 5 * PIN), PIN)


def new_secret() -> str:
    """Letters that nobody can guess."""
    return "".join(secrets.choice(LETTERS) for _ in range(SECRET))


def checked(letters: str) -> str:
    """Letters with their two check letters behind them."""
    values = [_READ[letter] for letter in letters]
    one, two = _sums(values)
    a, b = len(values), len(values) + 1
    # Two equations: x·αᵃ + y·αᵇ = one, and x·α²ᵃ + y·α²ᵇ = two.
    y = _over(two ^ _times(one, _power(a)), _power(2 * b) ^ _power(a + b))
    x = _over(one ^ _times(y, _power(b)), _power(a))
    return letters + LETTERS[x] + LETTERS[y]


# --- arithmetic in the field of 32 elements (x⁵ + x² + 1): a Reed-Solomon code with two check letters -----------------


def _field() -> tuple[list[int], dict[int, int]]:
    powers, value = [], 1
    for _ in range(31):
        powers.append(value)
        value = (value << 1) ^ (0b100101 if value & 0b10000 else 0)
    return powers, {power: exponent for exponent, power in enumerate(powers)}


_POWERS, _LOGARITHMS = _field()


def _power(exponent: int) -> int:
    return _POWERS[exponent % 31]


def _times(a: int, b: int) -> int:
    return 0 if not a or not b else _power(_LOGARITHMS[a] + _LOGARITHMS[b])


def _over(a: int, b: int) -> int:
    return 0 if not a else _power(_LOGARITHMS[a] - _LOGARITHMS[b])


def _sums(values: list[int]) -> tuple[int, int]:
    one = two = 0
    for at, value in enumerate(values):
        one ^= _times(value, _power(at))
        two ^= _times(value, _power(2 * at))
    return one, two


def _verify(values: list[int]) -> None:
    one, two = _sums(values)
    if not one and not two:
        return
    at = (_LOGARITHMS[two] - _LOGARITHMS[one]) % 31 if one and two else LENGTH
    if at < LENGTH:
        raise _refused(Message("The code is not right; look at its group {number} first.", number=at // GROUP + 1))
    raise _refused(Message("The code is not right; more than one of its letters is wrong or missing."))


def _letters(number: int, count: int) -> str:
    return "".join(LETTERS[number >> 5 * (count - 1 - at) & 31] for at in range(count))


def _refused(what: Message) -> Refused:
    return Refused(what, kept=Message("Nothing was sent."), action=Message("Have the code read out again."))
