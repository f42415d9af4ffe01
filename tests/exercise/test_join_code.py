"""The code with which a workstation joins: what is mistyped is found before anything is sent."""

from __future__ import annotations

import hashlib
import string

import pytest
from hypothesis import given
from hypothesis import strategies as some

from qroc_desktop.errors import Refused
from qroc_desktop.exercise import join_code
from qroc_desktop.exercise.join_code import GROUP, LENGTH, LETTERS, JoinCode

letter = some.sampled_from(LETTERS)
codes = some.builds(
    JoinCode,
    some.sampled_from(["ops.example", "10.0.0.5", "::1", "fe80::1", "leitstelle-7"]),
    some.integers(1, 65535),
    some.text(letter, min_size=12, max_size=12),
    some.text(letter, min_size=10, max_size=10),
)


@given(codes)
def test_it_is_read_as_it_is_written_typed_or_pasted(code: JoinCode) -> None:
    assert join_code.read(str(code)) == code
    assert join_code.read(f"  {code.address}  {' '.join(code.groups).lower()}\n") == code
    assert join_code.read(str(code).replace("0", "O") if "0" not in code.address else str(code)) == code
    assert len(code.groups) == 6
    assert all(len(group) == GROUP for group in code.groups)
    assert code.secret not in repr(code)


@given(codes, some.integers(0, LENGTH - 1), letter)
def test_one_wrong_letter_is_found_and_its_group_is_named(code: JoinCode, at: int, wrong: str) -> None:
    letters = list("".join(code.groups))
    if letters[at] == wrong:
        return
    letters[at] = wrong
    with pytest.raises(Refused, match=rf"group {at // GROUP + 1} first"):
        join_code.read(f"{code.address}/{''.join(letters)}")


@given(codes, some.data())
def test_any_two_wrong_letters_are_found(code: JoinCode, data: some.DataObject) -> None:
    letters = list("".join(code.groups))
    places = data.draw(some.lists(some.integers(0, LENGTH - 1), min_size=2, max_size=2, unique=True))
    for at in places:
        letters[at] = data.draw(some.sampled_from([one for one in LETTERS if one != letters[at]]))
    with pytest.raises(Refused):
        join_code.read(f"{code.address}/{''.join(letters)}")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "machine and its port"),
        ("ABCD-EFGH", "machine and its port"),
        ("ops.example:99999/ABCD", "machine and its port"),
        ("https://ops.example:8444/ABCD", "machine and its port"),
        ("ops.example:8444/ABCD-EFGH", "24 letters and digits; these are 8"),
        ("ops.example:8444/" + "U" * 24, "character 'U'"),
        ("ops.example:8444/" + "A" * 100_000, "machine and its port"),
    ],
)
def test_what_is_no_code_is_refused_in_one_line(text: str, why: str) -> None:
    with pytest.raises(Refused, match=why) as refused:
        join_code.read(text)
    assert "\n" not in str(refused.value)


@given(some.text(string.printable, max_size=80))
def test_whatever_is_typed_is_a_code_or_is_refused(text: str) -> None:
    try:
        assert join_code.read(text).port
    except Refused:
        pass


def test_pin_and_key_are_stretched_and_depend_on_every_part() -> None:
    code = JoinCode("a", 1, join_code.pin_of(b"certificate"), "0123456789")
    # RFC 7914's function as hashlib has it, the first 60 bits of 64 as letters.
    whole = hashlib.scrypt(b"certificate", salt=b"qroc-node-pin-1", n=2**15, r=8, p=1, maxmem=2**26, dklen=8)
    bits = f"{int.from_bytes(whole, 'big'):064b}"
    assert code.pin == "".join(LETTERS[int(bits[at : at + 5], 2)] for at in range(0, 60, 5))
    assert join_code.pin_of(b"certificatf") != code.pin
    keys = {code.key(), code._replace(secret="0123456788").key(), code._replace(pin="0" * 12).key()}
    assert len(keys) == 3
    assert code._replace(host="b", port=2).key() == code.key()
