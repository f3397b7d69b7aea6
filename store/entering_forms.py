"""Entering forms in the name of a clerk, a batch in one transaction, by the rules of a clerk's entry.

Most go through `import_contributions`, all of a batch together. What there is more to look at (files, scans,
organisations, authors whom moderation hid, a form in the place of another) goes one by one through
`submit_contribution`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

import asyncpg

from domain.digests import canonical_text
from domain.files.scans import SCANS_NOT_GIVEN
from domain.interchange.forms import FormFault, FormLine
from domain.process import Process
from domain.refusals import Code, Refusal
from domain.rights import Scope, Viewer, holds
from store.clock import instant
from store.contribution_refusals import read_refusal
from store.contributions import Submission
from store.entering_scans import Scan, Scans, submit_with_scan
from store.identifiers import derived, parse
from store.people import put_new
from store.pool import Connection
from store.words import Words

_ATTEMPTS = 5


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


@dataclass(slots=True)
class Outcome:
    """What came of a batch."""

    receipts: list[tuple[FormLine, str, bool]] = field(default_factory=list)
    faults: dict[int, FormFault] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class FormEntry:
    """Enters forms of one target."""

    target: Target
    #: Takes in the scans that forms name; unset: there are none.
    scans: Scans | None = None
    _rights: dict[str | None, bool] = field(default_factory=dict)
    _words: Words = field(default_factory=Words)

    async def take(self, connection: Connection, batch: Sequence[FormLine | FormFault]) -> Outcome:
        """Take a batch in a transaction; once more where two at the same time were in each other's way."""
        forms = [one for one in batch if isinstance(one, FormLine)]
        scans = await self._scans(forms)
        for attempt in range(_ATTEMPTS):
            try:
                async with connection.transaction():
                    return await self._taken(connection, forms, scans)
            except (asyncpg.DeadlockDetectedError, asyncpg.SerializationError):
                if attempt == _ATTEMPTS - 1:
                    raise
        raise AssertionError("unreachable")

    async def _scans(self, forms: Sequence[FormLine]) -> dict[int, Scan | FormFault]:
        """Take in the scans before there is a transaction: that may take long."""

        async def take(form: FormLine, name: str) -> Scan | FormFault:
            found = await self.scans.take(name) if self.scans else SCANS_NOT_GIVEN
            return found if isinstance(found, Scan) else form.fault("scan", found)

        named = {form.line: take(form, form.scan) for form in forms if form.scan is not None}
        return dict(zip(named, await asyncio.gather(*named.values()), strict=True))

    async def _taken(
        self, connection: Connection, forms: Sequence[FormLine], scans: Mapping[int, Scan | FormFault]
    ) -> Outcome:
        outcome = Outcome(faults={n: fault for n, fault in scans.items() if isinstance(fault, FormFault)})
        forms = [form for form in forms if form.line not in outcome.faults]
        if not forms:
            return outcome
        now = await instant(connection)
        people = await self._people(connection, forms)
        ready: dict[int, tuple[FormLine, str]] = {}
        for form in forms:
            person = people[form.line]
            if isinstance(person, Refusal):
                outcome.faults[form.line] = form.fault(person.path[0], person)
            elif not self._may(person.territory, now):
                refusal = Refusal(Code.NOT_ALLOWED, {"act": "record_contribution"}, ("author",))
                outcome.faults[form.line] = form.fault("author", refusal)
            else:
                ready[form.line] = (form, person.member)
        names = {
            member: form.name
            for form, member in ready.values()
            if form.name is not None and not self._is_known(people[form.line])
        }
        if names:
            await put_new(connection, names)
        plain = {
            line: one
            for line, one in ready.items()
            if not one[0].files
            and line not in scans
            and one[0].supersede_reason is None
            and not self._is_special(people[line])
        }
        await self._enter(connection, plain, outcome)
        for line in ready.keys() - plain.keys():
            form, member = ready[line]
            scan = scans.get(line)
            assert not isinstance(scan, FormFault)
            answer = await submit_with_scan(connection, self._submission(form, member), scan)
            if isinstance(answer, Refusal):
                outcome.faults[line] = self._refused(form, answer)
            else:
                outcome.receipts.append((form, answer.code, answer.submitted_at >= now))
        return outcome

    @staticmethod
    def _is_special(person: _Person | Refusal) -> bool:
        return isinstance(person, _Person) and person.special

    @staticmethod
    def _is_known(person: _Person | Refusal) -> bool:
        return isinstance(person, _Person) and person.known

    async def _people(
        self, connection: Connection, forms: Sequence[FormLine]
    ) -> dict[int, _Person | Refusal]:
        """Give the author of each form. Where everybody may answer, who is on no list is a person of their own."""
        named = list({form.author for form in forms if form.author is not None})
        rows = await connection.fetch(
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
            self._rights[territory] = holds(viewer, "record_contribution", self.target.process, now, scope)
        return self._rights[territory]

    def _key(self, form: FormLine) -> str:
        if form.reference is None:
            return f"import/{self.target.file}/{form.line}"
        named = sha256(form.reference.encode()).hexdigest()[:40]
        return f"import/{self.target.round}/{self.target.stage}/{named}"

    async def _enter(
        self, connection: Connection, ready: dict[int, tuple[FormLine, str]], outcome: Outcome
    ) -> None:
        if not ready:
            return
        words = await self._words.vectors(connection, [form.body for form, _ in ready.values()])
        rows = await connection.fetch(
            "SELECT line, receipt, fresh, refusal FROM import_contributions($1, $2, $3, $4, $5, $6)",
            parse(self.target.process.id),
            self.target.round,
            self.target.stage,
            self.target.by,
            parse(self.target.batch) if self.target.batch else None,
            [
                self._row(form, member, found)
                for (form, member), found in zip(ready.values(), words, strict=True)
            ],
        )
        for row in rows:
            form = ready[row["line"]][0]
            if row["refusal"] is None:
                outcome.receipts.append((form, row["receipt"], row["fresh"]))
            else:
                outcome.faults[form.line] = self._refused(form, read_refusal(row["refusal"], False))

    def _row(self, form: FormLine, member: str, words: str | None) -> dict[str, Any]:
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
            "answers": None if form.answers is None else canonical_text(form.answers),
            "questionnaire": None if form.answers is None else self.target.questionnaire,
            "place": form.place,
            "reference": form.reference,
            "words": words,
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
        column = {
            "receivedAt": "received_at",
            "idempotencyKey": "reference",
            "idempotency_key": "reference",
            "scan_id": "scan",
            "stage": "",
            "batch": "",
        }
        name = refusal.path[0] if refusal.path else ""
        return form.fault(column.get(name, name), refusal)
