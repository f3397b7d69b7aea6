"""What the API has to know of files to give tickets for them. The bytes themselves never pass through GraphQL."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from domain.files.permission import LARGEST


class Tickets(Protocol):
    """Writes addresses that are good for one file, for one thing, for a short time."""

    def send(self, file: str, until: datetime) -> str:
        """Give the address to send the content of a file to."""
        ...

    def fetch(self, file: str, until: datetime) -> str:
        """Give the address to fetch a file from."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """How files are sent and fetched here."""

    tickets: Tickets
    #: The largest file that is taken, in bytes.
    largest: int = LARGEST
    #: How long an address to send a file to is good, and one to fetch a file from.
    upload_within: timedelta = timedelta(minutes=30)
    download_within: timedelta = timedelta(minutes=5)
