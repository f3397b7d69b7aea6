"""Bringing in forms that were typed or scanned elsewhere, in batches, in the name of a clerk and by the clerk's rules.

Each form is known by a key of its own, made of its reference, or else of the file and the line: the same file again
changes nothing, and goes on where it was broken off.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from domain.digests import canonical
from domain.interchange.forms import FormFault, FormLine
from domain.process import Process
from domain.refusals import Code, Refusal
from domain.rights import Scope, Viewer, may
from store.clock import instant
from store.contribution_refusals import read_refusal
from store.contributions import Submission
from store.enclosing import submit_with_files
from store.identifiers import derived, parse
from store.importing_people import Extent
from store.people import put_new
from store.pool import Connection

BATCH = 1_000
"""Forms that are taken together, in one transaction unless more are kept together."""
MOST_TOGETHER = 100_000
"""Lines of a file that is taken all or nothing, or tried: so long the closing of the stage waits for it."""


class TooManyTogether(Exception):
    """The file is too long to be taken all or nothing. Nothing was kept."""


@dataclass(slots=True)
class Entered:
    """What came of a file of forms."""

    new: int = 0
    unchanged: int = 0
    #: Lines with a fault.
    bad: int = 0
    #: Whether anything of it was kept.
    kept: bool = False

    @property
    def lines(self) -> int:
        """How many lines were looked at."""
        return self.new + self.unchanged + self.bad


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where forms go, and in whose name."""

    process: Process
    round: int
    stage: str
    #: The clerk.
    by: str
    #: Digest of the questionnaire that they answer; unset: none.
    questionnaire: str | None
    batch: str | None = None
    #: Digest of the file: what names lines that have no reference.
    file: str


@dataclass(slots=True)
class _Person:
    """An author of a form: under which id, from where."""

    member: str
    territory: str | None
    #: Whether they are a member.
    known: bool
    #: Speaks for an organisation, or was hidden by moderation: there is more to look at.
    special: bool = False


