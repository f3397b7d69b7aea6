"""The evaluation: each member of the council fills in the grid of the review (D3)."""

from __future__ import annotations

from domain import events as ev
from domain.acts import Evaluate
from domain.council.evaluating import grid_of
from domain.deciding.act_rule import ActRule
from domain.deciding.reviewing import in_review
from domain.deciding.turn import Turn
from domain.refusals import Code, Refusal


def evaluate(turn: Turn, act: Evaluate) -> Refusal | None:
    """Fill in the grid as it stands; filling it in anew replaces what one said before. Nobody does it for another."""
    found = in_review(turn, act.kind)
    if isinstance(found, Refusal):
        return found
    _, run, _ = found
    grid = grid_of(turn.process, run.key)
    if grid is None:
        return Refusal(Code.UNKNOWN_QUESTIONNAIRE, {"stage": run.key}, ("questionnaire",))
    if act.questionnaire != grid.digest:
        return Refusal(Code.SUBJECT_CHANGED, {"subject": grid.digest}, ("questionnaire",))
    if turn.on_behalf_of is not None:
        return Refusal(Code.NOT_ALLOWED, {"act": act.kind})
    turn.tell(
        ev.EvaluationGiven(
            member=turn.actor.member,
            questionnaire=act.questionnaire,
            marks=act.marks,
            reasons=act.reasons,
        ),
        run.key,
    )
    return None


RULES: dict[type, ActRule] = {Evaluate: ActRule(evaluate)}
