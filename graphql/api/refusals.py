"""Refusals: expected answers that changed nothing. A client that knows only the interface never breaks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import strawberry
from strawberry import ID, Private, field

from api.ballots import Ballot, ballot_of
from api.context import Info
from api.enumerations import Channel, Shared, State
from api.hearings import Hearing, hearing_of
from api.ids import global_id
from api.impact import ProcedureImpact, impact_of
from api.procedures import Finding, finding_of
from api.snapshot import Snapshot
from api.stages import Stage, stage_of
from api.viewing import holds_receipts
from domain import refusals as domain
from domain.auditing import What
from domain.refusals import Code
from domain.summaries import refusal_text


@strawberry.interface(description="Why a command was not, or not yet, done. The same key may be used again.")
class Refusal:
    code: str = field(
        description="A code of the published list, `RefusalCode`; it never changes its meaning, and more may come. "
        "Each has a page in docs/refusals."
    )
    message: str = field(
        description="What is wrong, what was kept and what to do, in the language of the request."
    )
    path: list[str] = field(description="The field of the input at fault, where there is one.")


@strawberry.type(description="A refusal without more to say than its code and message.")
class Refused(Refusal):
    pass


@strawberry.type(description="The viewer may not do this.")
class NotAllowed(Refusal):
    pass


@strawberry.type(description="The idempotency key was used before, for a command with another content.")
class IdempotencyKeyReused(Refusal):
    pass


@strawberry.type(description="The stage is in another round than the one that the author of the command saw.")
class RoundChanged(Refusal):
    at: Private[Snapshot]
    stage_key: Private[str]
    round: int = field(description="The round now.")

    @field(description="The stage, as it stands now.")
    def stage(self) -> Stage | None:
        return stage_of(self.at, self.stage_key)


@strawberry.type(description="The dates of the stage are not those that the author of the command saw.")
class StageChanged(Refusal):
    at: Private[Snapshot]
    stage_key: Private[str]
    actual: datetime = field(description="The date as it is now.")

    @field(description="The stage, as it stands now.")
    def stage(self) -> Stage | None:
        return stage_of(self.at, self.stage_key)


@strawberry.type(description="The stage is not open: not yet, not any more, or suspended.")
class StageNotOpen(Refusal):
    at: Private[Snapshot]
    stage_key: Private[str]
    state: State = field(description="Where the stage stands.")
    opens_at: datetime = field(description="When it opens or opened.")
    closes_at: datetime = field(description="When it closes or closed.")
    server_time: datetime = field(description="The instant of the refusal, by the only clock that counts.")

    @field(description="The stage, as it stands now.")
    def stage(self) -> Stage | None:
        return stage_of(self.at, self.stage_key)


@strawberry.type(
    description="What the vote is about has changed since its author saw it: read it again, vote again."
)
class SubjectChanged(Refusal):
    at: Private[Snapshot]
    ballot_key: Private[str | None]
    subject: str = field(description="The digest of the subject now.")

    @field(description="The id of the ballot.")
    def ballot_id(self) -> ID | None:
        return global_id("Ballot", self.at.id, self.ballot_key) if self.ballot_key else None

    @field(description="The ballot, as it stands now.")
    def ballot(self) -> Ballot | None:
        return ballot_of(self.at, self.ballot_key)


@strawberry.type(
    description="The council votes in a meeting that was held and had its quorum; none was named."
)
class MeetingMissing(Refusal):
    at: Private[Snapshot]
    stage_key: Private[str]

    @field(description="The stage, with its meetings.")
    def stage(self) -> Stage | None:
        return stage_of(self.at, self.stage_key)


@strawberry.type(
    description="Another hearing takes place at the same time, with the same person or in the same room."
)
class HearingConflict(Refusal):
    at: Private[Snapshot]
    hearing_key: Private[str]
    what: Shared = field(description="What both would share.")

    @field(description="The other hearing, as it stands now.")
    def hearing(self) -> Hearing | None:
        found = self.at.process.hearings.get(self.hearing_key)
        return hearing_of(self.at, found) if found else None


@strawberry.type(description="Whoever is called would learn of it later than the procedure has it.")
class ConvocationTooLate(Refusal):
    latest: datetime = field(description="Until when a call for that time would have been early enough.")


@strawberry.type(description="The launch is held back; everything that is missing is listed at once.")
class LaunchNotReady(Refusal):
    findings: list[Finding] = field(description="What is missing.")


@strawberry.type(description="The procedure has faults; they are listed at once.")
class ProcedureInvalid(Refusal):
    findings: list[Finding] = field(description="The faults.")


@strawberry.type(description="The report on the migration is no longer the one that its author read.")
class ImpactChanged(Refusal):
    at: Private[Snapshot | None]
    version: Private[int]
    digest: str = field(description="The digest of the report that holds now.")

    @field(description="The report that holds now.")
    async def impact(self, info: Info) -> ProcedureImpact | None:
        return await impact_of(info, self.at, self.version) if self.at else None


@strawberry.type(
    description="The migration would take away rights that were exercised; they are listed at once."
)
class MigrationRefused(Refusal):
    findings: list[Finding] = field(description="What would be taken away, each with its path into the file.")


@strawberry.type(description="The questionnaire has faults; they are listed at once.")
class QuestionnaireInvalid(Refusal):
    findings: list[Finding] = field(description="The faults.")


@strawberry.type(
    description="This person, or their organisation, has already contributed to this stage in this college, by any "
    "channel."
)
class AlreadyContributed(Refusal):
    at: Private[Snapshot | None]
    contribution_key: Private[str | None]
    receipt_code: str | None = field(
        description="The code of the receipt of the other one, where the viewer sent it."
    )
    channel: Channel = field(description="The channel of the other one.")
    submitted_at: datetime = field(description="When the other one was sent or entered.")
    reference: str = field(
        description="The short reference of the other one: the first eight signs of the digest on its receipt. It "
        "opens nothing."
    )
    form_reference: str | None = field(description="What a clerk's service called the other one.")
    of_organisation: bool = field(
        description="Whether another representative of the organisation sent the other one."
    )

    @field(description="The other one, where the viewer may revise it.")
    def contribution_id(self) -> ID | None:
        if self.at is None or self.contribution_key is None:
            return None
        return global_id("Contribution", self.at.id, self.contribution_key)


@strawberry.type(description="Too little of what the synthesis comes from is cited or set aside.")
class TreatmentTooLow(Refusal):
    findings: list[Finding] = field(description="Each kind below its threshold.")
    by_kind: list[str] = field(
        description="These kinds: `organisations`, `records`, `reservations`, `others`."
    )


def with_round(refusal: domain.Refusal, at: Snapshot | None, stage: str, seen: int) -> domain.Refusal:
    """Say which round it is, where the store refuses because of it: the store knows only that it is another."""
    run = at.process.runs.get(stage) if at else None
    if refusal.code is not Code.ROUND_CHANGED or run is None:
        return refusal
    return replace(refusal, args={"stage": stage, "seen": seen, "round": run.round}, path=("round",))


def refusal_of(info: Info, refusal: domain.Refusal, at: Snapshot | None, known: Sequence[type]) -> Any:
    """Make the refusal that a union knows for this code, and the plain one for all others."""
    code, args = refusal.code, refusal.args
    info.context.measuring.refused(code.value)
    if code is Code.UNKNOWN_INVITATION:
        info.context.wrong_codes += 1
        info.context.note(What.CODE_WRONG)
    if code in (Code.NOT_ALLOWED, Code.TOKEN_REACH_MISSING):
        info.context.note(What.NOT_ALLOWED, str(info.path.key))
    said: dict[str, Any] = {
        "code": code.value,
        "message": refusal_text(refusal, at.process if at else None, info.context.languages),
        "path": [_camel(step) for step in refusal.path],
    }
    made: Any = None
    match code:
        case Code.NOT_ALLOWED | Code.TOKEN_REACH_MISSING:
            made = NotAllowed(**said)
        case Code.IDEMPOTENCY_KEY_REUSED:
            made = IdempotencyKeyReused(**said)
        case Code.LAUNCH_NOT_READY:
            made = LaunchNotReady(**said, findings=[finding_of(info, f) for f in refusal.findings])
        case Code.PROCEDURE_INVALID:
            made = ProcedureInvalid(**said, findings=[finding_of(info, f) for f in refusal.findings])
        case Code.IMPACT_CHANGED:
            made = ImpactChanged(**said, at=at, version=int(args["version"]), digest=str(args["actual"]))
        case Code.MIGRATION_REFUSED:
            made = MigrationRefused(**said, findings=[finding_of(info, f) for f in refusal.findings])
        case Code.QUESTIONNAIRE_INVALID:
            made = QuestionnaireInvalid(**said, findings=[finding_of(info, f) for f in refusal.findings])
        case Code.TREATMENT_TOO_LOW:
            made = TreatmentTooLow(
                **said,
                findings=[finding_of(info, f) for f in refusal.findings],
                by_kind=[str(f.path[0]) for f in refusal.findings],
            )
        case Code.ROUND_CHANGED if at and "round" in args:
            made = RoundChanged(**said, at=at, stage_key=str(args["stage"]), round=int(args["round"]))
        case Code.STAGE_CHANGED if at:
            made = StageChanged(
                **said,
                at=at,
                stage_key=str(args["stage"]),
                actual=datetime.fromisoformat(str(args["actual"])),
            )
        case Code.STAGE_NOT_OPEN if at:
            made = _not_open(said, args, at)
        case Code.MEETING_MISSING if at:
            made = MeetingMissing(**said, at=at, stage_key=str(args["stage"]))
        case Code.SUBJECT_CHANGED if at:
            ballot = args.get("ballot")
            made = SubjectChanged(
                **said, at=at, ballot_key=str(ballot) if ballot else None, subject=str(args["subject"])
            )
        case Code.HEARING_CONFLICT if at:
            made = HearingConflict(
                **said, at=at, hearing_key=str(args["hearing"]), what=Shared(str(args["what"]))
            )
        case Code.CONVOCATION_TOO_LATE:
            made = ConvocationTooLate(**said, latest=datetime.fromisoformat(str(args["latest"])))
        case Code.ALREADY_CONTRIBUTED:
            made = _already(said, args, at, holds_receipts(info.context.viewer))
    return made if type(made) in known else Refused(**said)


def _not_open(said: dict[str, Any], args: dict[str, str | int], at: Snapshot) -> StageNotOpen:
    opens_at, closes_at, now = (
        datetime.fromisoformat(str(args[name])) for name in ("opensAt", "closesAt", "serverTime")
    )
    return StageNotOpen(
        **said,
        at=at,
        stage_key=str(args["stage"]),
        state=State(str(args["state"])),
        opens_at=opens_at,
        closes_at=closes_at,
        server_time=now,
    )


def _already(
    said: dict[str, Any], args: dict[str, str | int], at: Snapshot | None, with_receipt: bool
) -> AlreadyContributed:
    def known(name: str) -> str | None:
        return str(args[name]) if name in args else None

    return AlreadyContributed(
        **said,
        at=at,
        contribution_key=known("contribution"),
        receipt_code=known("receiptCode") if with_receipt else None,
        channel=Channel(str(args["channel"])),
        submitted_at=datetime.fromisoformat(str(args["submittedAt"])),
        reference=str(args["reference"]),
        form_reference=known("formReference"),
        of_organisation=args["speaker"] == "organisation",
    )


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part.title() for part in rest)
