"""Bringing any concertation to its end: people who do what is awaited of them must be able to, from any state."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from domain import acts
from domain.acts import Act, Conclusion, Position
from domain.awaited import Awaited, awaited
from domain.council.attending import is_fit_to_vote, meetings_of, seats_at
from domain.council.evaluating import grid_of
from domain.decide import next_deadline
from domain.deciding.seats import stands_aside, voters
from domain.events import Event, VoteCast
from domain.procedure import Role
from domain.process import Ballot, BallotState, OfficeHeld, stage_in_round
from domain.refusals import Refusal
from domain.treatment.lineage import standing_recommendations
from domain.treatment.sources import records
from tests.properties import moves
from tests.properties.watched import Watched
from tests.unit.play import body

PATIENCE = 400
"""Rounds of doing all that is awaited, or waiting for the next deadline, before giving up."""


class Finisher:
    """Everybody, with the best will in the world."""

    def __init__(self, play: Watched) -> None:
        """Take a concertation in whatever state it is."""
        self.play = play
        self.newcomers = 0

    def finish(self) -> None:
        """Bring it to its end.

        Raises:
            AssertionError: good will was not enough.
        """
        for _ in range(PATIENCE):
            self.play.catch_up()
            if self.play.process.over:
                return
            before = self._achieved()
            self._fill_offices()
            for item in awaited(self.play.process, self.play.now):
                self._do(item)
                if self.play.process.over:
                    return
            if self._achieved() == before:
                deadline = next_deadline(self.play.process) or self._next_term()
                assert deadline is not None, f"stuck: {self._waiting()}"
                self.play.now = max(self.play.now, deadline)
        raise AssertionError(f"never ends: {self._waiting()}")

    def _next_term(self) -> datetime | None:
        """Give when the next term begins that was given ahead: nobody else can be appointed meanwhile."""
        terms = (term for office in self.play.process.offices.values() for term in office.terms)
        return min((term.since for term in terms if term.since > self.play.now), default=None)

    def _achieved(self) -> int:
        """Give how much has happened; newcomers alone are no progress."""
        return self.play.process.seq - self.newcomers

    def _waiting(self) -> list[str]:
        process = self.play.process
        return [
            *(f"{item.what} {item.stage} {item.seats}" for item in awaited(process, self.play.now)),
            *(f"{key}: {run.state} {run.suspended_at or ''}" for key, run in process.runs.items()),
        ]

    # people

    def _newcomer(self) -> str:
        self.newcomers += 1
        name = f"newcomer{self.newcomers}"
        self._ask(
            acts.EnrolMember(member=name, college=self.play.procedure.colleges[0].id, elected=True),
            self._coordinator(),
        )
        return name

    def _coordinator(self) -> str:
        return self._holder_of_role(Role.COORDINATOR) or "platform"

    def _holder_of_role(self, *roles: Role) -> str | None:
        return next(iter(self._holders(*roles)), None)

    def _holders(self, *roles: Role) -> list[str]:
        seats = ((office, seat) for office in self._offices(*roles) for seat in range(1, office.seats + 1))
        holders = (office.holder(seat, self.play.now) for office, seat in seats)
        return [holder for holder in holders if holder is not None]

    def _attach_all(self) -> None:
        for name in ("dossier", "questions"):
            act = acts.AttachDocument(
                document=body(name), title={"fr": name}, questionnaire=name == "questions"
            )
            self._ask(act, self._coordinator())
        for stage in self.play.procedure.stages:
            if stage.evaluation is not None:
                act = acts.AttachDocument(
                    document=body(f"grille {stage.id}"), title={"fr": "g"}, stage=stage.id, questionnaire=True
                )
                self._ask(act, self._coordinator())

    def _fill_offices(self) -> None:
        offices = sorted(
            self.play.process.offices.values(), key=lambda office: office.role != Role.COORDINATOR
        )
        for office in offices:
            vacant = [
                seat for seat in range(1, office.seats + 1) if office.holder(seat, self.play.now) is None
            ]
            wanted = max(1, office.required) - (office.seats - len(vacant))
            for seat in vacant[: max(0, wanted)]:
                self._appoint(office, seat)

    def _offices(self, *roles: Role) -> list[OfficeHeld]:
        return [office for office in self.play.process.offices.values() if office.role in roles]

    def _appoint(self, office: OfficeHeld, seat: int | None = None) -> None:
        act = acts.AppointMember(office=office.id, member=self._newcomer(), seat=seat)
        self._ask(act, self._coordinator())

    def _ask(self, act: Act, by: str | None, stage: str | None = None, **more: Any) -> list[Event] | Refusal:
        roles = ("coordinator",) if by == "platform" else ()
        return self.play.ask(self.play.command(act, by or "nobody", stage, roles=roles, **more))

    # what is awaited

    def _do(self, item: Awaited) -> None:
        process, stage = self.play.process, item.stage
        coordinator = self._coordinator()
        if stage is not None and (stage not in process.runs or process.runs[stage].round != item.round):
            return
        match item.what:
            case "vote":
                self._vote(process.ballots[item.about or ""], item.seats)
            case "appointment" if item.about is not None:
                self._renew(process.ballots[item.about])
            case "launch":
                self._attach_all()
                windows = [g.within for s in process.stages.values() for g in s.approvals]
                start = (
                    self.play.now + max((self.play.procedure.notice, *windows)) + 20 * moves.unit(self.play)
                )
                self._ask(acts.Launch(opens_at=start), coordinator)
            case "resumption":
                self._ask(acts.Resume(reason="reprise"), coordinator, stage)
            case "subject":
                text = body(f"dossier {process.seq}")
                self._ask(acts.AttachDocument(document=text, title={"fr": "D"}), coordinator)
            case "request":
                self._ask(acts.DeclineRequest(request=item.about or "", reason="x"), coordinator, stage)
            case "hearing":
                hearing = process.hearings[item.about or ""]
                act = acts.HoldHearing(hearing=hearing.id, heard=hearing.witnesses)
                if isinstance(self._ask(act, coordinator, stage), Refusal):
                    self._ask(acts.CancelHearing(hearing=hearing.id, reason="x"), coordinator, stage)
            case "record":
                record = body(f"cr {process.seq}")
                self._ask(acts.RecordHearing(hearing=item.about or "", record=record), coordinator, stage)
            case _:
                self._work(item)

    def _work(self, item: Awaited) -> None:
        process, stage = self.play.process, item.stage
        match item.what:
            case "opinion":
                self._opinion(item)
            case "meeting":
                self._meeting(item)
            case "withdrawal":
                self._ask(acts.DeclineWithdrawal(reason="sans lien"), item.seats[0], stage)
            case "article":
                chair = self._holder_of_role(Role.COUNCIL_CHAIR)
                settled = acts.SettleAmendment(amendment=item.about or "", adopted=False, reason="x")
                if isinstance(self._ask(settled, item.seats[0], stage), Refusal):
                    self._ask(settled, chair, stage)
            case "evaluation":
                grid = grid_of(process, stage or "")
                assert grid is not None
                for member in item.seats:
                    self._ask(acts.Evaluate(questionnaire=grid.digest, marks={"droit": 3}), member, stage)
            case "minutes":
                minutes = acts.RecordMinutes(meeting=item.about or "", minutes=body("pv"))
                self._ask(minutes, self._coordinator(), stage)
            case "chapter":
                act: Act = acts.SubmitChapter(lane=item.about, text=body("c"))
                self._ask(act, self._holder_of_role(Role.GENERAL_RAPPORTEUR), stage)
            case "reservation":
                act = acts.AnswerReservation(
                    reservation=item.about or "", answer=acts.Settlement.MAINTAINED, reasons=body("r")
                )
                self._ask(act, self._holder_of_role(Role.GENERAL_RAPPORTEUR), stage)
            case "synthesis":
                self._recommend(item)
                editor = self._holder_of_role(Role.GENERAL_RAPPORTEUR)
                asked = process.stages[stage or ""].treatment is not None
                nothing = acts.TreatmentFigures(by_kind={}) if asked else None
                self._ask(acts.AssembleSynthesis(text=body("s"), treatment=nothing), editor, stage)
            case "response":
                by = process.offices[item.seats[0]].holder(1, self.play.now)
                act = acts.Respond(
                    recommendation=item.about or "", addressee=item.seats[0], answer=acts.Answer.FOLLOWED,
                    reasons=body("m"),
                )  # fmt: skip
                self._ask(act, by, stage)
            case "decision":
                self._ask(
                    acts.IssueDecision(text=body("d"), reasons=body("m")),
                    self._holder_of_role(Role.DECIDING_AUTHORITY),
                    stage,
                )
            case "implementation_report":
                self._ask(acts.PublishImplementationReport(text=body("b")), self._coordinator(), stage)

    def _recommend(self, item: Awaited) -> None:
        assert item.stage is not None
        assert item.round is not None
        found = self.play.process.syntheses.get(stage_in_round(item.round, item.stage))
        if found is None or not standing_recommendations(self.play.process, found):
            addressees = (self._offices(Role.ADDRESSEE)[0].id,)
            heard = records(self.play.process, item.round, item.stage)
            act = acts.MakeRecommendation(
                recommendation=f"f{item.round}-{item.stage}", lane=None, themes=(), addressees=addressees,
                sources=tuple(hearing.id for hearing in heard), text=body("r"),
            )  # fmt: skip
            self._ask(act, self._holder_of_role(Role.GENERAL_RAPPORTEUR), item.stage)

    def _opinion(self, item: Awaited) -> None:
        assert item.stage is not None
        assert item.round is not None
        process = self.play.process
        opinion = process.opinions.get(stage_in_round(item.round, item.stage))
        ballot = process.ballots.get(opinion.ballot or "") if opinion is not None else None
        if ballot is not None and ballot.state is not BallotState.CLOSED:
            return
        text = body(f"avis {process.seq}")
        draft = acts.DraftOpinion(text=text, conclusion=Conclusion.FAVOURABLE)
        council = self._holders(Role.COUNCIL_CHAIR, Role.COUNCIL_MEMBER)
        for by in council:
            if stands_aside(process, by, item.stage) is None and self._is_done(draft, by, item.stage):
                put = acts.PutOpinionToVote(text=text.digest, meeting=self._held(item))
                if any(self._is_done(put, other, item.stage) for other in council):
                    return
        self._appoint_fresh(self._offices(Role.COUNCIL_MEMBER)[0])

    def _held(self, item: Awaited) -> str | None:
        """Give a meeting in which the council may vote, where there is one."""
        assert item.stage is not None
        meetings = meetings_of(self.play.process, self.play.process.runs[item.stage])
        return next((meeting.id for meeting in meetings if is_fit_to_vote(meeting)), None)

    def _meeting(self, item: Awaited) -> None:
        """Convene the council, or wait for its meeting and hold it with everybody there."""
        assert item.stage is not None
        process = self.play.process
        stage, run = process.stages[item.stage], process.runs[item.stage]
        if item.about is None:
            notice = stage.meeting.notice if stage.meeting is not None else 0 * moves.unit(self.play)
            starts_at = self.play.now + notice
            act = acts.ConveneMeeting(
                meeting=f"m{process.seq}", starts_at=starts_at, ends_at=starts_at + moves.unit(self.play),
                agenda=body("ordre"),
            )  # fmt: skip
            self._ask(act, self._coordinator(), item.stage)
            return
        self.play.now = max(self.play.now, process.meetings[item.about].starts_at)
        seats = seats_at(process, stage, run, self.play.now)
        held = acts.HoldMeeting(meeting=item.about, attendance=dict.fromkeys(seats, acts.Attendance.PRESENT))
        self._ask(held, self._coordinator(), item.stage)
        if not seats:
            self._appoint_fresh(self._offices(Role.COUNCIL_MEMBER)[0])

    def _is_done(self, act: Act, by: str, stage: str) -> bool:
        return not isinstance(self._ask(act, by, stage), Refusal)

    def _appoint_fresh(self, office: OfficeHeld, number: int = 1) -> None:
        """Put somebody new into a seat."""
        if office.holder(number, self.play.now) is not None:
            end = acts.EndTerm(office=office.id, seat=number, cause=acts.TermEnd.REVOCATION)
            self._ask(end, self._coordinator())
        if self._holder_of_role(Role.COORDINATOR) is None:
            self._appoint(self._offices(Role.COORDINATOR)[0])
        self._appoint(self.play.process.offices[office.id], number)

    def _vote(self, ballot: Ballot, seats: tuple[str, ...]) -> None:
        for seat in seats:
            ballot = self.play.process.ballots[ballot.id]
            if ballot.state is BallotState.CLOSED or self.play.process.over:
                return
            if not any(
                self._cast(ballot, by) for by in voters(self.play.process, ballot, seat, self.play.now)
            ):
                office, _, number = seat.partition("/")
                if office in self.play.process.offices:
                    self._appoint_fresh(self.play.process.offices[office], int(number or 1))

    def _cast(self, ballot: Ballot, by: str) -> bool:
        secret = ballot.rule.secret
        act = acts.CastVote(
            ballot=ballot.id,
            subject=ballot.subject,
            position=None if secret else Position.FAVOURABLE,
            commitment=f"{by}/favourable" if secret else None,
        )
        answer = self._ask(act, by)
        if isinstance(answer, Refusal):
            return False
        if secret:
            for event in answer:
                if isinstance(event.fact, VoteCast):
                    self.play.positions.setdefault(ballot.id, {})[event.fact.seat] = Position.FAVOURABLE
        return True

    def _renew(self, ballot: Ballot) -> None:
        for seat in ballot.seats:
            office, _, number = seat.partition("/")
            assert office in self.play.process.offices, f"nobody can vote on {ballot.purpose} {ballot.seats}"
            self._appoint_fresh(self.play.process.offices[office], int(number or 1))
            return
