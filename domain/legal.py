"""The rules of law and practice that procedures are checked against, as data (DOMAIN.md, "Rules").

Each rule has its source and its figure. An operator may overrule one with a recorded reason, in the procedure.
The rules on durations do not apply to a sandbox.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction

from domain.checks.course import ancestors, predecessors
from domain.checks.stages import span_text
from domain.notation import share_text
from domain.procedure import BallotRule, Channel, Kind, Majority, Procedure, Role, Stage, Visibility
from domain.refusals import Finding

Figure = timedelta | Fraction | int | None
Breach = tuple[tuple[str | int, ...], dict[str, str | int]]
"""Where a rule is not kept (path into the file), and what fills the text of the finding."""

OPEN, ENVIRONMENT, DEBATE, FREE = "open_consultation", "environment", "public_debate", "free"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule. Its id is the code of its findings, and what `overrules` in a procedure names."""

    id: str
    source: str
    figure: Figure
    check: Callable[[Procedure, Figure], Iterator[Breach]]
    profiles: tuple[str, ...] = (FREE, OPEN, ENVIRONMENT, DEBATE)
    """The legal profiles that it holds for."""
    severity: str = "error"
    on_durations: bool = False

    def applies(self, procedure: Procedure) -> bool:
        """Say whether the rule holds for a procedure."""
        return procedure.legal_profile in self.profiles and not (procedure.sandbox and self.on_durations)


def check_legal(procedure: Procedure) -> Iterator[Finding]:
    """Give where a procedure falls short of the rules, those overruled with their reason."""
    reasons = {overrule.rule: overrule.reason for overrule in procedure.overrules}
    known = {rule.id for rule in RULES}
    for index, overrule in enumerate(procedure.overrules):
        if overrule.rule not in known:
            yield Finding("overrule_of_unknown_rule", ("overrules", index, "rule"), {"rule": overrule.rule})
    for rule in RULES:
        if not rule.applies(procedure):
            continue
        for path, about in rule.check(procedure, rule.figure):
            args = {**about, "figure": _written(rule.figure)}
            severity = rule.severity
            if rule.id in reasons:
                severity, args["reason"] = "overruled", reasons[rule.id]
            yield Finding(rule.id, path, args, severity, rule.source)


def _written(figure: Figure) -> str | int:
    match figure:
        case timedelta():
            return span_text(figure)
        case Fraction():
            return share_text(figure)
        case int():
            return figure
    return ""


def _each(procedure: Procedure, *kinds: Kind) -> Iterator[tuple[tuple[str | int, ...], Stage]]:
    for index, stage in enumerate(procedure.stages):
        if stage.kind in kinds:
            yield ("stages", index), stage


def _span(figure: Figure) -> timedelta:
    assert isinstance(figure, timedelta)
    return figure


# Time ---------------------------------------------------------------------------------------------


def _shortest_call(procedure: Procedure, figure: Figure) -> Iterator[Breach]:
    for path, stage in _each(procedure, Kind.CALL_FOR_INPUT):
        if stage.duration.minimum < _span(figure):
            minimum = span_text(stage.duration.minimum)
            yield (*path, "duration", "minimum"), {"stage": stage.id, "found": minimum}


def _reasonable_time(procedure: Procedure, figure: Figure) -> Iterator[Breach]:
    for path, stage in _each(procedure, Kind.CALL_FOR_INPUT):
        if stage.duration.planned < _span(figure):
            planned = span_text(stage.duration.planned)
            yield (*path, "duration", "planned"), {"stage": stage.id, "found": planned}


def _announced(procedure: Procedure, figure: Figure) -> Iterator[Breach]:
    if procedure.notice < _span(figure):
        yield ("notice",), {"found": span_text(procedure.notice)}


def _rest_before_decision(procedure: Procedure, figure: Figure) -> Iterator[Breach]:
    """The least time between the end of a call for input and the opening of a decision that follows it."""
    before = predecessors(procedure)
    above = ancestors(before)
    stages = {stage.id: stage for stage in procedure.stages}
    for path, decision in _each(procedure, Kind.DECISION):
        if any(name in above[name] for name in (decision.id, *above[decision.id])):
            continue  # a cycle: another check says so
        for call in (stages[key] for key in above[decision.id]):
            if call.kind is Kind.CALL_FOR_INPUT:
                rest = _least_rest(call, decision, before, above, stages)
                if rest < _span(figure):
                    yield path, {"stage": decision.id, "call": call.id, "found": span_text(rest)}


def _least_rest(
    call: Stage,
    decision: Stage,
    before: Mapping[str, tuple[str, ...]],
    above: Mapping[str, set[str]],
    stages: Mapping[str, Stage],
) -> timedelta:
    concluded = {call.id: call.entry_window}
    between = [key for key in above[decision.id] if call.id in above[key]]
    for key in [*sorted(between, key=lambda key: len(above[key])), decision.id]:
        opening = max((concluded[name] for name in before[key] if name in concluded), default=timedelta(0))
        if key == decision.id:
            return opening
        concluded[key] = opening + stages[key].duration.minimum
    return timedelta(0)


