"""What people may do next: what is awaited of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from domain import acts
from domain.acts import Act, Answer, Conclusion, Settlement
from domain.awaited import Awaited, awaited
from domain.council.attending import is_fit_to_vote, meetings_of, seats_at
from domain.council.evaluating import grid_of
from domain.deciding.seats import voters
from domain.process import stage_in_round
from tests.properties.chance import Chance, coin
from tests.properties.generated import CAST
from tests.properties.moves import EVERYBODY, Move, unit, vote_by
from tests.properties.moves_at_work import issue, recommendation
from tests.unit.play import Play, body


def awaited_move(chance: Chance, play: Play) -> Move | None:
    """Do something that is awaited."""
    items = [item for item in awaited(play.process, play.now) if item.what in AWAITED]
    if not items:
        return None
    item = chance.one(items)
    move: Move | None = AWAITED[item.what](chance, play, item)
    return move


def _vote(chance: Chance, play: Play, item: Awaited) -> Move | None:
    ballot = play.process.ballots[item.about or ""]
    if not item.seats:
        return None
    seat = chance.one(item.seats)
    speaking = voters(play.process, ballot, seat, play.now)
    if not speaking:
        return None
    return vote_by(chance, ballot, chance.one(speaking))


def _opinion(chance: Chance, play: Play, item: Awaited) -> Move:
    assert item.stage is not None
    assert item.round is not None
    opinion = play.process.opinions.get(stage_in_round(item.round, item.stage))
    if opinion is None or opinion.text is None or chance.number(0, 5) == 0:
        text = body(f"avis {chance.number(0, 3)}")
        conclusion = chance.one((Conclusion.FAVOURABLE, Conclusion.REFER_BACK, Conclusion.REFER_BACK))
        stand = [a for a in opinion.articles.values() if a.adopted is not False] if opinion else []
        drawn = {article.id: article.text.digest for article in stand}
        return (
            acts.DraftOpinion(text=text, conclusion=conclusion, articles=drawn or None),
            chance.one(CAST["conseil"]),
            item.stage,
        )
    meetings = meetings_of(play.process, play.process.runs[item.stage])
    meeting = next((m.id for m in meetings if is_fit_to_vote(m)), None)
    return acts.PutOpinionToVote(text=opinion.text.digest, meeting=meeting), "chair", item.stage


def _meeting(chance: Chance, play: Play, item: Awaited) -> Move:
    assert item.stage is not None
    stage, run = play.process.stages[item.stage], play.process.runs[item.stage]
    by = chance.one(("chair", "coordinator"))
    if item.about is None:
        missed = [m.id for m in meetings_of(play.process, run) if m.count is not None and not m.is_quorate]
        second_of = chance.one((None, *missed))
        notice = stage.meeting.notice if stage.meeting is not None and second_of is None else timedelta(0)
        starts_at = play.now + notice
        act: Act = acts.ConveneMeeting(
            meeting=f"m{chance.number(0, 9)}", starts_at=starts_at, ends_at=starts_at + unit(play),
            agenda=body("ordre"), second_of=second_of,
        )  # fmt: skip
        return act, by, item.stage
    if chance.number(0, 3) == 0:
        return acts.CancelMeeting(meeting=item.about, reason="grève"), by, item.stage
    seats = seats_at(play.process, stage, run, play.now)
    there = {seat: chance.one(tuple(acts.Attendance)) for seat in seats}
    return acts.HoldMeeting(meeting=item.about, attendance=there), by, item.stage


def _withdrawal(chance: Chance, play: Play, item: Awaited) -> Move:
    act: Act = acts.DeclineWithdrawal(reason="sans lien")
    return chance.one((act, acts.WithdrawFromReview(reason="lien"))), item.seats[0], item.stage


def _article(chance: Chance, play: Play, item: Awaited) -> Move:
    act = acts.SettleAmendment(amendment=item.about or "", adopted=coin(chance), reason="x")
    return act, chance.one((*item.seats, "chair")), item.stage


def _evaluation(chance: Chance, play: Play, item: Awaited) -> Move | None:
    grid = grid_of(play.process, item.stage or "")
    assert grid is not None
    marks = {"droit": chance.number(1, 5), "ethique": chance.number(1, 5)}
    return acts.Evaluate(questionnaire=grid.digest, marks=marks), chance.one(item.seats), item.stage


def _minutes(chance: Chance, play: Play, item: Awaited) -> Move:
    return acts.RecordMinutes(meeting=item.about or "", minutes=body("pv")), "chair", item.stage


def _chapter(chance: Chance, play: Play, item: Awaited) -> Move:
    act = acts.SubmitChapter(lane=item.about, text=body("chapitre"))
    return act, chance.one(("writer", "editor")), item.stage


def _synthesis(chance: Chance, play: Play, item: Awaited) -> Move:
    assert item.stage is not None
    found = play.process.syntheses.get(stage_in_round(item.round or 0, item.stage))
    if found is None or not found.recommendations:
        return recommendation(chance, play, play.process.runs[item.stage])
    return acts.AssembleSynthesis(text=body("synthese")), "editor", item.stage


def _reservation(chance: Chance, play: Play, item: Awaited) -> Move:
    act = acts.AnswerReservation(
        reservation=item.about or "", answer=chance.one(tuple(Settlement)), reasons=body("réponse")
    )
    return act, chance.one(("writer", "editor")), item.stage


def _response(chance: Chance, play: Play, item: Awaited) -> Move:
    addressee = item.seats[0]
    answer = chance.one(tuple(Answer))
    act = acts.Respond(
        recommendation=item.about or "",
        addressee=addressee,
        answer=answer,
        reasons=body("motifs"),
        until=play.now + chance.number(0, 90) * unit(play) if answer is Answer.DEFERRED else None,
    )
    return act, CAST[addressee][0], item.stage


def _decision(chance: Chance, play: Play, item: Awaited) -> Move:
    return issue(chance, play, "decision"), "minister", item.stage


def _report(chance: Chance, play: Play, item: Awaited) -> Move:
    return acts.PublishImplementationReport(text=body("bilan")), "minister", item.stage


def _guarantor_report(chance: Chance, play: Play, item: Awaited) -> Move:
    return acts.PublishGuarantorReport(text=body("rapport")), "warden", None


def _answer_to_guarantor(chance: Chance, play: Play, item: Awaited) -> Move:
    return (
        acts.AnswerGuarantorReport(text=body("réponse")),
        chance.one(("minister", "state", "sponsor")),
        None,
    )


def _request(chance: Chance, play: Play, item: Awaited) -> Move:
    return acts.DeclineRequest(request=item.about or "", reason="x"), "coordinator", item.stage


def _hearing(chance: Chance, play: Play, item: Awaited) -> Move:
    hearing = play.process.hearings[item.about or ""]
    if coin(chance):
        return acts.HoldHearing(hearing=hearing.id, heard=hearing.witnesses), "coordinator", item.stage
    return acts.CancelHearing(hearing=hearing.id, reason="grève"), "coordinator", item.stage


def _record(chance: Chance, play: Play, item: Awaited) -> Move:
    text = body(f"cr {chance.number(0, 2)}")
    return acts.RecordHearing(hearing=item.about or "", record=text), "coordinator", item.stage


def _subject(chance: Chance, play: Play, item: Awaited) -> Move:
    text = body(f"dossier {chance.number(0, 9)}")
    return acts.AttachDocument(document=text, title={"fr": "D"}), "coordinator", None


def _resumption(chance: Chance, play: Play, item: Awaited) -> Move:
    return acts.Resume(reason="reprise"), chance.one(("coordinator", "state", "local")), item.stage


def _launch(chance: Chance, play: Play, item: Awaited) -> Move:
    opens_at = play.now + chance.number(0, 20) * unit(play)
    return acts.Launch(opens_at=opens_at), chance.one(("coordinator", "state")), None


def _appointment(chance: Chance, play: Play, item: Awaited) -> Move:
    office = chance.one(("coordination", "conseil", "presidence", "panel", "etat", "locale"))
    act = acts.AppointMember(office=office, member=chance.one(EVERYBODY))
    return act, chance.one(("coordinator", "second", "state")), None


AWAITED: dict[str, Callable[[Chance, Play, Awaited], Move | None]] = {
    "vote": _vote,
    "opinion": _opinion,
    "meeting": _meeting,
    "minutes": _minutes,
    "evaluation": _evaluation,
    "article": _article,
    "withdrawal": _withdrawal,
    "chapter": _chapter,
    "reservation": _reservation,
    "synthesis": _synthesis,
    "response": _response,
    "decision": _decision,
    "implementation_report": _report,
    "guarantor_report": _guarantor_report,
    "answer_to_guarantor": _answer_to_guarantor,
    "request": _request,
    "hearing": _hearing,
    "record": _record,
    "subject": _subject,
    "resumption": _resumption,
    "launch": _launch,
    "appointment": _appointment,
}
