"""The kinds of files that are taken. What is not here is refused."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from domain.refusals import Code, Refusal


class Family(StrEnum):
    """How the content of a kind of file is recognised."""

    SIGNED = "signed"
    """By the bytes that it begins with."""
    OPEN_DOCUMENT = "open_document"
    """A zip with an entry `mimetype` (ODF 1.3, part 2, section 3.3)."""
    OFFICE_OPEN = "office_open"
    """A zip whose `[Content_Types].xml` names the type of its main part (ECMA-376, part 2, section 7.2.3)."""
    TEXT = "text"
    """Nothing but text, and no text that a browser or a shell would run."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of file."""

    media_type: str
    extensions: tuple[str, ...]
    """In lower case, without the dot; the usual one first."""
    family: Family


_ODF = "application/vnd.oasis.opendocument."
_OOXML = "application/vnd.openxmlformats-officedocument."

KINDS: dict[str, Kind] = {
    kind.media_type: kind
    for kind in (
        Kind("application/pdf", ("pdf",), Family.SIGNED),
        Kind("image/png", ("png",), Family.SIGNED),
        Kind("image/jpeg", ("jpg", "jpeg"), Family.SIGNED),
        Kind("image/webp", ("webp",), Family.SIGNED),
        Kind(f"{_ODF}text", ("odt",), Family.OPEN_DOCUMENT),
        Kind(f"{_ODF}spreadsheet", ("ods",), Family.OPEN_DOCUMENT),
        Kind(f"{_ODF}presentation", ("odp",), Family.OPEN_DOCUMENT),
        Kind(f"{_OOXML}wordprocessingml.document", ("docx",), Family.OFFICE_OPEN),
        Kind(f"{_OOXML}spreadsheetml.sheet", ("xlsx",), Family.OFFICE_OPEN),
        Kind(f"{_OOXML}presentationml.presentation", ("pptx",), Family.OFFICE_OPEN),
        Kind("text/csv", ("csv",), Family.TEXT),
        Kind("text/plain", ("txt",), Family.TEXT),
    )
}
"""The kinds that are taken, by media type."""

SCANNED = frozenset({"application/pdf", "image/png", "image/jpeg", "image/webp"})
"""What a scan of a form is: pages as they look."""

_VAGUE = frozenset({"", "application/octet-stream"})
"""What browsers say of files that they know nothing of: the name then decides."""
_OTHERWISE = {
    ("image/jpg", "jpg"): "image/jpeg",
    ("application/vnd.ms-excel", "csv"): "text/csv",  # browsers on a Windows that has a spreadsheet program
    ("text/comma-separated-values", "csv"): "text/csv",
}


def kind_of(media_type: str, name: str) -> Kind | Refusal:
    """Give the kind that a media type claims and a file name agrees with.

    Parameters of the media type (`; charset=…`) do not matter.
    """
    claimed = media_type.partition(";")[0].strip().lower()
    extension = name.rpartition(".")[2].lower()
    claimed = _OTHERWISE.get((claimed, extension), claimed)
    if claimed in _VAGUE:
        claimed = next((k.media_type for k in KINDS.values() if extension in k.extensions), claimed)
    kind = KINDS.get(claimed)
    if kind is None:
        return Refusal(Code.FILE_TYPE_NOT_ACCEPTED, {"accepted": accepted()}, ("media_type",))
    if "." not in name or extension not in kind.extensions:
        return Refusal(Code.FILE_TYPE_MISMATCH, {"expected": kind.extensions[0].upper()}, ("name",))
    return kind


def accepted(among: Collection[str] = KINDS.keys()) -> str:
    """List the extensions that are taken, among these media types, for people."""
    return ", ".join(kind.extensions[0].upper() for key, kind in KINDS.items() if key in among)
