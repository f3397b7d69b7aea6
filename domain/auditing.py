"""What is written down of who came in and who was turned away. Where it is kept, and for how long, is not here."""

from __future__ import annotations

from enum import StrEnum

from domain.enumeration import direct


@direct
class What(StrEnum):
    """What happened at a door."""

    SIGNED_IN = "signed_in"
    """Somebody came with a token that this process had not seen, began a session, or signed in by a code."""
    SIGNED_OUT = "signed_out"
    """A session was ended by its owner."""
    TOKEN_CREATED = "token_created"
    """A personal access token was made."""
    TOKEN_REVOKED = "token_revoked"
    """A personal access token was ended."""
    ROLE_GRANTED = "role_granted"
    """An operator granted a role on the platform."""
    ROLE_WITHDRAWN = "role_withdrawn"
    """An operator took one back."""
    SIGN_IN_FAILED = "sign_in_failed"
    """A sign-in at an identity provider came to nothing."""
    TOKEN_REFUSED = "token_refused"
    """A token or a cookie did not work: forged, expired, revoked, for somebody else."""
    CODE_WRONG = "code_wrong"
    """The code of an invitation was none."""
    NOT_ALLOWED = "not_allowed"
    """Somebody asked for what they may not do."""
    ASKED_TOO_MUCH = "asked_too_much"
    """The gate refused a document."""
    RATE_LIMITED = "rate_limited"
    """Somebody asked too often."""
    DROPPED = "dropped"
    """So many refusals were not written, because too many different ones came in one minute."""


REFUSALS = frozenset(
    {
        What.SIGN_IN_FAILED,
        What.TOKEN_REFUSED,
        What.CODE_WRONG,
        What.NOT_ALLOWED,
        What.ASKED_TOO_MUCH,
        What.RATE_LIMITED,
    }
)
"""What anybody can make happen as often as they like."""
