"""An act of each kind, plausible where a stage of every kind is open, with the stage that it is addressed to."""

from __future__ import annotations

from domain import acts
from domain.acts import Act, Answer, Conclusion, TermEnd
from domain.procedure import Office, Role
from tests.unit.play import Play, body
from tests.unit.scenes import DAY, HOUR

Samples = tuple[tuple[Act, str | None], ...]


def _drafting(play: Play) -> Samples:
    return (
        (acts.AmendDraft(title={"fr": "x"}), None),
        (acts.CreateOffice(office=Office(id="neuf", role=Role.ADDRESSEE, label={"fr": "x"})), None),
        (acts.AttachDocument(document=body("x"), title={"fr": "x"}), None),
        (acts.Launch(opens_at=play.now + 20 * DAY), None),
    )


def _people(play: Play) -> Samples:
    return (
        (acts.EnrolMember(member="new"), None),
        (acts.EnrolMembers(members=(acts.EnrolMember(member="new"),)), None),
        (acts.AssignOrganisation(member="citizen", organisation="o"), None),
        (acts.RemoveMember(member="citizen", reason="x"), None),
        (acts.AppointMember(office="conseil", member="citizen"), None),
        (acts.EndTerm(office="conseil", seat=1, cause=TermEnd.REVOCATION), None),
        (acts.GiveDelegation(office="etat", to="citizen", since=play.now, until=play.now + DAY), None),
        (acts.RevokeDelegation(delegation="none"), None),
    )


def _scheduling(play: Play) -> Samples:
    closes_at = play.run("appel").closes_at
    assert closes_at is not None
    return (
        (acts.ExtendStage(closes_at=closes_at + DAY, seen_closes_at=closes_at, reason="x"), "appel"),
        (acts.PostponeStage(opens_at=play.now + DAY, seen_opens_at=play.now, reason="x"), "appel"),
        (acts.CloseStageEarly(closes_at=closes_at - DAY, seen_closes_at=closes_at, reason="x"), "appel"),
        (acts.Suspend(reason="x"), "appel"),
        (acts.Resume(reason="x"), "appel"),
        (acts.ReopenStage(closes_at=play.now + DAY, reason="x"), "appel"),
        (acts.RectifyStage(until=play.now + DAY, reason="x"), "appel"),
        (acts.Abandon(reason="x"), None),
        (
            acts.MigrateProcedure(
                procedure=play.procedure.model_copy(update={"version": 2}), procedure_digest="1" * 64,
                impact_digest="0" * 64, reason="x",
            ),
            None,
        ),
    )  # fmt: skip


def _balloting(play: Play) -> Samples:
    return ((acts.WithdrawProposal(ballot="none"), None),)


def _hearing(play: Play) -> Samples:
    return (
        (
            acts.ScheduleHearing(hearing="h", starts_at=play.now, ends_at=play.now + HOUR, witnesses=()),
            "auditions",
        ),
        (
            acts.MoveHearing(
                hearing="h", starts_at=play.now, ends_at=play.now + HOUR, seen_starts_at=play.now, reason="x"
            ),
            "auditions",
        ),
        (acts.RequestHearing(request="q", text=body("x")), "auditions"),
        (acts.WithdrawRequest(request="q"), "auditions"),
        (acts.DeclineRequest(request="q", reason="x"), "auditions"),
        (acts.CallWitness(hearing="h", witness="citizen"), "auditions"),
        (acts.AnswerCall(hearing="h", comes=True), "auditions"),
        (acts.ReplaceWitness(hearing="h", witness="prefect", by="ada", reason="x"), "auditions"),
        (acts.DraftRecord(hearing="h", record=body("x")), "auditions"),
        (acts.CorrectRecord(hearing="h", seen=body("x").digest, text=body("x")), "auditions"),
        (acts.HoldHearing(hearing="h", heard=()), "auditions"),
        (acts.CancelHearing(hearing="h", reason="x"), "auditions"),
        (acts.RecordHearing(hearing="h", record=body("x")), "auditions"),
    )


