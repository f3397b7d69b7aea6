"""What a ticket that this server signed says: by the key of today, or by one of before that is still accepted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from joserfc import jwt
from joserfc.errors import BadSignatureError
from joserfc.jwk import OctKey

_ALGORITHM: Final = "HS256"


def claims_of(ticket: str, keys: Sequence[OctKey]) -> dict[str, Any]:
    """Give the claims of a ticket that one of these keys signed.

    Raises:
        JoseError, ValueError: none did, or it is no ticket.
    """
    *first, last = keys
    for key in first:
        try:
            return jwt.decode(ticket, key, algorithms=[_ALGORITHM]).claims
        except BadSignatureError:
            continue
    return jwt.decode(ticket, last, algorithms=[_ALGORITHM]).claims
