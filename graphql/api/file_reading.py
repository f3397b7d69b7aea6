"""What resolvers read of files, in a fixed number of statements: loaders made anew for each request."""

from __future__ import annotations

from functools import partial

from strawberry.dataloader import DataLoader

from api.moderation_reading import Asks
from api.publication import reads_early
from api.snapshot import Snapshot
from api.viewing import moderates
from domain.rights import Viewer
from store import files
from store.files import File, Reference, document_referrer

_Sees = tuple[str | None, bool]
"""The concertation that a viewer reads all of, if any, and whether they see there what moderation hides."""


class FileReading:
    """The reads of files by one request."""

    def __init__(self, reading: Asks, viewer: Viewer) -> None:
        """Ask through the reads of the request, for a viewer."""
        self._ask = reading.ask
        self._viewer = viewer
        self._attached: DataLoader[str, list[File]] = DataLoader(self._load_attached)
        self._scans: DataLoader[str, File | None] = DataLoader(self._load_scans)
        self._answered: DataLoader[tuple[_Sees, str], list[File]] = DataLoader(self._load_answered)

    async def get(self, id: str) -> File | None:
        """Give a file by its UUID, whoever asks: for deciding, not for showing."""
        return (await self._ask(lambda connection: files.get_many(connection, [id]))).get(id)

    async def references(self, id: str) -> list[Reference]:
        """Give what a file belongs to."""
        return (await self._ask(lambda connection: files.references(connection, [id])))[id]

    async def of_document(self, document: str, digest: str) -> list[File]:
        """Give the files of a version of a document."""
        return await self._attached.load(document_referrer(document, digest))

    async def of_contribution(self, at: Snapshot, key: str) -> list[File]:
        """Give the files of a contribution, if the viewer sees its text."""
        sees = (at.id if reads_early(self._viewer, at) else None, moderates(self._viewer, at))
        return await self._answered.load((sees, key))

    async def scan_of(self, contribution: str) -> File | None:
        """Give the scan of the form that a contribution was typed from, whoever asks: for deciding."""
        return await self._scans.load(contribution)

    async def _load_scans(self, keys: list[str]) -> list[File | None]:
        found = await self._ask(lambda connection: files.of_referrers(connection, "scan", keys))
        return [next(iter(found[key]), None) for key in keys]

    async def _load_attached(self, keys: list[str]) -> list[list[File]]:
        found = await self._ask(lambda connection: files.of_referrers(connection, "document", keys))
        return [found[key] for key in keys]

    async def _load_answered(self, keys: list[tuple[_Sees, str]]) -> list[list[File]]:
        found: dict[tuple[_Sees, str], list[File]] = {}
        for sees in dict.fromkeys(key[0] for key in keys):
            question = partial(
                files.of_contributions,
                ids=[key[1] for key in keys if key[0] == sees],
                reader=self._viewer.member,
                sees_all_of=sees[0],
                sees_hidden=sees[1],
            )
            found |= {(sees, id): some for id, some in (await self._ask(question)).items()}
        return [found[key] for key in keys]
