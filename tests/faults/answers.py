"""What an answer of the API says of an operation: done, refused, or nothing that settles it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

ASK_AGAIN = frozenset({"UNAVAILABLE", "OUTCOME_UNKNOWN", "TIMED_OUT", "RATE_LIMITED"})
"""Published codes of faults after which the same key is sent again."""


FAULTY = frozenset({"BAD_USER_INPUT", "UNAUTHENTICATED", "DOCUMENT_NOT_TRUSTED", "PERSISTED_QUERY_NOT_FOUND"})

PROPOSED = "SIGN_OFF_PENDING"
"""The one code of a union that says what was done: the act is there, as a proposal."""


class Said(StrEnum):
    """What an answer comes to."""

    DONE = "done"
    REFUSED = "refused"
    """A value of the union with a code: nothing was changed."""
    UNSETTLED = "unsettled"
    """A typed error after which nobody knows, or nothing was done: ask again."""
    FAULTY = "faulty"
    """The request itself is called faulty: the harness is, then."""
    UNTYPED = "untyped"
    """Anything else: an answer that no client can act on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer, as a client may rely on it."""

    said: Said
    #: What was brought about, of `DONE`; the refusal, of `REFUSED`.
    data: dict[str, Any]
    #: The code of a refusal or of a fault; the status and the first words of what has none.
    code: str = ""


def read(status: int, body: bytes) -> Answer:
    """Read an answer over HTTP to one mutation or one query with one field at the top."""
    try:
        told = json.loads(body)
        errors = told.get("errors")
        if errors:
            code = str(errors[0]["extensions"]["code"])
            if code in FAULTY:
                return Answer(said=Said.FAULTY, data={}, code=f"{code}: {errors[0]['message']}")
            return Answer(said=Said.UNSETTLED if code in ASK_AGAIN else Said.UNTYPED, data={}, code=code)
        (result,) = told["data"].values()
    except (ValueError, LookupError, TypeError, AttributeError):
        return Answer(said=Said.UNTYPED, data={}, code=f"{status} {body[:200].decode(errors='replace')}")
    if not isinstance(result, dict):
        return Answer(said=Said.DONE, data={"value": result})
    if "code" in result and "message" in result and result["code"] != PROPOSED:
        return Answer(said=Said.REFUSED, data=result, code=str(result["code"]))
    return Answer(said=Said.DONE, data=result)