def _longest_debate(procedure: Procedure, figure: Figure) -> Iterator[Breach]:
    for path, stage in _each(procedure, Kind.CALL_FOR_INPUT):
        if stage.duration.planned > _span(figure):
            planned = span_text(stage.duration.planned)
            yield (*path, "duration", "planned"), {"stage": stage.id, "found": planned}


def _longest_debate_extended(procedure: Procedure, figure: Figure) -> Iterator[Breach]:
    for path, stage in _each(procedure, Kind.CALL_FOR_INPUT):
        maximum = stage.duration.maximum
        if maximum is None or maximum > _span(figure):
            found = span_text(maximum) if maximum is not None else ""
            yield (*path, "duration", "maximum"), {"stage": stage.id, "found": found}


def _report_in_time(procedure: Procedure, figure: Figure) -> Iterator[Breach]:
    for path, stage in _each(procedure, Kind.SYNTHESIS):
        if stage.duration.planned > _span(figure):
            planned = span_text(stage.duration.planned)
            yield (*path, "duration", "planned"), {"stage": stage.id, "found": planned}


def _decision_in_time(procedure: Procedure, figure: Figure) -> Iterator[Breach]:
    for path, stage in _each(procedure, Kind.DECISION):
        if stage.duration.planned > _span(figure):
            planned = span_text(stage.duration.planned)
            yield (*path, "duration", "planned"), {"stage": stage.id, "found": planned}


def _paper_in_transit(procedure: Procedure, _: Figure) -> Iterator[Breach]:
    for path, stage in _each(procedure, Kind.CALL_FOR_INPUT):
        if Channel.PAPER in (stage.channels or procedure.channels) and not stage.entry_window:
            yield (*path, "entry_window"), {"stage": stage.id}


# Publicity ----------------------------------------------------------------------------------------


def _electronic_or_postal(procedure: Procedure, _: Figure) -> Iterator[Breach]:
    for path, stage in _each(procedure, Kind.CALL_FOR_INPUT):
        if not {Channel.ONLINE, Channel.PAPER} & set(stage.channels or procedure.channels):
            yield path, {"stage": stage.id}


def _two_documents(procedure: Procedure, _: Figure) -> Iterator[Breach]:
    kinds = {stage.kind for stage in procedure.stages}
    if not {Kind.SYNTHESIS, Kind.DECISION} <= kinds:
        yield ("stages",), {}
    for path, stage in _each(procedure, Kind.DECISION):
        if not stage.reasons_apart:
            yield (*path, "reasons_apart"), {"stage": stage.id}


def _results_published(procedure: Procedure, _: Figure) -> Iterator[Breach]:
    results = {"figures", "synthesis", "recommendations", "responses", "decision"}
    for path, stage in _each(procedure, Kind.CALL_FOR_INPUT, Kind.SYNTHESIS, Kind.DECISION):
        for kind, visibility in stage.visibility.items():
            if kind in results and visibility is Visibility.NEVER:
                yield (*path, "visibility", kind), {"stage": stage.id, "key": kind}


def _information_given(procedure: Procedure, _: Figure) -> Iterator[Breach]:
    for path, stage in _each(procedure, Kind.CALL_FOR_INPUT):
        if not stage.information_file:
            yield (*path, "information_file"), {"stage": stage.id}


# Councils and panels ------------------------------------------------------------------------------


def _opinions(procedure: Procedure) -> Iterator[tuple[tuple[str | int, ...], Stage, BallotRule]]:
    for path, stage in _each(procedure, Kind.SCIENTIFIC_REVIEW):
        if stage.opinion is not None:
            yield (*path, "opinion"), stage, stage.opinion


def _council_notice(procedure: Procedure, figure: Figure) -> Iterator[Breach]:
    for path, stage, rule in _opinions(procedure):
        if rule.within < _span(figure):
            yield (*path, "within"), {"stage": stage.id, "found": span_text(rule.within)}


def _council_quorum(procedure: Procedure, figure: Figure) -> Iterator[Breach]:
    assert isinstance(figure, Fraction)
    for path, stage, rule in _opinions(procedure):
        if rule.quorum < figure:
            yield (*path, "quorum"), {"stage": stage.id, "found": share_text(rule.quorum)}


def _council_majority(procedure: Procedure, _: Figure) -> Iterator[Breach]:
    for path, stage, rule in _opinions(procedure):
        if rule.majority is not Majority.PRESENT and rule.threshold is None:
            yield (*path, "majority"), {"stage": stage.id, "found": rule.majority.value}


def _panels(procedure: Procedure) -> Iterator[tuple[tuple[str | int, ...], Stage, BallotRule]]:
    """Ballots of a Delphi panel."""
    panels = {Role.PANELLIST.value, *(o.id for o in procedure.offices if o.role is Role.PANELLIST)}
    for index, stage in enumerate(procedure.stages):
        rules: list[tuple[tuple[str | int, ...], BallotRule]] = [
            (("stages", index, "approvals", number), rule) for number, rule in enumerate(stage.approvals)
        ]
        if stage.opinion is not None:
            rules.append((("stages", index, "opinion"), stage.opinion))
        yield from ((path, stage, rule) for path, rule in rules if panels & set(rule.by))


