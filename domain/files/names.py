"""Names of files as people gave them: shown again at the download, and never used as a path."""

from __future__ import annotations

import re
from unicodedata import normalize

from domain.refusals import Code, Refusal

LONGEST = 200
"""Characters of a name."""
MOST_BYTES = 255
"""Bytes of a name in UTF-8: what file systems take."""

_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
"""Controls, what turns the direction of writing ("exe.pdf" for "fdp.exe"), what cannot be seen, lone surrogates."""
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE)
"""Names of devices, which Windows opens in place of the file."""


def read_name(name: str) -> str | Refusal:
    """Give a file name in its one form (NFC), or why it cannot be one."""
    tidy = normalize("NFC", name).strip() if not _HIDDEN.search(name) else ""
    if (
        not tidy
        or len(tidy) > LONGEST
        or len(tidy.encode()) > MOST_BYTES
        or "/" in tidy
        or "\\" in tidy
        or tidy.startswith(".")
        or tidy.endswith(".")
        or _RESERVED.fullmatch(tidy)
    ):
        return Refusal(Code.FILE_NAME_INVALID, {"longest": LONGEST}, ("name",))
    return tidy
