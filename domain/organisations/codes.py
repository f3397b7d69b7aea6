"""Codes of invitations: short, for a letter, readable aloud, with a sign that checks the others.

Twelve signs in three groups of four, of an alphabet of 31 without 0, O, 1, I and L. Eleven come by chance; with the
weights 1 to 12 the sum of all is a multiple of 31, a prime: one wrong sign, or two that changed places, always show.
"""

from __future__ import annotations

from hashlib import sha256

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_PRIME = len(ALPHABET)
_CHOSEN = 11
POSSIBLE = _PRIME**_CHOSEN
"""How many codes there are: some 2 to the power of 54."""
_INVERSE = pow(_CHOSEN + 1, -1, _PRIME)


def write(number: int) -> str:
    """Give the code of a number from 0 to `POSSIBLE` - 1, as it is printed: `XXXX-XXXX-XXXX`."""
    if not 0 <= number < POSSIBLE:
        raise ValueError("no code has this number")
    values = []
    for _ in range(_CHOSEN):
        number, value = divmod(number, _PRIME)
        values.append(value)
    total = sum(weight * value for weight, value in enumerate(values, 1))
    values.append(-total * _INVERSE % _PRIME)
    signs = "".join(ALPHABET[value] for value in values)
    return f"{signs[:4]}-{signs[4:8]}-{signs[8:]}"


def read(text: str) -> str | None:
    """Give a code in its printed form, however it was spaced and in any case; `None` where it was misread."""
    if len(text) > 100:
        return None
    signs = "".join(sign for sign in text.upper() if not (sign.isspace() or sign in "-–—‑.,_/"))
    if len(signs) != _CHOSEN + 1 or any(sign not in ALPHABET for sign in signs):
        return None
    if sum(weight * ALPHABET.index(sign) for weight, sign in enumerate(signs, 1)) % _PRIME:
        return None
    return f"{signs[:4]}-{signs[4:8]}-{signs[8:]}"


def hashed(concertation: str, code: str) -> bytes:
    """Give what is kept of a code: SHA-256 over the UUID of its concertation and the code as printed."""
    return sha256(f"{concertation}\x1f{code}".encode()).digest()
