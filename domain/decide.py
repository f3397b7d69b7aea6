"""The decider: one command in, events (or a refusal) out. Pure: no clock, no I/O."""

from __future__ import annotations

from datetime import datetime, timedelta

from domain import acts
from domain.acts import SYSTEM, Act, Command
from domain.deadlines import next_deadline
from domain.deciding import (
    answering,
    articles,
    attaching,
    balloting,
    drafting,
    evaluating,
    following,
    hearing,
    hearing_calls,
    hearing_records,
    meeting,
    migrating,
    people,
    reviewing,
    scheduling,
    signing,
    synthesising,
)
from domain.deciding.act_rule import ActRule
from domain.deciding.advancing import advance, advance_after_vote, record_seal
from domain.deciding.turn import Turn
from domain.events import Event
from domain.procedure import Kind
from domain.process import Phase, Process, State
from domain.refusals import Code, Refusal
from domain.rights import EVERYWHERE, TABLE, WHOLE, About, Scope, Standing, Who

__all__ = ["QUIET", "decide", "next_deadline"]


def decide(process: Process, command: Command, now: datetime) -> list[Event] | Refusal:
    """Give the events that the command brings about at `now`, or why it is refused.

    What is due by `now` is done first, then the command, then what has become due by it. A late
    command therefore meets the state that time has made, even where nobody ticked in between.
    """
    if command.concertation != process.id:
        return Refusal(Code.UNKNOWN_CONCERTATION, {"id": command.concertation})
    act = command.act
    kind = type(act)
    turn = Turn(process, now, command.actor, command.round, command.stage)
    deadline = next_deadline(process)
    tallies = act.tallies if isinstance(act, acts.Tick) else ()
    if tallies or (deadline is not None and deadline <= now):
        advance(turn, tallies, _perform)
    refusal = _engine(turn, command) if command.actor.member == SYSTEM else _person(turn, act)
    if refusal is not None:
        return refusal
    if turn.events and kind not in QUIET:
        if kind is acts.CastVote:
            advance_after_vote(turn, _perform)
        else:
            advance(turn, (), _perform)
    return turn.events


def _engine(turn: Turn, command: Command) -> Refusal | None:
    """Take the engine's own commands. Asked again, they find nothing to do."""
    act = command.act
    if isinstance(act, acts.Tick):
        return None
    if isinstance(act, acts.AdmitInvited):
        if turn.process.phase is Phase.VOID:
            return Refusal(Code.UNKNOWN_CONCERTATION, {"id": turn.process.id})
        if turn.process.over and Standing.OVER not in TABLE[act.kind].states:
            return Refusal(Code.CONCERTATION_OVER, {"phase": turn.process.phase})
        return people.admit_invited(turn, act)
    if not isinstance(act, acts.RecordSeal):
        return Refusal(Code.NOT_ALLOWED, {"act": act.kind})
    placed = turn.place(Kind.CALL_FOR_INPUT)
    if isinstance(placed, Refusal):
        return placed
    stage, run = placed
    if run.state is State.SEALING and not turn.process.over:
        record_seal(turn, stage, run, act.figures)
    return None


def _person(turn: Turn, act: Act) -> Refusal | None:
    """Take a person's command: the concertation must live, they must be entitled, then the act is done or proposed."""
    process, rule, right = turn.process, RULES.get(type(act)), TABLE[act.kind]
    for field in rule.dates if rule is not None else ():
        date = getattr(act, field)
        if date is not None and (date.tzinfo is None or date - turn.now > HORIZON):
            return Refusal(Code.INPUT_INVALID, {"field": field}, (field,))
    if isinstance(act, acts.DraftConcertation):
        return drafting.draft_concertation(turn, act)
    if process.phase is Phase.VOID:
        return Refusal(Code.UNKNOWN_CONCERTATION, {"id": process.id})
    if process.over and Standing.OVER not in right.states:
        return Refusal(Code.CONCERTATION_OVER, {"phase": process.phase})
    if rule is None:  # the engine's own: nobody else asks for it
        return Refusal(Code.NOT_ALLOWED, {"act": act.kind})
    if right.others.isdisjoint(_BY_THEMSELVES):
        entitled = turn.entitle(act.kind, _scope(turn, act))
        if isinstance(entitled, Refusal) and not people.finds_a_coordinator(turn, act):
            return entitled
    if process.phase is Phase.DRAFT and Standing.DRAFT not in right.states:
        return Refusal(Code.NOT_LAUNCHED, {})
    signoff = signing.signoff_for(turn, act)
    if signoff is None:
        return rule.do(turn, act)
    return _perform(turn.fork(), act) or signing.propose(turn, act, signoff)


def _scope(turn: Turn, act: Act) -> Scope:
    """Give what an act is about: one lane, or the whole concertation."""
    if isinstance(act, acts.AssignOrganisation):
        member = turn.process.members.get(act.member)
        return Scope(territory=member.territory if member else None, whole=True)
    key = act.stage if isinstance(act, acts.AttachDocument) else turn.stage
    stage = turn.process.stages.get(key) if key is not None else None
    if stage is not None and stage.lane is not None:
        return Scope(lane=stage.lane)
    return EVERYWHERE if TABLE[act.kind].about in _IN_COMMON else WHOLE


def _perform(turn: Turn, act: Act) -> Refusal | None:
    """Do an act whose author is entitled and whose signatures, if any, are given."""
    return RULES[type(act)].do(turn, act)


_BY_THEMSELVES = frozenset({Who.THEMSELF, Who.ELECTORATE})
"""The right comes from what one holds oneself: the act looks for it, and for an office where that may do, too."""

_IN_COMMON = frozenset({About.LANE, About.OFFICE})
"""The holders of offices of one lane do it in a stage that is common to all lanes, too."""

HORIZON = timedelta(days=36525)
"""Nobody plans further ahead than a hundred years, the longest length of time that a procedure may name."""

RULES: dict[type, ActRule] = {
    **attaching.RULES,
    **drafting.RULES,
    **people.RULES,
    **scheduling.RULES,
    **migrating.RULES,
    **balloting.RULES,
    **signing.RULES,
    **hearing.RULES,
    **meeting.RULES,
    **hearing_calls.RULES,
    **hearing_records.RULES,
    **reviewing.RULES,
    **evaluating.RULES,
    **articles.RULES,
    **synthesising.RULES,
    **answering.RULES,
    **following.RULES,
}
"""By kind of act, of those that people may ask for once there is a draft: how it is taken."""

QUIET = frozenset(kind for kind, rule in RULES.items() if rule.quiet)
"""Acts that bring nothing else about at their instant."""
