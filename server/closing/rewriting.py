"""Making the pages of an archive again, for who verifies it: from what its other files say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from domain.closing.chronicle import Chronicle
from server.closing.archived import Archived
from server.closing.dossier import dossier
from server.closing.page import readable


def pages(
    told: Chronicle, head: str, figures: Sequence[Mapping[str, Any]], texts: Mapping[str, Any]
) -> dict[str, bytes]:
    """Give the files that people read, by name."""
    made = dossier(Archived(told=told, head=head, figures=figures, texts=texts))
    return {name: b"".join(pieces) for name, pieces in readable(made)}
