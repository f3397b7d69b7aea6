"""Ballots: who votes, whether the vote can pass, and a way out whatever happens."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta

from domain.checks.references import SCIENTIFIC_COUNCIL
from domain.graph import EACH
from domain.procedure import ROLES, Approval, BallotRule, Gate, Kind, Office, Procedure, Role, Silence, Stage
from domain.refusals import Finding

Path = tuple[str | int, ...]

_MADE_BY = {
    "seal": set(Kind),
    "questionnaire": {Kind.CALL_FOR_INPUT},
    "information_file": set(Kind),
    "synthesis": {Kind.SYNTHESIS},
    "opinion": {Kind.SCIENTIFIC_REVIEW},
    "decision": {Kind.DECISION},
}
_AT_OPENING = ("questionnaire", "information_file")


def offices_named(procedure: Procedure, names: Iterable[str], lane: str | None) -> list[Office]:
    """Give the offices that ids, roles or `scientific_council` name, within a lane."""
    wanted = set(names)
    if SCIENTIFIC_COUNCIL in wanted:
        wanted |= {Role.COUNCIL_CHAIR, Role.COUNCIL_MEMBER}
    return [
        office
        for office in procedure.offices
        if (office.id in wanted or office.role in wanted)
        and (office.lane is None or lane is None or office.lane == lane)
    ]


def is_name(procedure: Procedure, name: str) -> bool:
    """Say whether a name can stand in an electorate."""
    return name == SCIENTIFIC_COUNCIL or name in ROLES or any(o.id == name for o in procedure.offices)


def lanes_of(procedure: Procedure, stage: Stage) -> tuple[str | None, ...]:
    """Give the lanes that a stage runs in."""
    if stage.lane == EACH:
        return tuple(lane.id for lane in procedure.lanes) or (None,)
    return (stage.lane,)


def check_ballots(procedure: Procedure) -> Iterator[Finding]:
    """Give what is wrong with gates, opinions, approvals of records and signatures."""
    for index, stage in enumerate(procedure.stages):
        path: Path = ("stages", index)
        gates: set[Gate] = set()
        for number, approval in enumerate(stage.approvals):
            place = (*path, "approvals", number)
            if approval.gate in gates:
                yield Finding("gate_twice", (*place, "gate"), {"stage": stage.id, "gate": approval.gate})
            gates.add(approval.gate)
            yield from _gate(stage, approval, place)
            yield from _rule(procedure, stage, approval, place)
        if stage.opinion is not None:
            yield from _rule(procedure, stage, stage.opinion, (*path, "opinion"))
        if stage.articles is not None:
            yield from _rule(procedure, stage, stage.articles, (*path, "articles"))
        if stage.record_approval is not None:
            yield from _rule(procedure, stage, stage.record_approval, (*path, "record_approval"), heard=True)
    yield from _signatures(procedure)


def _gate(stage: Stage, rule: Approval, path: Path) -> Iterator[Finding]:
    about: dict[str, str | int] = {"stage": stage.id, "gate": rule.gate}
    if rule.gate is Gate.OPENING and rule.if_refused == "reopen":
        yield Finding("reopen_at_opening", (*path, "if_refused"), about)
    for subject in rule.subject:
        if stage.kind not in _MADE_BY[subject]:
            yield Finding("subject_of_other_kind", (*path, "subject"), {**about, "subject": subject})
        elif rule.gate is Gate.OPENING and subject not in _AT_OPENING:
            yield Finding("subject_not_yet_made", (*path, "subject"), {**about, "subject": subject})
        elif (subject == "questionnaire" and stage.questionnaire is None) or (
            subject == "information_file" and not stage.information_file
        ):
            yield Finding("subject_not_declared", (*path, "subject"), {**about, "subject": subject}, "advice")


def _rule(
    procedure: Procedure, stage: Stage, rule: BallotRule, path: Path, *, heard: bool = False
) -> Iterator[Finding]:
    about: dict[str, str | int] = {"stage": stage.id}
    if rule.within <= timedelta(0) or rule.second_within == timedelta(0):
        yield Finding("window_empty", (*path, "within"), about)
    if rule.if_silent is Silence.LAPSE:
        yield Finding("silence_without_way_out", (*path, "if_silent"), about)
    if rule.if_silent is Silence.ESCALATE and not rule.escalate_to:
        yield Finding("escalate_to_nobody", (*path, "escalate_to"), about)
    if rule.if_silent is not Silence.ESCALATE and rule.escalate_to:
        yield Finding("escalation_unused", (*path, "escalate_to"), about, "advice")
    if not heard:
        yield from _electorate(procedure, stage, rule.by, (*path, "by"))
    if rule.escalate_to:
        yield from _electorate(procedure, stage, rule.escalate_to, (*path, "escalate_to"))
    if rule.casting_vote and not heard:
        seats = sum(
            office.seats
            for office in offices_named(procedure, rule.by, None)
            if office.role is Role.COUNCIL_CHAIR
        )
        if seats != 1:
            yield Finding(
                "casting_vote_without_chair" if not seats else "several_chairs",
                (*path, "casting_vote"),
                about,
            )


def _electorate(procedure: Procedure, stage: Stage, names: tuple[str, ...], path: Path) -> Iterator[Finding]:
    if not names:
        yield Finding("electorate_empty", path, {"stage": stage.id})
        return
    unknown = [name for name in names if not is_name(procedure, name)]
    for name in unknown:
        yield Finding("electorate_unknown", path, {"stage": stage.id, "name": name})
    if len(unknown) == len(names):
        return
    voters = [offices_named(procedure, names, lane) for lane in lanes_of(procedure, stage)]
    about: dict[str, str | int] = {"stage": stage.id, "by": ", ".join(names)}
    if not all(voters):
        yield Finding("electorate_without_seats", path, about)
    elif not all(any(office.required for office in offices) for offices in voters):
        yield Finding("electorate_may_be_empty", path, about, "advice")


def _signatures(procedure: Procedure) -> Iterator[Finding]:
    for act, signoff in procedure.signoffs.items():
        path: Path = ("signoffs", act)
        if signoff.within <= timedelta(0):
            yield Finding("signatures_window_empty", (*path, "within"), {"act": act})
        for number, name in enumerate(signoff.all_of):
            place = (*path, "all_of", number)
            offices = offices_named(procedure, (name,), None)
            if not is_name(procedure, name):
                yield Finding("signoff_unknown_office", place, {"act": act, "office": name})
            elif not offices:
                yield Finding("signoff_without_seats", place, {"act": act, "office": name})
            elif not all(office.required for office in offices):
                yield Finding("signatory_may_be_missing", place, {"act": act, "office": name}, "advice")
