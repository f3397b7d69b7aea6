"""Attaching documents to the information file: texts at any time, questions only where nobody has answered them yet."""

from __future__ import annotations

from domain import events as ev
from domain.acts import AttachDocument
from domain.council.evaluating import grid_among, grid_of
from domain.deciding.act_rule import ActRule
from domain.deciding.outcomes import supersede_gate
from domain.deciding.subjects import gate_subject, last_subject
from domain.deciding.turn import Turn
from domain.graph import keys_of
from domain.procedure import Gate, Kind
from domain.process import Document, Purpose, State, stage_in_round
from domain.refusals import Code, Refusal


def attach_document(turn: Turn, act: AttachDocument) -> Refusal | None:
    """Put a version of a document into the information file. A gate that was about it votes anew.

    A questionnaire stands from the opening to the end of the entry window: what people answer is what was approved. A
    grid stands from the first evaluation to the conclusion of the review: none is set aside unawares.
    """
    stages = turn.process.stages
    if act.stage is not None and act.stage not in stages and not keys_of(stages, act.stage):
        return Refusal(Code.UNKNOWN_STAGE, {"stage": act.stage}, ("stage",))
    before = turn.process.documents.get(act.document.id)
    if refusal := _questions_being_answered(turn, act, before):
        return refusal
    version = before.version + 1 if before else 1
    if refusal := _evaluations_given(turn, _document(turn, act, version)):
        return refusal
    turn.tell(
        ev.DocumentAttached(
            document=act.document.id,
            digest=act.document.digest,
            title=act.title,
            for_stage=act.stage,
            questionnaire=act.questionnaire,
            version=version,
        )
    )
    for key, run in turn.process.runs.items():
        gate = stages[key].approval(Gate.OPENING)
        if gate is None or run.state is not State.AWAITING_OPENING:
            continue
        if last_subject(turn.process, run, Purpose.OPENING) not in (
            None,
            gate_subject(turn.process, run, gate),
        ):
            supersede_gate(turn, run)
            turn.conclude(ev.StageAwaitsOpening(), key)
    return None


def _questions_being_answered(turn: Turn, act: AttachDocument, before: Document | None) -> Refusal | None:
    """Refuse a new or changed questionnaire of a call for input that is under way."""
    same = (act.document.digest, act.questionnaire, act.stage)
    if before is not None and (before.digest, before.questionnaire, before.stage) == same:
        return None
    places = [act.stage] if act.questionnaire else []
    places += [before.stage] if before is not None and before.questionnaire else []
    for key, run in turn.process.runs.items():
        stage = turn.process.stages[key]
        under_way = stage.kind is Kind.CALL_FOR_INPUT and run.state in (State.OPEN, State.CLOSED)
        if under_way and any(place in (None, key, stage.id) for place in places):
            return Refusal(Code.STAGE_WRONG_STATE, {"stage": key, "state": run.state}, ("stage",))
    return None


def _document(turn: Turn, act: AttachDocument, version: int) -> Document:
    """Give the document as it would be kept."""
    return Document(
        id=act.document.id,
        digest=act.document.digest,
        title=act.title,
        stage=act.stage,
        questionnaire=act.questionnaire,
        version=version,
        attached_at=turn.now,
    )


def _evaluations_given(turn: Turn, document: Document) -> Refusal | None:
    """Refuse another grid, or none, in the place of one that was filled in, until its review is concluded."""
    process = turn.process
    documents = {**process.documents, document.id: document}.values()
    for key, run in process.runs.items():
        opinion = process.opinions.get(stage_in_round(run.round, key))
        if opinion is None or not opinion.evaluations or run.state is State.CONCLUDED:
            continue
        before, after = grid_of(process, key), grid_among(documents, process.stages[key], key)
        if before is not None and (after is None or after.digest != before.digest):
            count = len(opinion.evaluations)
            return Refusal(Code.EVALUATIONS_GIVEN, {"stage": key, "count": count}, ("stage",))
    return None


RULES: dict[type, ActRule] = {AttachDocument: ActRule(attach_document)}