def _meeting(play: Play) -> Samples:
    return (
        (
            acts.ConveneMeeting(
                meeting="s", starts_at=play.now + HOUR, ends_at=play.now + 2 * HOUR, agenda=body("ordre")
            ),
            "avis",
        ),
        (acts.CancelMeeting(meeting="s", reason="x"), "avis"),
        (acts.HoldMeeting(meeting="s", attendance={}), "avis"),
        (acts.RecordMinutes(meeting="s", minutes=body("pv")), "avis"),
    )


def _reviewing(play: Play) -> Samples:
    return (
        (acts.DeclareInterest(), None),
        (acts.WithdrawFromReview(reason="x"), "avis"),
        (acts.DeclineWithdrawal(reason="x"), "avis"),
        (acts.RecuseMember(member="ada", reason="x"), "avis"),
        (acts.StatePosition(position=Conclusion.FAVOURABLE, statement=body("x")), "avis"),
        (acts.DraftOpinion(text=body("x"), conclusion=Conclusion.FAVOURABLE), "avis"),
        (acts.PutOpinionToVote(text=body("x").digest), "avis"),
        (acts.DraftArticle(article="a", title={"fr": "A"}, rapporteur="ada", text=body("x")), "avis"),
        (acts.ProposeAmendment(amendment="m", article="a", text=body("x")), "avis"),
        (acts.SettleAmendment(amendment="m", adopted=True, reason="x"), "avis"),
        (acts.PutArticleToVote(article="a", text=body("x").digest), "avis"),
        (acts.Evaluate(questionnaire="0" * 64, marks={}), "avis"),
        (acts.MakeReservation(reservation="v", text=body("x")), "avis"),
        (acts.RecordDissent(text=body("x")), "avis"),
    )


def _synthesising(play: Play) -> Samples:
    return (
        (acts.SubmitChapter(lane=None, text=body("x")), "synthese"),
        (
            acts.MakeRecommendation(
                recommendation="r", lane=None, themes=(), addressees=("dinum",), sources=(), text=body("x")
            ),
            "synthese",
        ),
        (
            acts.MakeAscertainment(ascertainment="k", lane=None, themes=(), sources=(), text=body("x")),
            "synthese",
        ),
        (acts.CiteSources(item="r", add=("c1",)), "synthese"),
        (acts.SetAside(contributions=("c1",), reason="Hors du sujet"), "synthese"),
        (acts.TakeBack(contributions=("c1",)), "synthese"),
        (
            acts.AnswerReservation(reservation="v", answer=acts.Settlement.LIFTED, reasons=body("x")),
            "synthese",
        ),
        (acts.Comment(about="", text=body("x")), "synthese"),
        (acts.AssembleSynthesis(text=body("x")), "synthese"),
    )


def _deciding(play: Play) -> Samples:
    return (
        (
            acts.Respond(recommendation="r", addressee="dinum", answer=Answer.FOLLOWED, reasons=body("x")),
            "decision",
        ),
        (acts.IssueDecision(text=body("x")), "decision"),
        (acts.RectifyDecision(text=body("x"), reason="x"), "decision"),
    )


def _following(play: Play) -> Samples:
    return (
        (
            acts.MakeCommitment(
                commitment="e", recommendation="r", owner="dinum", due_at=play.now + DAY, text=body("x")
            ),
            "decision",
        ),
        (acts.ReportProgress(commitment="e", status="kept", report=body("x")), "suivi"),
        (acts.PublishImplementationReport(text=body("x")), "suivi"),
        (acts.PublishObservation(text=body("x")), None),
        (acts.PublishGuarantorReport(text=body("x")), None),
        (acts.AnswerGuarantorReport(text=body("x")), None),
    )


_THEMES = (
    _drafting,
    _people,
    _scheduling,
    _balloting,
    _hearing,
    _meeting,
    _reviewing,
    _synthesising,
    _deciding,
    _following,
)


def samples(play: Play) -> dict[str, tuple[Act, str | None]]:
    """Give, by kind, an act and its stage. `play` has an open call for input, `appel`."""
    return {act.kind: (act, stage) for theme in _THEMES for act, stage in theme(play)}
