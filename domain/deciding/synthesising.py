"""The synthesis: a chapter per lane, what is set aside, answers to reservations, comments, the whole.

Its items are in domain/deciding/synthesising_items.py.
"""

from __future__ import annotations

from domain import events as ev
from domain.acts import (
    AnswerReservation,
    AssembleSynthesis,
    Comment,
    SetAside,
    SubmitChapter,
    TakeBack,
    TreatmentFigures,
)
from domain.deciding import synthesising_items
from domain.deciding.act_rule import ActRule
from domain.deciding.synthesising_items import too_many
from domain.deciding.synthesising_place import about_lane, in_progress, in_synthesis
from domain.deciding.turn import Turn
from domain.process import items_of
from domain.refusals import Code, Refusal
from domain.treatment.figures import too_low, whole
from domain.treatment.lineage import standing_recommendations
from domain.treatment.sources import reservations, unanswered


def submit_chapter(turn: Turn, act: SubmitChapter) -> Refusal | None:
    """Hand in a version of the chapter of a lane."""
    found = in_synthesis(turn, act.kind, act.lane)
    if isinstance(found, Refusal):
        return found
    lane, run, synthesis = found
    known = synthesis.chapters.get(lane or "")
    version = known.version + 1 if known else 1
    turn.tell(ev.ChapterSubmitted(lane=lane, text=act.text, version=version), run.key)
    return None


def set_aside(turn: Turn, act: SetAside) -> Refusal | None:
    """Set contributions aside for a reason that the procedure knows; any rapporteur may, whatever their lane."""
    found = in_progress(turn)
    if isinstance(found, Refusal):
        return found
    if act.reason not in turn.procedure.labels_of_reasons():
        return Refusal(Code.REASON_NOT_LISTED, {"reason": act.reason}, ("reason",))
    contributions = tuple(dict.fromkeys(act.contributions))
    refusal = too_many(contributions)
    if refusal is None and contributions:
        fact = ev.ContributionsSetAside(contributions=contributions, reason=act.reason)
        turn.tell(fact, found[0].key)
    return refusal


def take_back(turn: Turn, act: TakeBack) -> Refusal | None:
    """Set contributions aside no longer."""
    found = in_progress(turn)
    if isinstance(found, Refusal):
        return found
    contributions = tuple(dict.fromkeys(act.contributions))
    refusal = too_many(contributions)
    if refusal is None and contributions:
        turn.tell(ev.SetAsideTakenBack(contributions=contributions), found[0].key)
    return refusal


def answer_reservation(turn: Turn, act: AnswerReservation) -> Refusal | None:
    """Lift a reservation of the council or declare it maintained; the last word before the assembly counts."""
    found = in_progress(turn)
    if isinstance(found, Refusal):
        return found
    run = found[0]
    reserved = reservations(turn.process, run.round, run.key).get(act.reservation)
    if reserved is None:
        return Refusal(Code.UNKNOWN_RESERVATION, {"reservation": act.reservation}, ("reservation",))
    refusal = about_lane(turn, act.kind, turn.process.stages[reserved[1]].lane)
    if refusal is None:
        fact = ev.ReservationAnswered(reservation=act.reservation, answer=act.answer, reasons=act.reasons)
        turn.tell(fact, run.key)
    return refusal


def comment(turn: Turn, act: Comment) -> Refusal | None:
    """Comment on a chapter or an item, before the whole is assembled."""
    found = in_progress(turn)
    if isinstance(found, Refusal):
        return found
    run, synthesis = found
    if act.about not in synthesis.chapters and act.about not in items_of(synthesis):
        return Refusal(Code.ITEM_UNKNOWN, {"item": act.about}, ("about",))
    turn.tell(ev.CommentMade(about=act.about, text=act.text), run.key)
    return None


def assemble_synthesis(turn: Turn, act: AssembleSynthesis) -> Refusal | None:
    """Assemble the chapters: of every lane, with every reservation answered and enough of all sources treated."""
    placed = in_synthesis(turn, act.kind, None)
    if isinstance(placed, Refusal):
        return placed
    own, run, synthesis = placed
    lanes = (own,) if own is not None else tuple(turn.process.lanes) or (None,)
    for lane in lanes:
        if (lane or "") not in synthesis.chapters:
            return Refusal(Code.CHAPTER_MISSING, {"lane": lane or ""}, ("lane",))
    if not standing_recommendations(turn.process, synthesis):
        return Refusal(Code.UNKNOWN_RECOMMENDATION, {"recommendation": ""})
    waiting = unanswered(turn.process, run.round, run.key, synthesis)
    if waiting:
        return Refusal(Code.RESERVATION_OPEN, {"reservation": waiting[0], "count": len(waiting)})
    threshold = turn.process.stages[run.key].treatment
    if act.treatment is None and threshold is not None:
        return Refusal(Code.INPUT_INVALID, {"field": "treatment"}, ("treatment",))
    figures = None
    if act.treatment is not None:
        figures = whole(turn.process, synthesis, act.treatment)
        refusal = _too_low(turn, run.key, figures)
        if refusal is not None:
            return refusal
    turn.tell(ev.SynthesisAssembled(text=act.text, treatment=figures), run.key)
    return None


def _too_low(turn: Turn, stage: str, figures: TreatmentFigures) -> Refusal | None:
    findings = tuple(too_low(figures, turn.process.stages[stage].treatment))
    return Refusal(Code.TREATMENT_TOO_LOW, dict(findings[0].args), (), findings) if findings else None


RULES: dict[type, ActRule] = {
    SubmitChapter: ActRule(submit_chapter, quiet=True),
    **synthesising_items.RULES,
    SetAside: ActRule(set_aside, quiet=True),
    TakeBack: ActRule(take_back, quiet=True),
    AnswerReservation: ActRule(answer_reservation, quiet=True),
    Comment: ActRule(comment, quiet=True),
    AssembleSynthesis: ActRule(assemble_synthesis),
}
