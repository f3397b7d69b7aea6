"""What moving a concertation to a later version of its procedure would change: read before anybody does it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import Private, argument, field
from strawberry.scalars import JSON

from api.ballots import Ballot, ballot_of
from api.context import Info
from api.enumerations import BallotFate, ImpactEffect
from api.people import Office, office_of
from api.procedures import Finding, Procedure, finding_of, procedure_of
from api.reading import KnownProcedure
from api.snapshot import Snapshot
from api.stages import Stage, stage_of
from domain.deciding.seats import offices_named
from domain.deciding.signing import signoff_named
from domain.migrating import impact as model
from domain.migrating.reporting import report
from domain.migrating.wording import because_text, change_text, invitations_text
from domain.refusals import Code, Refusal
from domain.rights import may
from store import invitations


@strawberry.type(description="One thing that a later version of the procedure changes.")
class ProcedureChange:
    path: list[str] = field(
        description="Where: keys and positions into the definition of the later version; of what is taken out, into "
        "that of the version that is followed."
    )
    part: str = field(description="What it is: `duration_minimum`, `channel`, `office_seats`, …")
    stage_key: str | None = field(description="The key of the stage that it is about, where it is about one.")
    before: JSON | None = field(description="As it is, in JSON; nothing where it is new.")
    after: JSON | None = field(description="As it would be; nothing where it is taken out.")
    effect: ImpactEffect = field(description="What it means.")
    code: str = field(description="Why it means that: a code that never changes its meaning.")
    source: str = field(description="The law, the practice or the demand that this follows from.")
    summary: str = field(description="What changes, in one sentence in the language of the request.")
    explanation: str = field(description="What that means, in one sentence in the language of the request.")


@strawberry.type(description="Dates of a stage that a later version of the procedure changes.")
class DatesImpact:
    at: Private[Snapshot]
    stage_key: str = field(description="The key of the stage.")
    opens_at_before: datetime | None = field(description="The opening as announced; nothing: a new stage.")
    closes_at_before: datetime | None = field(description="The closing as announced.")
    opens_at: datetime | None = field(description="The opening as it would be; nothing: it is taken out.")
    closes_at: datetime | None = field(description="The closing as it would be.")
    counted_from_migration: bool = field(
        description="Whether the new dates are counted from the instant of the migration, and move with it."
    )

    @field(description="The stage, as it stands now, where there is one.")
    def stage(self) -> Stage | None:
        return stage_of(self.at, self.stage_key)


@strawberry.type(description="What becomes of a ballot that is open.")
class BallotImpact:
    ballot: Ballot = field(description="The ballot.")
    fate: BallotFate = field(description="What becomes of it.")


@strawberry.type(description="Invitations that are closed, since the stage that they call to is taken out.")
class InvitationsImpact:
    stage_key: str = field(description="The key of the stage.")
    count: int = field(description="How many there are. The digest of the report does not depend on it.")
    accepted: int = field(description="How many of them were accepted.")
    declined: int = field(description="How many were declined: all others are told that theirs is closed.")
    summary: str = field(description="The same, in one sentence in the language of the request.")


@strawberry.type(description="The report on moving a concertation to a later version of its procedure.")
class ProcedureImpact:
    at: Private[Snapshot]
    known: Private[KnownProcedure]
    gone: Private[tuple[str, ...]]
    digest: str = field(
        description="Names the report by what it says: `migrateProcedure` asks for the one that was read."
    )
    permitted: bool = field(description="Whether nothing stands in the way.")
    findings: list[Finding] = field(description="What a check of the later version finds here.")
    changes: list[ProcedureChange] = field(description="Everything that changes.")
    dates: list[DatesImpact] = field(description="The dates that move, stage by stage.")
    ballots: list[BallotImpact] = field(description="The ballots that are open, but for those on acts.")
    missing: list[Finding] = field(
        description="What the later version asks for and is not there: holders, papers. It stands in nothing's way; it "
        "is to be there when a stage opens that wants it."
    )

    @field(description="The later version.")
    def procedure(self) -> Procedure:
        return procedure_of(self.known.definition, self.known.digest, self.known.published_at)

    @field(
        description="The invitations that are closed with a stage that is taken out; no entry for a stage without any."
    )
    async def invitations(self, info: Info) -> list[InvitationsImpact]:
        if not self.gone:
            return []
        found = await info.context.reading.ask(
            lambda connection: invitations.made_to(connection, self.at.id, self.gone)
        )
        return [_invitations(info, self.at, stage, found[stage]) for stage in self.gone if stage in found]

    @field(description="The offices that would have to sign; none: the coordination alone does it.")
    def signatories(self) -> list[Office]:
        procedure = self.at.process.procedure
        signoff = signoff_named(procedure, "migration") if procedure else None
        named = offices_named(self.at.process, signoff.all_of, None) if signoff else ()
        return [office_of(self.at, self.at.process.offices[office]) for office in named]


async def impact_of(info: Info, at: Snapshot, version: int) -> ProcedureImpact | None:
    """Make the report on a published version; nothing where the concertation does not run, or it is no later one."""
    process = at.process
    if process.procedure is None:
        return None
    known = await info.context.reading.procedure(process.procedure.id, version)
    if known is None:
        return None
    reported = report(process, known.definition, known.digest, at.now)
    if isinstance(reported, Refusal):
        if reported.code is not Code.PROCEDURE_INVALID:
            return None
        findings = [finding_of(info, finding) for finding in reported.findings]
        return ProcedureImpact(
            at=at,
            known=known,
            gone=(),
            digest="",
            permitted=False,
            findings=findings,
            changes=[],
            dates=[],
            ballots=[],
            missing=[],
        )
    impact = reported[1]
    return ProcedureImpact(
        at=at,
        known=known,
        gone=impact.stages_gone,
        digest=impact.digest,
        permitted=not impact.refused,
        findings=[],
        changes=[_change(info, change) for change in impact.changes],
        dates=[_dates(at, moved) for moved in impact.dates],
        ballots=[
            BallotImpact(ballot=ballot, fate=BallotFate(found.fate))
            for found in impact.ballots
            if (ballot := ballot_of(at, found.ballot))
        ],
        missing=[finding_of(info, finding) for finding in impact.missing],
    )


def _change(info: Info, change: model.Change) -> ProcedureChange:
    return ProcedureChange(
        path=[str(step) for step in change.path],
        part=change.part,
        stage_key=change.stage,
        before=JSON(change.before) if change.before is not None else None,
        after=JSON(change.after) if change.after is not None else None,
        effect=ImpactEffect(change.effect),
        code=change.because,
        source=change.source,
        summary=change_text(change, info.context.languages),
        explanation=because_text(change, info.context.languages),
    )


def _invitations(info: Info, at: Snapshot, stage: str, made: invitations.Made) -> InvitationsImpact:
    return InvitationsImpact(
        stage_key=stage,
        count=made.count,
        accepted=made.accepted,
        declined=made.declined,
        summary=invitations_text(at.process, stage, info.context.languages, **asdict(made)),
    )


def _dates(at: Snapshot, moved: model.Moved) -> DatesImpact:
    return DatesImpact(
        at=at,
        stage_key=moved.stage,
        opens_at_before=moved.before.opens_at if moved.before else None,
        closes_at_before=moved.before.closes_at if moved.before else None,
        opens_at=moved.after.opens_at if moved.after else None,
        closes_at=moved.after.closes_at if moved.after else None,
        counted_from_migration=moved.floating,
    )


@strawberry.type
class WithImpact:
    """Fields of the type Concertation."""

    at: Private[Snapshot]

    @field(
        description="What moving it to a later published version of its procedure would change; nothing where there is "
        "no such version, while it does not run, and for who may not know."
    )
    async def procedure_impact(
        self, info: Info, version: Annotated[int, argument(description="The later version.")]
    ) -> ProcedureImpact | None:
        if not may(info.context.viewer, "read_impact", self.at.process, self.at.now):
            return None
        return await impact_of(info, self.at, version)
