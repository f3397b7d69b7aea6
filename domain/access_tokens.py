"""Personal access tokens: how one is written and recognised. Making the chance in it and keeping it is not done here.

A prefix that no other service uses, 43 signs of the alphabet 0-9 A-Z a-z that stand for 256 random bits, and 6 signs
that check them (CRC-32 of the 43): whoever scans published code for leaks finds one, and knows a false one at once.
"""

from __future__ import annotations

from hashlib import sha256
from string import ascii_lowercase, ascii_uppercase, digits
from zlib import crc32

PREFIX = "concertation_pat_"
INVITED = "concertation_inv_"
"""What the token begins with that whoever has the code of an invitation is given, written in the same way."""
CHANCE = 32
"""Bytes of chance in a token."""
PATTERN = rf"{PREFIX}[0-9A-Za-z]{{49}}"
"""What scanners for leaked secrets look for."""
LONGEST_NAME = 100
"""Characters of the name that its owner gives a token."""
MOST_LIVE = 50
"""So many tokens of one member work at the same time."""

_ALPHABET = digits + ascii_uppercase + ascii_lowercase
_SIGNS, _CHECKING = 43, 6
_KNOWN = frozenset(_ALPHABET)


def write(chance: bytes, prefix: str = PREFIX) -> str:
    """Give the token of `CHANCE` random bytes.

    Raises:
        ValueError: they are fewer or more.
    """
    if len(chance) != CHANCE:
        raise ValueError(f"a token takes {CHANCE} bytes of chance")
    signs = _signs(int.from_bytes(chance), _SIGNS)
    return f"{prefix}{signs}{_check(signs)}"


def digest_of(token: str) -> bytes | None:
    """Give what is kept of a token, its SHA-256; `None` for what was never one.

    A hash made slow on purpose protects what people choose; nobody guesses 256 random bits.
    """
    signs = token.removeprefix(PREFIX).removeprefix(INVITED)
    if len(token) != len(PREFIX) + _SIGNS + _CHECKING or len(signs) != _SIGNS + _CHECKING:
        return None
    if not _KNOWN.issuperset(signs) or _check(signs[:_SIGNS]) != signs[_SIGNS:]:
        return None
    return sha256(token.encode()).digest()


def _check(signs: str) -> str:
    return _signs(crc32(signs.encode()), _CHECKING)


def _signs(number: int, length: int) -> str:
    found = []
    for _ in range(length):
        number, value = divmod(number, len(_ALPHABET))
        found.append(_ALPHABET[value])
    return "".join(reversed(found))