def _panel_threshold(procedure: Procedure, figure: Figure) -> Iterator[Breach]:
    assert isinstance(figure, Fraction)
    for path, stage, rule in _panels(procedure):
        if rule.threshold is None or rule.threshold < figure:
            found = share_text(rule.threshold) if rule.threshold is not None else ""
            yield (*path, "threshold"), {"stage": stage.id, "found": found}


def _panel_rounds(procedure: Procedure, figure: Figure) -> Iterator[Breach]:
    assert isinstance(figure, int)
    if procedure.rounds.maximum > figure and any(True for _ in _panels(procedure)):
        yield ("rounds", "maximum"), {"found": procedure.rounds.maximum}


def _time_to_appeal(procedure: Procedure, figure: Figure) -> Iterator[Breach]:
    if procedure.time_to_appeal is not None and procedure.time_to_appeal < _span(figure):
        yield ("time_to_appeal",), {"found": span_text(procedure.time_to_appeal)}


_CRPA_OPEN = "CRPA, L132-1, L132-2; décret du 8 décembre 2011"
_ENVIRONMENT = "Code de l’environnement, L123-19-1"
_COUNCIL = "Décret 2006-672; CRPA, R133-3 à R133-15"
_DELPHI = "PMC8024512"

RULES = (
    Rule(
        id="open_consultation_minimum", source=_CRPA_OPEN, figure=timedelta(days=15),
        check=_shortest_call, profiles=(OPEN,), on_durations=True,
    ),
    Rule(
        id="environment_minimum", source=_ENVIRONMENT, figure=timedelta(days=21),
        check=_shortest_call, profiles=(ENVIRONMENT,), on_durations=True,
    ),
    Rule(
        id="environment_channels", source=_ENVIRONMENT, figure=None,
        check=_electronic_or_postal, profiles=(ENVIRONMENT,),
    ),
    Rule(
        id="environment_rest_before_adoption", source=_ENVIRONMENT, figure=timedelta(days=4),
        check=_rest_before_decision, profiles=(ENVIRONMENT,), on_durations=True,
    ),
    Rule(
        id="environment_two_documents", source=_ENVIRONMENT, figure=None,
        check=_two_documents, profiles=(ENVIRONMENT,),
    ),
    Rule(
        id="environment_publication", source=_ENVIRONMENT, figure=timedelta(days=92),
        check=_results_published, profiles=(ENVIRONMENT,),
    ),
    Rule(
        id="results_published", source="CRPA, L131-1", figure=None,
        check=_results_published, profiles=(FREE, OPEN, DEBATE),
    ),
    Rule(id="information_given", source="CRPA, L131-1", figure=None, check=_information_given, severity="advice"),
    Rule(
        id="reasonable_time", source="CRPA, L131-1", figure=timedelta(days=15),
        check=_reasonable_time, profiles=(FREE,), severity="advice", on_durations=True,
    ),
    Rule(
        id="public_debate_length", source="CNDP", figure=timedelta(days=120),
        check=_longest_debate, profiles=(DEBATE,), on_durations=True,
    ),
    Rule(
        id="public_debate_length_extended", source="CNDP", figure=timedelta(days=180),
        check=_longest_debate_extended, profiles=(DEBATE,), on_durations=True,
    ),
    Rule(
        id="public_debate_report", source="CNDP", figure=timedelta(days=60),
        check=_report_in_time, profiles=(DEBATE,), on_durations=True,
    ),
    Rule(
        id="public_debate_decision", source="CNDP", figure=timedelta(days=90),
        check=_decision_in_time, profiles=(DEBATE,), on_durations=True,
    ),
    Rule(
        id="council_notice", source=_COUNCIL, figure=timedelta(days=5),
        check=_council_notice, severity="advice", on_durations=True,
    ),
    Rule(id="council_quorum", source=_COUNCIL, figure=Fraction(1, 2), check=_council_quorum, severity="advice"),
    Rule(id="council_majority", source=_COUNCIL, figure=None, check=_council_majority, severity="advice"),
    Rule(id="panel_threshold", source=_DELPHI, figure=Fraction(4, 5), check=_panel_threshold, severity="advice"),
    Rule(id="panel_rounds", source=_DELPHI, figure=3, check=_panel_rounds, severity="advice"),
    Rule(
        id="announcement", source="CNDP", figure=timedelta(days=15),
        check=_announced, severity="advice", on_durations=True,
    ),
    Rule(
        id="paper_in_transit", source="CRPA, L112-1", figure=None,
        check=_paper_in_transit, severity="advice", on_durations=True,
    ),
    Rule(
        id="appeal_minimum", source="CJA, R421-1", figure=timedelta(days=62),
        check=_time_to_appeal, on_durations=True,
    ),
)  # fmt: skip
"""Every rule that a procedure is checked against."""
