"""Every built-in procedure, in weeks and in seconds, is played to its end by the decider."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain import acts
from domain.acts import Conclusion
from domain.builtin import builtin, names
from domain.council.attending import seats_at
from domain.decide import next_deadline
from domain.procedure import Kind, Role
from domain.process import Outcome, Phase, Purpose, State, stage_in_round
from domain.treatment.sources import records
from tests.unit.play import Play, body


class Players:
    """People who do all that is awaited of them as soon as it is awaited."""

    def __init__(self, name: str, conclusions: tuple[Conclusion, ...], *, panel_agrees: bool = True) -> None:
        """Fill every office of the procedure, enrol the colleges, attach the documents."""
        procedure = builtin(name)
        self.play = Play(procedure)
        self.conclusions = list(conclusions)
        self.panel_agrees = panel_agrees
        self.done: set[str] = set()
        for college in procedure.colleges:
            for number in range(4):
                self.play.enrol(f"{college.id}-{number}", college=college.id)
        for office in procedure.offices:
            people = [f"{office.id}-h{number}" for number in range(office.required)]
            self.play.enrol(*people, elected=office.appointment == "elected")
            self.play.appoint(office.id, *people)
        self.play.attach_all()

    def holder(self, role: Role, lane: str | None = None) -> str:
        office = next(
            o
            for o in self.play.procedure.offices
            if o.role is role and (lane is None or o.lane in (None, lane))
        )
        return f"{office.id}-h0"

    def once(self, key: str) -> bool:
        known = key in self.done
        self.done.add(key)
        return not known

    def launch(self) -> None:
        window = max([timedelta(0), *(a.within for s in self.play.procedure.stages for a in s.approvals)])
        self.play.do(acts.Launch(opens_at=self.play.now + max(self.play.procedure.notice, window)))
        self.vote()

    def finish(self) -> None:
        for _ in range(400):
            self.work()
            deadline = next_deadline(self.play.process)
            if self.play.process.over or deadline is None:
                return
            self.play.now = max(self.play.now, deadline)
            self.play.tick()

    def work(self) -> None:
        self.vote()
        for key, run in tuple(self.play.process.runs.items()):
            if run.state is State.OPEN and self.play.process.runs[key].state is State.OPEN:
                self.at(key, run.round, self.play.process.stages[key].kind)
                self.vote()

    def vote(self) -> None:
        for ballot in tuple(self.play.process.ballots.values()):
            if ballot.closed_at is None and ballot.purpose is not Purpose.RECORD and self.once(ballot.id):
                agreed = self.panel_agrees or ballot.rule.threshold is None
                position = "favourable" if agreed else "unfavourable"
                for seat in ballot.seats:
                    office, _, number = seat.partition("/")
                    held = self.play.process.offices[office].holder(int(number or 1), self.play.now)
                    if held is not None and seat not in self.play.process.ballots[ballot.id].votes:
                        cast = self.play.vote_in_secret if ballot.rule.secret else self.play.vote
                        cast(held, position, ballot)

    def at(self, key: str, round_: int, kind: Kind) -> None:
        play, place = self.play, stage_in_round(round_, key)
        if not self.once(place):
            return
        match kind:
            case Kind.CALL_FOR_INPUT:
                play.contributions[round_, key] = {college.id: 3 for college in play.procedure.colleges}
            case Kind.HEARINGS:
                self.hear(key, place)
            case Kind.SCIENTIFIC_REVIEW:
                text = body(place)
                member = self.holder(Role.COUNCIL_MEMBER)
                play.do(acts.DraftOpinion(text=text, conclusion=self.conclusions.pop(0)), member, key)
                meeting = self.meet(key, place)
                vote = acts.PutOpinionToVote(text=text.digest, meeting=meeting)
                play.do(vote, self.holder(Role.COUNCIL_CHAIR), key)
            case Kind.SYNTHESIS:
                self.synthesise(key, place)
            case Kind.DECISION:
                self.decide(key)
            case Kind.FOLLOW_UP:
                report = acts.PublishImplementationReport(text=body("bilan"))
                play.do(report, self.holder(Role.DECIDING_AUTHORITY), key)

    def meet(self, key: str, place: str) -> str | None:
        """Let the council meet where the procedure asks for it."""
        play, chair = self.play, self.holder(Role.COUNCIL_CHAIR)
        stage, run = play.process.stages[key], play.process.runs[key]
        if stage.meeting is None:
            return None
        starts_at = play.now + stage.meeting.notice
        convened = acts.ConveneMeeting(
            meeting=place, starts_at=starts_at, ends_at=starts_at + timedelta(seconds=1), agenda=body("ordre")
        )
        play.do(convened, chair, key)
        play.now = starts_at
        there = dict.fromkeys(seats_at(play.process, stage, run, play.now), acts.Attendance.PRESENT)
        play.do(acts.HoldMeeting(meeting=place, attendance=there), chair, key)
        play.do(acts.RecordMinutes(meeting=place, minutes=body("pv")), chair, key)
        return place

    def hear(self, key: str, place: str) -> None:
        starts_at = self.play.now + timedelta(milliseconds=100)
        witnesses = (f"{self.play.procedure.colleges[0].id}-0",)
        self.play.do(
            acts.ScheduleHearing(
                hearing=place,
                starts_at=starts_at,
                ends_at=starts_at + timedelta(seconds=1),
                witnesses=witnesses,
                urgent="tout de suite",
            ),
            stage=key,
        )
        self.play.now = starts_at + timedelta(seconds=1)
        self.play.do(acts.HoldHearing(hearing=place, heard=witnesses), stage=key)
        self.play.do(acts.RecordHearing(hearing=place, record=body(place)), stage=key)

    def synthesise(self, key: str, place: str) -> None:
        addressees = tuple(o.id for o in self.play.procedure.offices if o.role is Role.ADDRESSEE)
        for lane in tuple(self.play.process.lanes) or (None,):
            writer = self.holder(Role.RAPPORTEUR, lane)
            self.play.do(acts.SubmitChapter(lane=lane, text=body(f"{place} {lane}")), writer, key)
            self.play.do(
                acts.MakeRecommendation(
                    recommendation=f"{place}-{lane}", lane=lane, themes=(), addressees=addressees,
                    sources=tuple(hearing.id for hearing in records(self.play.process, self.play.process.round, key)),
                    text=body(f"r {place} {lane}"),
                ),
                writer, key,
            )  # fmt: skip
        nothing = acts.TreatmentFigures(by_kind={})
        assembled = acts.AssembleSynthesis(text=body(place), treatment=nothing)
        self.play.do(assembled, self.holder(Role.GENERAL_RAPPORTEUR), key)

    def decide(self, key: str) -> None:
        synthesis = list(self.play.process.syntheses.values())[-1]
        for recommendation in synthesis.recommendations.values():
            for addressee in recommendation.addressees:
                act = acts.Respond(
                    recommendation=recommendation.id, addressee=addressee, answer=acts.Answer.FOLLOWED,
                    reasons=body("motifs"),
                )  # fmt: skip
                self.play.do(act, f"{addressee}-h0", key)
        issue = acts.IssueDecision(text=body("decision"), reasons=body("motifs de la décision"))
        self.play.do(issue, self.holder(Role.DECIDING_AUTHORITY), key)


@pytest.mark.parametrize("name", names())
def test_a_built_in_procedure_comes_to_its_end(name: str) -> None:
    players = Players(name, (Conclusion.FAVOURABLE,))
    players.launch()
    assert players.play.process.phase is Phase.LAUNCHED
    players.finish()
    assert players.play.process.outcome is Outcome.COMPLETED
    assert players.play.process.round == 1
    players.play.check_fold()


@pytest.mark.parametrize("name", ["standard", "assises-ia", "assises-ia-bac-a-sable"])
def test_a_referral_back_takes_a_second_round_to_the_end(name: str) -> None:
    players = Players(name, (Conclusion.REFER_BACK, Conclusion.FAVOURABLE))
    players.launch()
    begins = players.play.now
    players.finish()
    process = players.play.process
    assert process.outcome is Outcome.COMPLETED
    assert process.round == 2
    assert process.runs["appel"].round == process.runs["avis"].round == 2
    if process.procedure is not None and process.procedure.sandbox:
        assert players.play.now - begins <= timedelta(seconds=80)


def test_a_panel_that_never_agrees_has_three_rounds_and_then_goes_on() -> None:
    players = Players("delphi", (), panel_agrees=False)
    players.launch()
    players.finish()
    process = players.play.process
    assert process.round == 3
    assert process.last_resorts == ("3/restitution",)
    assert process.outcome is Outcome.COMPLETED
