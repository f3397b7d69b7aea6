"""Bringing in lists of organisations and participants, in batches; the same list again changes nothing.

All or nothing, the whole list is one transaction, in which the concertation waits; else each batch is one.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeVar
from uuid import uuid4

from domain.acts import Actor, Command, EnrolMember, EnrolMembers
from domain.csv_rows import LineFault
from domain.interchange.extent import Extent
from domain.organisations.lists import OrganisationLine, ParticipantLine
from domain.process import Process
from domain.refusals import Code, Refusal
from store import organisations
from store.concertations import process as process_of
from store.identifiers import parse
from store.letters import keep_addresses
from store.organisations import Organisation
from store.people import put_new
from store.pool import Connection
from store.recording import record
from store.replies import Refused

Line = TypeVar("Line", OrganisationLine, ParticipantLine)

BATCH = 500
"""Lines that are taken together."""


@dataclass(slots=True)
class Imported:
    """What came of a list."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    #: Lines with a fault.
    bad: int = 0
    #: Whether anything of it was kept.
    kept: bool = False


@dataclass(slots=True, kw_only=True)
class Import:
    """An import on its way: into which concertation, in whose name, how much of it."""

    connection: Connection
    process: Process
    #: The coordinator in whose name people are enrolled and organisations registered.
    by: str
    extent: Extent
    #: Told of each fault, in the order of the lines, as it is found.
    tell: Callable[[LineFault], None]
    found: Imported = field(default_factory=Imported)
    _last_bad: int = 0
    _enrolled: set[str] = field(default_factory=set)
    _seen: int = 0

    async def organisations(self, lines: Iterable[OrganisationLine | LineFault]) -> Imported:
        """Register or amend organisations by their reference."""
        async with self._whole():
            for batch in self._batches(lines):
                async with self.connection.transaction():
                    await self._take_organisations(batch)
        return self.found

    async def participants(self, lines: Iterable[ParticipantLine | LineFault]) -> Imported:
        """Enrol participants by their reference, each under a pseudonymous id of their own."""
        async with self._whole():
            for batch in self._batches(lines):
                async with self.connection.transaction():
                    await self._take_participants(batch)
        return self.found

    @asynccontextmanager
    async def _whole(self) -> AsyncIterator[None]:
        """Keep the whole list or nothing of it, where that is asked for; lines are looked at to the last one."""
        if self.extent is Extent.GOOD_LINES:
            yield
            self.found.kept = True
            return
        transaction = self.connection.transaction()
        await transaction.start()
        try:
            yield
        except BaseException:
            await transaction.rollback()
            raise
        self.found.kept = self.extent is Extent.ALL_OR_NOTHING and not self.found.bad
        await (transaction.commit() if self.found.kept else transaction.rollback())

    def _batches(self, lines: Iterable[Line | LineFault]) -> Iterator[list[Line]]:
        given = iter(lines)
        while taken := list(islice(given, BATCH)):
            for one in taken:
                if isinstance(one, LineFault):
                    self._fault(one)
            good = [one for one in taken if not isinstance(one, LineFault)]
            if good:
                yield good

    def _fault(self, fault: LineFault) -> None:
        self.tell(fault)
        is_advice = not isinstance(fault.fault, Refusal) and fault.fault.severity == "advice"
        if not is_advice and fault.line != self._last_bad:
            self._last_bad = fault.line
            self.found.bad += 1

    async def _take_organisations(self, batch: Sequence[OrganisationLine]) -> None:
        known = await organisations.by_reference(
            self.connection, self.process.id, [line.said.reference or "" for line in batch]
        )
        new = [line.said for line in batch if line.said.reference not in known]
        kept_new = await organisations.register_many(
            self.connection, concertation=self.process.id, said=new, by=self.by
        )
        self.found.new += len(kept_new)
        postal = {line.said.reference: line.postal for line in batch if line.said.reference and line.postal}
        for line in batch:
            if line.said.reference in kept_new:
                continue
            before = known.get(line.said.reference or "")
            if before is not None and organisations.says(before, line.said) and line.said.email is None:
                self.found.unchanged += 1
                continue
            if before is None:
                kept = await organisations.register(
                    self.connection, id=str(uuid4()), concertation=self.process.id, said=line.said, by=self.by
                )
            else:
                kept = await organisations.amend(
                    self.connection, id=before.id, concertation=self.process.id, said=line.said
                )
            self._count(line, kept, before)
        if postal:
            registered = await organisations.by_reference(self.connection, self.process.id, list(postal))
            await keep_addresses(
                self.connection,
                self.process.id,
                {f"organisation/{found.id}": postal[reference] for reference, found in registered.items()},
            )

    def _count(
        self, line: OrganisationLine, kept: Organisation | Refusal, before: Organisation | None
    ) -> None:
        if isinstance(kept, Refusal):
            self._fault(line.row.fault(kept.path[0], kept))
        elif before is None:
            self.found.new += 1
        elif organisations.says(before, line.said):
            self.found.unchanged += 1
        else:
            self.found.changed += 1

    async def _take_participants(self, batch: Sequence[ParticipantLine]) -> None:
        rows = await self.connection.fetch(
            "SELECT reference FROM participant WHERE concertation = $1 AND reference = ANY ($2::text[])",
            parse(self.process.id),
            [line.said.reference for line in batch],
        )
        known = {row["reference"] for row in rows}
        self.found.unchanged += sum(line.said.reference in known for line in batch)
        new = [line for line in batch if line.said.reference not in known]
        named = await organisations.by_reference(
            self.connection, self.process.id, [line.said.organisation or "" for line in new]
        )
        enrolments: dict[str, tuple[ParticipantLine, EnrolMember]] = {}
        for line in new:
            enrolment = self._enrolment(line, named)
            if isinstance(enrolment, LineFault):
                self._fault(enrolment)
            elif enrolment.member in enrolments:
                refusal = Refusal(Code.ALREADY_ENROLLED, {"member": enrolment.member}, ("pseudonym",))
                self._fault(line.row.fault("pseudonym", refusal))
            else:
                enrolments[enrolment.member] = (line, enrolment)
        if enrolments:
            await self._enrol(enrolments)
        await self._keep_addresses(batch)

    async def _keep_addresses(self, batch: Sequence[ParticipantLine]) -> None:
        """Keep where letters go: of those who were there before, too."""
        postal = {line.said.reference: line.postal for line in batch if line.postal}
        if postal:
            rows = await self.connection.fetch(
                "SELECT member, reference FROM participant WHERE concertation = $1 AND reference = ANY ($2::text[])",
                parse(self.process.id),
                list(postal),
            )
            lines = {f"member/{row['member']}": postal[row["reference"]] for row in rows}
            await keep_addresses(self.connection, self.process.id, lines)

    def _enrolment(self, line: ParticipantLine, named: dict[str, Organisation]) -> EnrolMember | LineFault:
        """Give what is to be asked, or why it would be refused: `domain.deciding.people` would say the same."""
        said = line.said
        organisation = named.get(said.organisation or "")
        if said.organisation is not None and organisation is None:
            refusal = Refusal(Code.UNKNOWN_ORGANISATION, {}, ("organisation",))
            return line.row.fault("organisation", refusal)
        college = said.college or (organisation.college if organisation else None)
        if organisation is not None and college != organisation.college:
            refusal = Refusal(Code.COLLEGE_OF_ORGANISATION, {"college": organisation.college}, ("college",))
            return line.row.fault("college", refusal)
        member = self.process.members.get(said.pseudonym or "")
        if said.pseudonym in self._enrolled or (member is not None and member.left_at is None):
            refusal = Refusal(Code.ALREADY_ENROLLED, {"member": said.pseudonym or ""}, ("pseudonym",))
            return line.row.fault("pseudonym", refusal)
        return EnrolMember(
            member=said.pseudonym or str(uuid4()),
            college=college,
            organisation=organisation.id if organisation else None,
            territory=said.place or (organisation.place if organisation else None),
            elected=said.elected,
        )

    async def _enrol(self, enrolments: dict[str, tuple[ParticipantLine, EnrolMember]]) -> None:
        """Enrol them by one command, keep their names, and under which references they came."""
        command = Command(
            id=f"import/{uuid4()}",
            concertation=self.process.id,
            actor=Actor(member=self.by),
            act=EnrolMembers(members=tuple(enrolment for _, enrolment in enrolments.values())),
        )
        recorded = await record(self.connection, command, max(self._seen, self.process.seq))
        reply, self._seen = recorded.reply, recorded.seq
        if isinstance(reply, Refused):
            for line, _ in enrolments.values():
                self._fault(line.row.fault("", reply.refusal))
            return
        await put_new(self.connection, {member: line.said.name for member, (line, _) in enrolments.items()})
        await self.connection.executemany(
            "INSERT INTO participant (concertation, reference, member, email, at) VALUES ($1, $2, $3, $4, instant())",
            [
                (parse(self.process.id), line.said.reference, member, line.said.email)
                for member, (line, _) in enrolments.items()
            ],
        )
        # Those that came with an id of their own: no other id can come a second time.
        self._enrolled |= {line.said.pseudonym for line, _ in enrolments.values() if line.said.pseudonym}
        self.found.new += len(enrolments)


async def begin(
    connection: Connection,
    concertation: str,
    *,
    by: str,
    extent: Extent,
    tell: Callable[[LineFault], None],
) -> Import | None:
    """Prepare an import into a concertation; `None` where there is none."""
    process = await process_of(connection, concertation)
    if process is None:
        return None
    return Import(connection=connection, process=process, by=by, extent=extent, tell=tell)
