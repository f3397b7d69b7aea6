"""What people may do next in a stage: the work of hearings, council, synthesis, decision and follow-up, or try to."""

from __future__ import annotations

from domain import acts
from domain.acts import Act, Conclusion, Settlement
from domain.council.attending import is_fit_to_vote, meetings_of
from domain.deciding.works import recommendations
from domain.procedure import Kind
from domain.process import HearingState, StageRun, stage_in_round
from tests.properties.chance import Chance, coin
from tests.properties.generated import CAST
from tests.properties.moves import EVERYBODY, Move, unit
from tests.unit.play import Play, body


def recommendation(chance: Chance, play: Play, run: StageRun) -> Move:
    """Make one of two recommendations of a synthesis, or another version of it."""
    act = acts.MakeRecommendation(
        recommendation=f"r{run.round}-{run.key}-{chance.number(0, 1)}",
        lane=play.process.stages[run.key].lane,
        themes=(),
        addressees=chance.one((("dinum",), ("dinum", "asso"))),
        sources=(),
        text=body("recommandation"),
    )
    return act, chance.one(("writer", "editor")), run.key


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


def issue(chance: Chance, play: Play, text: str) -> acts.IssueDecision:
    """Issue the decision, under an embargo now and then."""
    if chance.number(0, 2):
        return acts.IssueDecision(text=body(text), reasons=body("motifs"))
    return acts.IssueDecision(
        text=body(text),
        reasons=body("motifs"),
        embargo_until=play.now + chance.number(0, 6) * unit(play),
        early_readers=chance.one((None, ("citizen",))),
    )


def work_move(chance: Chance, play: Play) -> Move | None:
    """Do the work of an open stage."""
    key = chance.one(play.process.runs)
    run, stage = play.process.runs[key], play.process.stages[key]
    match stage.kind:
        case Kind.HEARINGS:
            return _hearing_move(chance, play, run)
        case Kind.SYNTHESIS:
            return (_treatment if coin(chance) else recommendation)(chance, play, run)
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
                    (issue(chance, play, "d"), "minister", key),
                ),
            )  # fmt: skip
        case _:
            text = body(f"dossier {chance.number(0, 9)}")
            grid = stage.evaluation is not None and coin(chance)
            attached = acts.AttachDocument(document=text, title={"fr": "D"}, stage=key, questionnaire=grid)
            return attached, "coordinator", None


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
