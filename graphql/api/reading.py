"""What resolvers read, in a fixed number of statements: loaders made anew for each request."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from functools import cache, cached_property, partial
from typing import NamedTuple, TypeVar

from strawberry.dataloader import DataLoader

from api.asking import ask
from api.file_reading import FileReading
from api.grouping_reading import GroupingReading
from api.moderation_reading import ModerationReading
from api.publication import reads_early
from api.snapshot import Snapshot
from api.treatment_reading import TreatmentReading
from api.viewing import ANYBODY, sees_concertation
from domain.acts import Body
from domain.builtin import builtin, names
from domain.procedure import Procedure
from domain.receipts import ReceiptDocument
from domain.refusals import Refusal
from domain.rights import Viewer
from store import (
    batches,
    bodies,
    concertations,
    contributions,
    figures,
    finding,
    ledger,
    organisations,
    people,
    procedures,
    questionnaires,
    receipts,
    versions,
)
from store.batches import Batch
from store.clock import instant
from store.committed_together import CommittedTogether, NotTogether
from store.contributions import Contribution, Figures, Receipt, Submission
from store.known_processes import Known, KnownProcesses
from store.ledger import Entry
from store.organisations import Organisation
from store.pages import Page
from store.pool import Connection, Pool
from store.versions import Version

T = TypeVar("T")


_MOST_PROCEDURES = 1000


class KnownProcedure(NamedTuple):
    """A procedure that a concertation can follow."""

    definition: Procedure
    digest: str
    published_at: datetime | None


@cache  # its digest is that of some 100 kB of JSON
def _built_in(name: str) -> KnownProcedure:
    definition = builtin(name)
    return KnownProcedure(definition, procedures.procedure_digest(definition), None)


class Reading:
    """The reads of one request, by one viewer."""

    def __init__(
        self,
        pool: Pool,
        viewer: Viewer = ANYBODY,
        within: float = 1.5,
        known: KnownProcesses | None = None,
        together: CommittedTogether | None = None,
    ) -> None:
        """Begin with nothing read. `within` is the longest wait for a connection, in seconds.

        `known` are processes that other requests have read: they spare reading snapshots again. `together` is what
        other requests are about to commit.
        """
        self._pool = pool
        self._viewer = viewer
        self._eyes = concertations.Eyes(viewer.member)
        self._within = within
        self._known = known
        self._together = together
        #: The concertations that the viewer was allowed to look into: texts are read of these alone.
        self._opened: set[str] = set()

    def fresh(self, viewer: Viewer) -> Reading:
        """Give the reads of a viewer, with nothing remembered but which concertations they looked into."""
        reading = Reading(self._pool, viewer, self._within, self._known, self._together)
        reading._opened = self._opened
        return reading

    @cached_property
    def moderation(self) -> ModerationReading:
        """What moderation reads."""
        return ModerationReading(self, self._viewer)

    @cached_property
    def grouping(self) -> GroupingReading:
        """What is read of groupings."""
        return GroupingReading(self, self._viewer)

    @cached_property
    def treatment(self) -> TreatmentReading:
        """What is read of the treatment."""
        return TreatmentReading(self, self._viewer)

    @cached_property
    def files(self) -> FileReading:
        """What is read of files."""
        return FileReading(self, self._viewer)

    # Loaders are made when they are asked: most operations need one or two of them.

    @cached_property
    def _snapshots(self) -> DataLoader[str, Snapshot | None]:
        return DataLoader(self._load_snapshots)

    @cached_property
    def _bodies(self) -> DataLoader[Body, dict[str, str] | None]:
        return DataLoader(self._load_bodies)

    @cached_property
    def _names(self) -> DataLoader[tuple[str | None, str], str | None]:
        return DataLoader(self._load_names)

    @cached_property
    def _organisations(self) -> DataLoader[tuple[str, str], Organisation | None]:
        return DataLoader(self._load_organisations)

    @cached_property
    def _questionnaires(self) -> DataLoader[str, questionnaires.Kept | None]:
        return DataLoader(self._load_questionnaires)

    @cached_property
    def _receipts(self) -> DataLoader[str, ReceiptDocument | None]:
        return DataLoader(self._load_receipts)

    @cached_property
    def _totals(self) -> DataLoader[tuple[finding.Scope, finding.Filter], finding.Total]:
        return DataLoader(self._load_totals)

    @cached_property
    def _versions(self) -> DataLoader[tuple[str, bool, str], tuple[Version, ...]]:
        return DataLoader(self._load_versions)

    @cached_property
    def _batches(self) -> DataLoader[tuple[str, str], Batch | None]:
        return DataLoader(self._load_batches)

    async def ask(self, question: Callable[[Connection], Awaitable[T]]) -> T:
        """Put a question to the store, on a connection of its own."""
        return await ask(self._pool, self._within, question)

    async def snapshot(self, concertation: str) -> Snapshot | None:
        """Give one concertation as its ledger folds, if it exists and the viewer may see it."""
        return self._seen(await self._snapshots.load(concertation))

    def _seen(self, at: Snapshot | None) -> Snapshot | None:
        if at is None or not sees_concertation(self._viewer, at):
            return None
        self._opened.add(at.id)
        return at

    def looks_into(self, at: Snapshot) -> None:
        """Take a concertation that was read for all who follow it, where this viewer may see it."""
        self._seen(at)

    def lately(self, concertation: str) -> Known | None:
        """Give a concertation as other requests read it last, for what `submit_together` takes."""
        return self._known.lately(concertation) if self._known else None

    async def submit_together(self, submission: Submission, head: bytes) -> Receipt | Refusal:
        """Take a contribution with others, if the ledger's head is still this one.

        Raises:
            NotTogether: nothing was changed; it must be sent alone.
        """
        if self._together is None:
            raise NotTogether
        return await self._together.submit(submission, head)

    async def snapshot_by_slug(self, slug: str) -> Snapshot | None:
        """Give one concertation by its slug, if it exists and the viewer may see it."""

        async def question(connection: Connection) -> Snapshot | None:
            found = await concertations.process_by_slug(connection, slug, self._known, eyes=self._eyes)
            return Snapshot(*found) if found else None

        return self._seen(await self.ask(question))

    async def any_snapshot(self, concertation: str) -> Snapshot | None:
        """Give one concertation as its ledger folds, whoever asks: for deciding, not for showing."""

        async def question(connection: Connection) -> Snapshot | None:
            found = await concertations.processes(connection, [concertation], self._known)
            return Snapshot(*found[concertation]) if concertation in found else None

        at = await self.ask(question)
        self._seen(at)
        return at

    async def body(self, body: Body) -> dict[str, str] | None:
        """Give the text of a body, by language."""
        return await self._bodies.load(body)

    async def name(self, person: str, concertation: str | None = None) -> str | None:
        """Give the name of a person in a concertation, where PostgreSQL lets the viewer know it, too."""
        return await self._names.load((concertation, person))

    async def concertation_page(
        self, *, first: int, after: concertations.Place | None, phases: Sequence[str] | None, mine: bool
    ) -> tuple[list[tuple[concertations.Concertation, Snapshot]], Page[concertations.Concertation]]:
        """Give a page of the list with the snapshots of its rows. Drafts are listed for their members alone."""
        member = self._viewer.member
        page = await self.ask(
            lambda connection: concertations.page(
                connection,
                first=first,
                after=after,
                phases=phases,
                member=(member or "") if mine else None,
                viewer=member,
            )
        )
        snapshots = await self._snapshots.load_many([row.id for row in page.rows])
        return [
            (row, at) for row, at in zip(page.rows, snapshots, strict=True) if self._seen(at) and at
        ], page

    async def ledger_page(
        self, concertation: str, *, first: int, after: int, kinds: Sequence[str] | None
    ) -> Page[Entry]:
        """Give a page of a ledger, oldest first."""
        return await self.ask(
            lambda connection: ledger.page(
                connection, concertation, reader=self._viewer.member, first=first, after=after, kinds=kinds
            )
        )

    async def entries(self, concertation: str, first: int, count: int) -> tuple[Entry, ...]:
        """Give so many rows of a ledger from the number `first` on."""
        if count == 0:
            return ()
        found = await self.ask(
            lambda connection: ledger.after(
                connection, concertation, first - 1, reader=self._viewer.member, most=count
            )
        )
        return tuple(found)

    async def entry(self, concertation: str, seq: int) -> Entry | None:
        """Give one row of a ledger."""
        return await self.ask(
            lambda connection: ledger.get(connection, concertation, seq, reader=self._viewer.member)
        )

    def scope(self, at: Snapshot, round: int, stage: str) -> finding.Scope:
        """Give a stage as the viewer may find contributions in it."""
        return finding.Scope(
            concertation=at.id,
            round=round,
            stage=stage,
            reader=self._viewer.member,
            sees_all=reads_early(self._viewer, at),
        )

    async def found(self, scope: finding.Scope, wanted: finding.Filter) -> finding.Total:
        """Say how many contributions are found in all."""
        return await self._totals.load((scope, wanted))

    async def similar(self, at: Snapshot, key: str, most: int) -> list[tuple[Contribution, float]]:
        """Give the contributions that the viewer may read and that say much the same as one of them."""
        return await self.ask(
            lambda connection: finding.similar(
                connection,
                key,
                most=most,
                reader=self._viewer.member,
                sees_all_of=at.id if reads_early(self._viewer, at) else None,
            )
        )

    async def contributions(self, at: Snapshot, keys: Sequence[str]) -> dict[str, Contribution]:
        """Give those contributions of a concertation that the viewer may read, by id."""
        if not keys:
            return {}
        found = await self.ask(
            lambda connection: contributions.get_many(
                connection,
                keys,
                reader=self._viewer.member,
                sees_all_of=at.id if reads_early(self._viewer, at) else None,
            )
        )
        return {key: row for key, row in found.items() if row.concertation == at.id}

    async def versions(self, at: Snapshot, key: str) -> tuple[Version, ...]:
        """Give the versions of a contribution that the viewer may read, the first one first."""
        return await self._versions.load((at.id, reads_early(self._viewer, at), key))

    async def batch(self, at: Snapshot, key: str) -> Batch | None:
        """Give a batch of a concertation."""
        return await self._batches.load((at.id, key))

    async def contribution_by_receipt(self, code: str) -> Contribution | None:
        """Give the contribution of a receipt: who knows the code may read it."""
        return await self.ask(lambda connection: contributions.by_receipt(connection, code))

    async def receipt(self, code: str) -> ReceiptDocument | None:
        """Give a receipt as a document, with its proofs once its stage is sealed."""
        return await self._receipts.load(code)

    async def figures(self, concertation: str, stages: Sequence[tuple[int, str]]) -> list[Figures]:
        """Count the contributions of stages, each given by round and key."""

        async def question(connection: Connection) -> list[Figures]:
            return [await figures.figures(connection, concertation, r, key) for r, key in stages]

        return await self.ask(question) if stages else []

    async def questionnaire(self, digest: str) -> questionnaires.Kept | None:
        """Give a questionnaire by its digest."""
        return await self._questionnaires.load(digest)

    async def now(self) -> datetime:
        """Say what time it is, by the only clock."""
        return await self.ask(instant)

    async def procedure(self, procedure: str, version: int | None) -> KnownProcedure | None:
        """Give a version of a procedure, its latest if none is named: published, or else built in."""
        found = await self.ask(lambda connection: procedures.get(connection, procedure, version))
        if found is not None:
            return KnownProcedure(found.definition, found.digest, found.published_at)
        if procedure not in names() or version not in (None, builtin(procedure).version):
            return None
        return _built_in(procedure)

    async def procedures(self) -> list[KnownProcedure]:
        """Give every procedure in its latest version, by key: those published, and those built in."""
        page = await self.ask(lambda connection: procedures.page(connection, first=_MOST_PROCEDURES))
        known = {name: _built_in(name) for name in names()}
        for row in page.rows:
            known[row.id] = KnownProcedure(row.definition, row.digest, row.published_at)
        return [known[key] for key in sorted(known)]

    async def _load_snapshots(self, keys: list[str]) -> list[Snapshot | None]:
        async def question(connection: Connection) -> list[Snapshot | None]:
            found = await concertations.processes(connection, keys, self._known, eyes=self._eyes)
            return [Snapshot(*found[key]) if key in found else None for key in keys]

        return await self.ask(question)

    async def _load_versions(self, keys: list[tuple[str, bool, str]]) -> list[tuple[Version, ...]]:
        found: dict[str, tuple[Version, ...]] = {}
        for concertation, sees_all in dict.fromkeys(key[:2] for key in keys):
            named = [key[2] for key in keys if key[:2] == (concertation, sees_all)]
            found |= await self.ask(
                partial(
                    versions.versions,
                    identifiers=named,
                    reader=self._viewer.member,
                    sees_all_of=concertation if sees_all else None,
                )
            )
        return [found.get(key[2], ()) for key in keys]

    async def _load_batches(self, keys: list[tuple[str, str]]) -> list[Batch | None]:
        found: dict[str, Batch] = {}
        for concertation in dict.fromkeys(key[0] for key in keys):
            named = [key[1] for key in keys if key[0] == concertation]
            found |= await self.ask(partial(batches.get_many, concertation=concertation, identifiers=named))
        return [found.get(key[1]) for key in keys]

    async def _load_bodies(self, keys: list[Body]) -> list[dict[str, str] | None]:
        found = await self.ask(
            lambda connection: bodies.texts(
                connection, [key.id for key in keys], reader=self._viewer.member, concertations=self._opened
            )
        )
        return [found.get(key.id) for key in keys]

    async def organisation(self, concertation: str, key: str) -> Organisation | None:
        """Give an organisation of a concertation by its name in the ledger."""
        return await self._organisations.load((concertation, key))

    async def _load_organisations(self, keys: list[tuple[str, str]]) -> list[Organisation | None]:
        async def question(connection: Connection) -> dict[tuple[str, str], Organisation]:
            wanted: dict[str, list[str]] = {}
            for concertation, key in keys:
                wanted.setdefault(concertation, []).append(key)
            return {
                (concertation, key): row
                for concertation, named in wanted.items()
                for key, row in (await organisations.get_many(connection, concertation, named)).items()
            }

        found = await self.ask(question)
        return [found.get(key) for key in keys]

    async def _load_names(self, keys: list[tuple[str | None, str]]) -> list[str | None]:
        found = await self.ask(lambda connection: people.names(connection, self._viewer.member, keys))
        return [found.get(key) for key in keys]

    async def _load_questionnaires(self, keys: list[str]) -> list[questionnaires.Kept | None]:
        found = await self.ask(lambda connection: questionnaires.get_many(connection, keys))
        return [found.get(key) for key in keys]

    async def _load_totals(self, keys: list[tuple[finding.Scope, finding.Filter]]) -> list[finding.Total]:
        return [await self.ask(partial(finding.total, scope=scope, wanted=wanted)) for scope, wanted in keys]

    async def _load_receipts(self, keys: list[str]) -> list[ReceiptDocument | None]:
        return [await self._load_receipt(key) for key in keys]

    async def _load_receipt(self, code: str) -> ReceiptDocument | None:
        received = await self.ask(lambda connection: receipts.find(connection, code))
        at = await self.snapshot(received.concertation) if received else None
        if received is None or at is None:
            return None
        runs = (*at.process.past_runs, *at.process.runs.values())
        place = (received.round, received.stage)
        seals = next((run.seals for run in runs if (run.round, run.key) == place), ())
        proofs = await self.ask(lambda connection: receipts.proofs(connection, received, seals))
        return receipts.document(received, at.process.slug, proofs)
