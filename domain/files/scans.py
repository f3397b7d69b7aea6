"""Scans of forms that a file of forms names: which names and kinds are taken, and what is said where one is missing."""

from __future__ import annotations

from domain.files.kinds import SCANNED, Kind, accepted, kind_of
from domain.refusals import Code, Finding, Refusal

SCAN_MISSING = Finding("scan_missing")
"""There is no plain file of this name in the folder."""
SCANS_NOT_GIVEN = Finding("scans_not_given")
"""No folder was named."""


def kind_of_scan(name: str) -> Kind | Refusal:
    """Give the kind that the name of a scan claims: of pages as they look."""
    kind = kind_of("", name)
    if isinstance(kind, Refusal) or kind.media_type not in SCANNED:
        return Refusal(Code.FILE_TYPE_NOT_ACCEPTED, {"accepted": accepted(SCANNED)}, ("scan",))
    return kind
