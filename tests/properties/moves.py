"""What people may do next: plausible commands, drawn from the state of a concertation."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from domain import acts
from domain.acts import Act, Answer, Conclusion, Position, Settlement, TermEnd
from domain.awaited import Awaited, awaited
from domain.council.attending import is_fit_to_vote, meetings_of, seats_at
from domain.council.evaluating import grid_of
from domain.deciding.seats import voters
from domain.deciding.works import recommendations
from domain.procedure import Kind
from domain.process import Ballot, BallotState, HearingState, StageRun, State, stage_in_round
from tests.properties.chance import Chance, coin
from tests.properties.generated import CAST, CROWD
from tests.unit.play import Play, body

Move = tuple[Act, str, str | None]
Maker = Callable[[Chance, Play], Move | None]

EVERYBODY = (*CROWD, *(member for members in CAST.values() for member in members))
POSITIONS = ("favourable", "favourable", "favourable", "unfavourable", "abstain")


def unit(play: Play) -> timedelta:
    """Give the unit of time of the procedure."""
    return timedelta(seconds=1) if play.procedure.sandbox else timedelta(days=1)


# What is awaited ----------------------------------------------------------------------------------


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


def vote_by(chance: Chance, ballot: Ballot, by: str, seat: str | None = None) -> Move:
    """Vote, in secret where the rule says so."""
    position = Position(chance.one(POSITIONS))
    secret = ballot.rule.secret
    act = acts.CastVote(
        ballot=ballot.id,
        subject=ballot.subject,
        position=None if secret else position,
        commitment=f"{by}/{position}" if secret else None,
        seat=seat,
    )
    return act, by, None


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
        return _recommendation(chance, play, play.process.runs[item.stage])
    return acts.AssembleSynthesis(text=body("synthese")), "editor", item.stage


def _recommendation(chance: Chance, play: Play, run: StageRun) -> Move:
    act = acts.MakeRecommendation(
        recommendation=f"r{run.round}-{run.key}-{chance.number(0, 1)}",
        lane=play.process.stages[run.key].lane,
        themes=(),
        addressees=chance.one((("dinum",), ("dinum", "asso"))),
        sources=(),
        text=body("recommandation"),
    )
    return act, chance.one(("writer", "editor")), run.key


def _reservation(chance: Chance, play: Play, item: Awaited) -> Move:
    act = acts.AnswerReservation(
        reservation=item.about or "", answer=chance.one(tuple(Settlement)), reasons=body("réponse")
    )
    return act, chance.one(("writer", "editor")), item.stage


def _treatment(chance: Chance, play: Play, run: StageRun) -> Move:
    """Write another item, cite, set aside, take back, comment, or try to."""
    names = [f"{kind}{run.round}-{run.key}-{number}" for kind in "rk" for number in (0, 1)]
    sources = tuple(f"c{chance.number(0, 9)}" for _ in range(chance.number(0, 3)))
    lane = play.process.stages[run.key].lane
    act: Act = chance.one((
            acts.MakeAscertainment(
                ascertainment=chance.one(names[2:]), lane=lane, themes=(), sources=sources, text=body("constat"),
                replaces=chance.one((None, (), (names[0],), (names[2],))),
            ),
            acts.CiteSources(item=chance.one(names), add=(*sources, *play.process.hearings)),
            acts.SetAside(contributions=sources, reason=chance.one(("Hors du sujet", "Sans motif"))),
            acts.TakeBack(contributions=sources),
            acts.AnswerReservation(
                reservation=f"v{chance.number(0, 2)}", answer=Settlement.MAINTAINED, reasons=body("réponse")
            ),
            acts.Comment(about=chance.one((lane or "", *names)), text=body("commentaire")),
        ),
    )  # fmt: skip
    return act, "ada" if isinstance(act, acts.Comment) else chance.one(("writer", "editor")), run.key


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
    return _issue(chance, play, "decision"), "minister", item.stage


def _issue(chance: Chance, play: Play, text: str) -> acts.IssueDecision:
    """Issue the decision, under an embargo now and then."""
    if chance.number(0, 2):
        return acts.IssueDecision(text=body(text), reasons=body("motifs"))
    return acts.IssueDecision(
        text=body(text),
        reasons=body("motifs"),
        embargo_until=play.now + chance.number(0, 6) * unit(play),
        early_readers=chance.one((None, ("citizen",))),
    )


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


# What may come across it --------------------------------------------------------------------------


def schedule_move(chance: Chance, play: Play) -> Move:
    """Move the schedule of a stage, or try to."""
    key = chance.one(play.process.runs)
    run = play.process.runs[key]
    by = chance.one(("coordinator", "second", "state", "local", "sponsor"))
    away = chance.number(-3, 30) * unit(play)
    closes_at = run.closes_at or run.planned_closes_at
    postpone = acts.PostponeStage(
        opens_at=run.planned_opens_at + away, seen_opens_at=run.planned_opens_at, reason="x"
    )
    rectify = acts.RectifyStage(until=play.now + away, reason="x")
    reopen = acts.ReopenStage(closes_at=play.now + away, reason="x")
    while_open = (
        acts.ExtendStage(closes_at=closes_at + away, seen_closes_at=closes_at, reason="x"),
        acts.CloseStageEarly(closes_at=closes_at - away, seen_closes_at=closes_at, reason="x"),
        acts.CloseStageEarly(closes_at=play.now + away, seen_closes_at=closes_at, reason="x"),
    )
    anytime = (acts.Suspend(reason="x"), acts.Resume(reason="x"))
    fitting: dict[State, tuple[Act, ...]] = {
        State.PENDING: (postpone, *anytime),
        State.AWAITING_OPENING: (postpone, *anytime),
        State.OPEN: (*while_open, *anytime),
        State.CONCLUDED: (rectify,),
    }
    whatever = (postpone, rectify, reopen, *while_open, *anytime)
    fits = fitting.get(run.state, (reopen, rectify, *anytime))
    act = chance.one(whatever if chance.number(0, 3) == 0 else fits)
    anywhere = isinstance(act, acts.Suspend | acts.Resume) and coin(chance)
    return act, by, None if anywhere else key


def people_move(chance: Chance, play: Play) -> Move:
    """Change who holds what."""
    office = chance.one(
        ("coordination", "etat", "locale", "presidence", "conseil", "conseil", "panel", "dinum")
    )
    member, by = chance.one(EVERYBODY), chance.one(("coordinator", "second"))
    until = play.now + chance.number(1, 40) * unit(play)
    seat = chance.number(1, 3)
    move: Move = chance.one(
        (
            (acts.AppointMember(office=office, member=member), by, None),
            (acts.AppointMember(office=office, member=member, until=until), by, None),
            (acts.AppointMember(office=office, member=member, since=until), by, None),
            (acts.EndTerm(office=office, seat=seat, cause=TermEnd.DEATH), by, None),
            (acts.EndTerm(office=office, seat=seat, cause=TermEnd.RESIGNATION, successor=member), by, None),
            (acts.RemoveMember(member=member, reason="x"), by, None),
            (acts.AssignOrganisation(member=member, organisation="org"), by, None),
            (acts.EnrolMember(member=member, college="etat", elected=True), by, None),
            (
                acts.GiveDelegation(office=office, to=member, since=play.now, until=until),
                chance.one(CAST[office]),
                None,
            ),
        ),
    )
    return move


def _article_to_vote(chance: Chance, play: Play, key: str | None) -> Act:
    run = play.process.runs.get(key or "")
    opinion = play.process.opinions.get(stage_in_round(run.round, run.key)) if run is not None else None
    article = chance.one(tuple(opinion.articles.values())) if opinion and opinion.articles else None
    meetings = meetings_of(play.process, run) if run is not None else ()
    return acts.PutArticleToVote(
        article=article.id if article else "a0",
        text=article.text.digest if article else "",
        meeting=next((m.id for m in meetings if is_fit_to_vote(m)), None),
    )


def council_move(chance: Chance, play: Play) -> Move:
    """Do something in a review, or stand aside."""
    key = chance.one((*play.process.runs, None))
    by = chance.one((*CAST["conseil"], "chair"))
    act = chance.one(
        (
            acts.WithdrawFromReview(reason="lien"),
            acts.DeclareInterest(organisation_ids=chance.one((("org",), ("org", "other"), ("other",)))),
            acts.DeclineWithdrawal(reason="sans lien"),
            acts.RecuseMember(member=chance.one(CAST["conseil"]), reason="lien"),
            acts.StatePosition(position=Conclusion.FAVOURABLE, statement=body("p")),
            acts.DraftOpinion(text=body(f"avis {chance.number(0, 3)}"), conclusion=Conclusion.REFER_BACK),
            acts.MakeReservation(reservation=f"v{chance.number(0, 2)}", text=body("v")),
            acts.RecordDissent(text=body("d")),
            acts.DraftArticle(
                article=f"a{chance.number(0, 1)}",
                title={"fr": "A"},
                rapporteur=chance.one(CAST["conseil"]),
                text=body(f"article {chance.number(0, 2)}"),
            ),
            acts.ProposeAmendment(
                amendment=f"m{chance.number(0, 9)}", article=f"a{chance.number(0, 1)}", text=body("m")
            ),
            _article_to_vote(chance, play, key),
        ),
    )
    return act, "chair" if isinstance(act, acts.RecuseMember | acts.PutArticleToVote) else by, key


def ballot_move(chance: Chance, play: Play) -> Move | None:
    """Vote or give a proxy in a ballot, whoever one is; or withdraw a proposal."""
    if not play.process.ballots:
        return None
    running = [b for b in play.process.ballots.values() if b.state is not BallotState.CLOSED]
    ballot = chance.one(running or tuple(play.process.ballots.values()))
    speaking = [m for seat in ballot.seats for m in voters(play.process, ballot, seat, play.now)]
    by, to = (chance.one(speaking if speaking and chance.number(0, 3) else EVERYBODY) for _ in "ab")
    match chance.number(0, 4):
        case 0:
            return acts.GiveProxy(ballot=ballot.id, to=to), by, None
        case 1:
            return acts.RevokeProxy(ballot=ballot.id), by, None
        case 2:
            return acts.WithdrawProposal(ballot=ballot.id), by, None
        case 3 if ballot.proxies:
            seat, holder = chance.one(ballot.proxies.items())
            return vote_by(chance, ballot, holder, seat)
        case _:
            return vote_by(chance, ballot, by)


def work_move(chance: Chance, play: Play) -> Move | None:
    """Do the work of an open stage."""
    key = chance.one(play.process.runs)
    run, stage = play.process.runs[key], play.process.stages[key]
    match stage.kind:
        case Kind.HEARINGS:
            return _hearing_move(chance, play, run)
        case Kind.SYNTHESIS:
            return (_treatment if coin(chance) else _recommendation)(chance, play, run)
        case Kind.DECISION | Kind.FOLLOW_UP:
            known = tuple(recommendations(play.process)) or ("none",)
            due_at = play.now + chance.number(1, 60) * unit(play)
            return chance.one((
                    (acts.MakeCommitment(
                        commitment=f"e{chance.number(0, 3)}", recommendation=chance.one(known), owner="dinum",
                        due_at=due_at, text=body("e"),
                    ), "dinum", key),
                    (acts.ReportProgress(
                        commitment="e0", status=chance.one(("kept", "late", "under_way")), report=body("b")
                    ), "dinum", key),
                    (acts.RectifyDecision(text=body("d2"), reason="x"), "minister", key),
                    (_issue(chance, play, "d"), "minister", key),
                ),
            )  # fmt: skip
        case _:
            text = body(f"dossier {chance.number(0, 9)}")
            return acts.AttachDocument(document=text, title={"fr": "D"}, stage=key), "coordinator", None


def _hearing_move(chance: Chance, play: Play, run: StageRun) -> Move:
    waiting = [h for h in play.process.hearings.values() if h.stage == run.key and h.round == run.round]
    scheduled = [h for h in waiting if h.state is HearingState.SCHEDULED]
    if scheduled and coin(chance):
        return acts.HoldHearing(hearing=scheduled[0].id, heard=scheduled[0].witnesses), "coordinator", run.key
    if coin(chance):
        return _call_move(chance, play, run, scheduled[0].id if scheduled else "none")
    held = [h for h in waiting if h.state is HearingState.HELD]
    if held and chance.number(0, 3) == 0:
        return acts.DraftRecord(hearing=held[0].id, record=body("projet")), "writer", run.key
    if held and coin(chance):
        return acts.RecordHearing(hearing=held[0].id, record=body("cr")), "writer", run.key
    starts_at = max(run.opens_at or run.planned_opens_at, play.now)
    act = acts.ScheduleHearing(
        hearing=f"h{chance.number(0, 9)}",
        starts_at=starts_at,
        ends_at=starts_at + unit(play) / 2,
        witnesses=chance.one(((), ("citizen",), ("citizen", "prefect"), ("ada", "chair"))),
    )
    return act, "coordinator", run.key


def _call_move(chance: Chance, play: Play, run: StageRun, hearing: str) -> Move:
    """Ask to be heard, call, answer, replace, move or correct, whoever one is."""
    by, other = chance.one(EVERYBODY), chance.one(EVERYBODY)
    known = play.process.hearings.get(hearing)
    request = chance.one((*play.process.requests, "none"))
    heard = [h for h in play.process.hearings.values() if h.heard and h.record is not None]
    seen = known.starts_at if known else play.now
    move: Move = chance.one((
        (acts.RequestHearing(request=f"q{chance.number(0, 9)}", text=body("q")), by, run.key),
        (acts.WithdrawRequest(request=request), by, run.key),
        (acts.DeclineRequest(request=request, reason="x"), "coordinator", run.key),
        (acts.CallWitness(hearing=hearing, witness=by), "coordinator", run.key),
        (acts.CallWitness(hearing=hearing, witness=by, request=request, urgent="x"), "writer", run.key),
        (acts.AnswerCall(hearing=hearing, comes=coin(chance)), by, run.key),
        (acts.ReplaceWitness(hearing=hearing, witness=by, by=other, reason="x"), "coordinator", run.key),
        (acts.MoveHearing(
            hearing=hearing, starts_at=seen + unit(play), ends_at=seen + 2 * unit(play), seen_starts_at=seen,
            reason="x",
        ), "coordinator", run.key),
    ))  # fmt: skip
    if heard and coin(chance):
        last = heard[-1]
        assert last.record is not None
        text = acts.CorrectRecord(hearing=last.id, seen=last.record.digest, text=body("plutôt"))
        return text, chance.one(last.heard), last.stage
    return move


def abandonment(chance: Chance, play: Play) -> Move:
    """Abandon, or try to."""
    return acts.Abandon(reason="x"), chance.one(("coordinator", "state")), None


def is_open(play: Play) -> bool:
    """Say whether a stage is open."""
    return any(run.state is State.OPEN for run in play.process.runs.values())
