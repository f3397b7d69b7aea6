"""What was asked, with which key, and what came of it: one JSON line per command, for who wants to check afterwards."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TextIO


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A command and its last answer."""

    key: str
    operation: str
    #: The pseudonymous id of its author.
    member: str
    #: The type of the answer, and the code of the refusal where it was one.
    answer: str
    code: str | None
    #: Numbers of the events that came of it.
    events: tuple[int, ...]
    #: How often it was sent until an answer came, or was sent again on purpose.
    sent: int


class Transcript:
    """Writes entries into a file, if one is given."""

    def __init__(self, file: Path | None) -> None:
        """Begin the file anew."""
        self._file: TextIO | None = file.open("w", encoding="utf-8") if file else None

    def write(self, entry: Entry) -> None:
        """Add an entry."""
        if self._file is not None:
            self._file.write(json.dumps(asdict(entry), ensure_ascii=False) + "\n")
            self._file.flush()

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