@dataclass(slots=True, kw_only=True)
class FormImport:
    """An import on its way."""

    connection: Connection
    target: Target
    extent: Extent
    #: Told of each fault, in the order of the lines.
    tell: Callable[[FormFault], None]
    #: Told of each receipt: the line, the code, whether it is new.
    receipt: Callable[[FormLine, str, bool], None] = lambda form, code, fresh: None
    #: Told after each batch.
    progress: Callable[[Entered], None] = lambda entered: None
    found: Entered = field(default_factory=Entered)
    _rights: dict[str | None, bool] = field(default_factory=dict)
    _last_bad: int = 0

    async def run(self, forms: Iterable[FormLine | FormFault]) -> Entered:
        """Enter the forms. The next ones are read while PostgreSQL takes those before.

        Raises:
            Unreadable: the file cannot be read further.
            TooManyTogether: see there.
        """
        batches = self._batches(forms)
        async with self._whole():
            batch = await asyncio.to_thread(next, batches, None)
            while batch is not None:
                reading = asyncio.create_task(asyncio.to_thread(next, batches, None))
                try:
                    async with self.connection.transaction():
                        await self._take(batch)
                finally:
                    batch = await reading
                self.progress(self.found)
                if self.extent is not Extent.GOOD_LINES and self.found.lines > MOST_TOGETHER:
                    raise TooManyTogether
        return self.found

    @asynccontextmanager
    async def _whole(self) -> AsyncIterator[None]:
        """Keep the whole file or nothing of it, where that is asked for; lines are looked at to the last one."""
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

    def _batches(self, forms: Iterable[FormLine | FormFault]) -> Iterator[list[FormLine | FormFault]]:
        """Give the forms in batches in which no key is twice: each meets what came of the one before it."""
        batch: list[FormLine | FormFault] = []
        keys: set[str] = set()
        for form in forms:
            key = form.reference if isinstance(form, FormLine) else None
            if len(batch) >= BATCH or (key is not None and key in keys):
                yield batch
                batch, keys = [], set()
            batch.append(form)
            if key is not None:
                keys.add(key)
        if batch:
            yield batch

    async def _take(self, batch: list[FormLine | FormFault]) -> None:
        forms = [one for one in batch if isinstance(one, FormLine)]
        now = await instant(self.connection)
        people = await self._people(forms)
        outcomes: dict[int, FormFault] = {}
        ready: dict[int, tuple[FormLine, str]] = {}
        for form in forms:
            person = people[form.line]
            if isinstance(person, Refusal):
                outcomes[form.line] = form.fault(person.path[0], person)
            elif not self._may(person.territory, now):
                refusal = Refusal(Code.NOT_ALLOWED, {"act": "record_contribution"}, ("author",))
                outcomes[form.line] = form.fault("author", refusal)
            else:
                ready[form.line] = (form, person.member)
        await put_new(
            self.connection,
            {
                member: form.name
                for form, member in ready.values()
                if form.name is not None and not self._is_known(people[form.line])
            },
        )
        plain = {
            line: one
            for line, one in ready.items()
            if not one[0].files and one[0].supersede_reason is None and not self._is_special(people[line])
        }
        for line, refusal in (await self._enter(plain)).items():
            outcomes[line] = self._refused(ready[line][0], refusal)
        for line in ready.keys() - plain.keys():
            form, member = ready[line]
            answer = await submit_with_files(self.connection, self._submission(form, member))
            if isinstance(answer, Refusal):
                outcomes[line] = self._refused(form, answer)
                continue
            fresh = answer.submitted_at >= now
            self.found.new += fresh
            self.found.unchanged += not fresh
            self.receipt(form, answer.code, fresh)
        for one in batch:
            fault = one if isinstance(one, FormFault) else outcomes.get(one.line)
            if fault is not None:
                self._fault(fault)

    @staticmethod
    def _is_special(person: _Person | Refusal) -> bool:
        return isinstance(person, _Person) and person.special

    @staticmethod
    def _is_known(person: _Person | Refusal) -> bool:
        return isinstance(person, _Person) and person.known

    async def _people(self, forms: list[FormLine]) -> dict[int, _Person | Refusal]:
        """Give the author of each form. Where everybody may answer, who is on no list is a person of their own."""
        named = list({form.author for form in forms if form.author is not None})
        rows = await self.connection.fetch(
            """
            SELECT s.said, m.member, m.territory, m.organisation IS NOT NULL OR EXISTS (
                SELECT FROM contribution c
                WHERE c.member = m.member AND c.concertation = $1 AND c.hidden_at IS NOT NULL
            ) AS special
            FROM unnest($2::text[]) AS s (said)
            LEFT JOIN participant p ON p.concertation = $1 AND p.reference = s.said
            JOIN member m ON m.concertation = $1 AND m.member = coalesce(p.member, s.said)
            """,
            parse(self.target.process.id),
            named,
        )
        known = {row["said"]: _Person(row["member"], row["territory"], True, row["special"]) for row in rows}
        stage = self.target.process.stages[self.target.stage]
        found: dict[int, _Person | Refusal] = {}
        for form in forms:
            if form.author is not None and form.author in known:
                found[form.line] = known[form.author]
            elif stage.admission != "open":
                found[form.line] = Refusal(Code.UNKNOWN_MEMBER, {}, ("author",))
            elif form.author is not None:
                member = derived(self.target.process.id, form.author, "author of a form")
                found[form.line] = _Person(member, None, False)
            else:
                member = derived(self.target.process.id, self._key(form), "author of one form")
                found[form.line] = _Person(member, None, False)
        return found

    def _may(self, territory: str | None, now: datetime) -> bool:
        """Say whether the clerk may enter what comes from there: asked once for each territory."""
        if territory not in self._rights:
            viewer, scope = Viewer(member=self.target.by), Scope(territory=territory)
            self._rights[territory] = may(viewer, "record_contribution", self.target.process, now, scope)
        return self._rights[territory]

    def _key(self, form: FormLine) -> str:
        if form.reference is None:
            return f"import/{self.target.file}/{form.line}"
        named = sha256(form.reference.encode()).hexdigest()[:40]
        return f"import/{self.target.round}/{self.target.stage}/{named}"

    async def _enter(self, ready: dict[int, tuple[FormLine, str]]) -> dict[int, Refusal]:
        if not ready:
            return {}
        rows = await self.connection.fetch(
            "SELECT line, receipt, fresh, refusal FROM import_contributions($1, $2, $3, $4, $5, $6)",
            parse(self.target.process.id),
            self.target.round,
            self.target.stage,
            self.target.by,
            parse(self.target.batch) if self.target.batch else None,
            [self._row(form, member) for form, member in ready.values()],
        )
        refused: dict[int, Refusal] = {}
        for row in rows:
            if row["refusal"] is not None:
                refused[row["line"]] = read_refusal(row["refusal"], False)
                continue
            if row["fresh"]:
                self.found.new += 1
            else:
                self.found.unchanged += 1
            self.receipt(ready[row["line"]][0], row["receipt"], row["fresh"])
        return refused

    def _row(self, form: FormLine, member: str) -> dict[str, Any]:
        return {
            "line": form.line,
            "key": self._key(form),
            "author": member,
            "college": form.college,
            "channel": form.channel,
            "themes": form.themes,
            "body": form.body,
            "posted_at": form.posted_at,
            "received_at": form.received_at,
            "answers": None if form.answers is None else canonical(form.answers).decode(),
            "questionnaire": None if form.answers is None else self.target.questionnaire,
            "place": form.place,
            "reference": form.reference,
        }

    def _submission(self, form: FormLine, member: str) -> Submission:
        return Submission(
            concertation=self.target.process.id,
            round=self.target.round,
            stage=self.target.stage,
            actor=self.target.by,
            author=member,
            key=self._key(form),
            body=form.body,
            college=form.college,
            channel=form.channel,
            themes=form.themes,
            posted_at=form.posted_at,
            received_at=form.received_at,
            answers=form.answers,
            questionnaire=None if form.answers is None else self.target.questionnaire,
            files=form.files,
            place=form.place,
            reference=form.reference,
            batch=self.target.batch,
            supersede_reason=form.supersede_reason,
        )

    def _refused(self, form: FormLine, refusal: Refusal) -> FormFault:
        column = {"receivedAt": "received_at", "idempotencyKey": "reference", "stage": "", "batch": ""}
        name = refusal.path[0] if refusal.path else ""
        return form.fault(column.get(name, name), refusal)

    def _fault(self, fault: FormFault) -> None:
        self.tell(fault)
        if getattr(fault.fault, "severity", "error") == "advice" or fault.line == self._last_bad:
            return
        self._last_bad = fault.line
        self.found.bad += 1
