"""The synthesis: a chapter per lane, recommendations with sources and addressees, assembled as a whole."""

from __future__ import annotations

from domain import events as ev
from domain.acts import AssembleSynthesis, MakeRecommendation, SubmitChapter
from domain.deciding.act_rule import ActRule
from domain.deciding.turn import Turn
from domain.procedure import Kind, Role
from domain.process import Process, StageRun, Synthesis, stage_in_round
from domain.refusals import Code, Refusal
from domain.rights import Scope

Writing = tuple[str | None, StageRun, Synthesis]
"""The lane that is written about, the run, and the synthesis so far."""


def _in_synthesis(turn: Turn, act: str, lane: str | None) -> Writing | Refusal:
    """Give the open synthesis that is not assembled, if the author may write about this lane in it.

    In a synthesis of one lane everything is about that lane; what is common to all lanes in a common one
    is not for the rapporteur of one of them.
    """
    placed = turn.open_place(Kind.SYNTHESIS)
    if isinstance(placed, Refusal):
        return placed
    stage, run = placed
    if lane is not None and (lane not in turn.process.lanes or stage.lane not in (None, lane)):
        return Refusal(Code.UNKNOWN_LANE, {"lane": lane}, ("lane",))
    lane = lane or stage.lane
    entitled = turn.entitle(act, Scope(lane=lane, whole=lane is None))
    if isinstance(entitled, Refusal):
        return entitled
    name = stage_in_round(run.round, run.key)
    synthesis = turn.process.syntheses.get(name) or Synthesis(stage=run.key, round=run.round)
    if synthesis.assembled_at is not None:
        return Refusal(Code.SYNTHESIS_ASSEMBLED, {"stage": run.key})
    return lane, run, synthesis


def submit_chapter(turn: Turn, act: SubmitChapter) -> Refusal | None:
    """Hand in a version of the chapter of a lane."""
    found = _in_synthesis(turn, act.kind, act.lane)
    if isinstance(found, Refusal):
        return found
    lane, run, synthesis = found
    known = synthesis.chapters.get(lane or "")
    version = known.version + 1 if known else 1
    turn.tell(ev.ChapterSubmitted(lane=lane, text=act.text, version=version), run.key)
    return None


def make_recommendation(turn: Turn, act: MakeRecommendation) -> Refusal | None:
    """Add a recommendation, or a new version of one; each names who owes an answer (D11)."""
    found = _in_synthesis(turn, act.kind, act.lane)
    if isinstance(found, Refusal):
        return found
    lane, run, synthesis = found
    for theme in act.themes:
        if theme not in turn.process.themes:
            return Refusal(Code.UNKNOWN_THEME, {"theme": theme}, ("themes",))
    if not act.addressees:
        return Refusal(Code.UNKNOWN_ADDRESSEE, {"addressee": ""}, ("addressees",))
    for addressee in act.addressees:
        office = turn.process.offices.get(addressee)
        if office is None or office.role is not Role.ADDRESSEE:
            return Refusal(Code.UNKNOWN_ADDRESSEE, {"addressee": addressee}, ("addressees",))
    known = synthesis.recommendations.get(act.recommendation)
    if known is None and is_taken(turn.process, act.recommendation, run):
        return Refusal(Code.ALREADY_EXISTS, {"id": act.recommendation}, ("recommendation",))
    if known is not None and known.lane != lane:
        entitled = turn.entitle(act.kind, Scope(lane=known.lane, whole=known.lane is None))
        if isinstance(entitled, Refusal):
            return entitled
    turn.tell(
        ev.RecommendationMade(
            recommendation=act.recommendation,
            lane=lane,
            themes=act.themes,
            addressees=tuple(dict.fromkeys(act.addressees)),
            sources=act.sources,
            text=act.text,
            version=known.version + 1 if known else 1,
        ),
        run.key,
    )
    return None


def is_taken(process: Process, recommendation: str, run: StageRun) -> bool:
    """Say whether another stage or an earlier round already uses this id: answers are bound to it."""
    return any(
        recommendation in synthesis.recommendations
        for synthesis in process.syntheses.values()
        if (synthesis.stage, synthesis.round) != (run.key, run.round)
    )


def assemble_synthesis(turn: Turn, act: AssembleSynthesis) -> Refusal | None:
    """Assemble the chapters; every lane of the synthesis must have handed in its own."""
    placed = _in_synthesis(turn, act.kind, None)
    if isinstance(placed, Refusal):
        return placed
    own, run, synthesis = placed
    lanes = (own,) if own is not None else tuple(turn.process.lanes) or (None,)
    for lane in lanes:
        if (lane or "") not in synthesis.chapters:
            return Refusal(Code.CHAPTER_MISSING, {"lane": lane or ""}, ("lane",))
    if not synthesis.recommendations:
        return Refusal(Code.UNKNOWN_RECOMMENDATION, {"recommendation": ""})
    turn.tell(ev.SynthesisAssembled(text=act.text), run.key)
    return None


RULES: dict[type, ActRule] = {
    SubmitChapter: ActRule(submit_chapter, after_launch=True, in_common=True, quiet=True),
    MakeRecommendation: ActRule(make_recommendation, after_launch=True, in_common=True, quiet=True),
    AssembleSynthesis: ActRule(assemble_synthesis, after_launch=True),
}
