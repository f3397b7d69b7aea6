"""Scenes that many tests begin with: a launched concertation, an adopted opinion, a synthesis, a decision."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from domain import acts
from domain.acts import Answer, Conclusion
from domain.process import State
from tests.unit.play import Play, body
from tests.unit.procedures import procedure

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)

CAST: dict[str, tuple[str, ...]] = {
    "etat": ("state",),
    "locale": ("local",),
    "presidence": ("chair",),
    "conseil": ("ada", "bob", "cleo"),
    "rapporteur": ("writer",),
    "general": ("editor",),
    "ministre": ("minister",),
    "dinum": ("dinum",),
    "asso": ("mayor",),
    "garant": ("warden",),
}
"""Who holds which office in the scenes. One seat of the council stays vacant."""

COUNCIL = ("chair", "ada", "bob", "cleo")


def drafted(*stages: dict[str, Any], **more: Any) -> Play:
    """Give a draft with all offices held and an information file: ready for its launch."""
    play = Play(procedure(*stages, **more))
    play.enrol("citizen", college="locales")
    play.enrol("prefect", college="etat")
    for office, members in CAST.items():
        if office in play.process.offices:
            play.appoint(office, *members)
    play.attach_all()
    return play


def launched(*stages: dict[str, Any], **more: Any) -> Play:
    """Give a concertation that was launched, fifteen days before its first opening."""
    play = drafted(*stages, **more)
    play.do(acts.Launch(opens_at=play.now + 15 * DAY))
    return play


def opened(*stages: dict[str, Any], stage: str | None = None, **more: Any) -> Play:
    """Give a concertation whose first stage (or the one named) is open."""
    play = launched(*stages, **more)
    play.until(stage or next(iter(play.process.stages)), State.OPEN)
    return play


def pass_gate(play: Play, *voters: str, position: str = "favourable") -> None:
    """Let the council vote at the gate that is waiting."""
    ballot = play.ballot()
    for voter in voters or COUNCIL:
        play.vote(voter, position, ballot)


def put_to_vote(
    play: Play, conclusion: Conclusion = Conclusion.FAVOURABLE, stage: str = "avis", text: str = "avis"
) -> None:
    """Let the council draft its opinion, and the chair put it to the vote."""
    play.do(acts.DraftOpinion(text=body(text), conclusion=conclusion), "ada", stage)
    play.do(acts.PutOpinionToVote(text=body(text).digest), "chair", stage)


def adopt(play: Play, conclusion: Conclusion = Conclusion.FAVOURABLE, stage: str = "avis") -> None:
    """Let the council adopt an opinion."""
    put_to_vote(play, conclusion, stage)
    pass_gate(play)


def recommend(play: Play, name: str = "r1", by: str = "writer", stage: str = "synthese", **more: Any) -> None:
    """Make a recommendation to both addressees, unless others are given."""
    asked: dict[str, Any] = {
        "lane": None, "themes": ("sante",), "addressees": ("dinum", "asso"), "sources": (), "text": body(name),
    }  # fmt: skip
    play.do(acts.MakeRecommendation(recommendation=name, **{**asked, **more}), by, stage)


def assemble(play: Play, stage: str = "synthese") -> None:
    """Write the synthesis of a concertation without axes, with one recommendation, and assemble it."""
    play.do(acts.SubmitChapter(lane=None, text=body("chapitre")), "writer", stage)
    recommend(play, stage=stage)
    play.do(acts.AssembleSynthesis(text=body("synthese")), "editor", stage)


def respond(play: Play, addressee: str, by: str, name: str = "r1", answer: str = "followed") -> None:
    """Let an addressee answer a recommendation."""
    act = acts.Respond(
        recommendation=name, addressee=addressee, answer=Answer(answer), reasons=body(f"{name} {addressee}")
    )
    play.do(act, by, "decision")


def issue(play: Play) -> None:
    """Let both addressees answer, and the deciding authority decide."""
    respond(play, "dinum", "dinum")
    respond(play, "asso", "mayor")
    play.do(acts.IssueDecision(text=body("decision")), "minister", "decision")
