"""Stages under another version, field by field: what may change about one depends on how far it has come."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from domain.migrating.ballots import Weight, weigh_gate, weigh_rule
from domain.migrating.following import Followed
from domain.migrating.impact import Change, Effect
from domain.migrating.standing import Standing, has_been_called, standing_of
from domain.procedure import Gate, Kind, Procedure, Stage, Treatment, Visibility
from domain.process import Process, State

_LATER: Weight = (Effect.HARMLESS, "later_rounds", "")
_ANEW: Weight = (Effect.ANNOUNCED, "announced_anew", "")
_STRICTER: Weight = (Effect.ANNOUNCED, "stricter", "")
_LOWERED = "protection_lowered"
_ADMISSIONS = ("invited", "registered", "open")
"""From the narrowest to the widest."""
_NOTHING = timedelta(0)

Weigh = Callable[[Standing, Any, Any], Weight]
"""Weighs a change of a field: where the stage stands, what it was, what it would be."""


def stage_changes(process: Process, later: Followed) -> Iterator[Change]:
    """Give every change of every stage: those of the new version in their order, then those that are taken out."""
    assert process.procedure is not None
    places = _places(later.procedure)
    for key, stage in later.stages.items():
        path = ("stages", places[stage.id])
        old = process.stages.get(key)
        if old is None:
            yield _added(path, key, stage)
            continue
        yield from _changes(standing_of(process, key), stage, path, later)
    places = _places(process.procedure)
    for key, stage in process.stages.items():
        if key not in later.stages:
            effect, because, source = _weigh_removal(process, key)
            yield Change(
                path=("stages", places[stage.id]),
                part="stage",
                stage=key,
                name=stage.label,
                before=key,
                effect=effect,
                because=because,
                source=source,
            )


def _places(procedure: Procedure) -> dict[str, int]:
    return {stage.id: index for index, stage in enumerate(procedure.stages)}


def _added(path: tuple[str | int, ...], key: str, stage: Stage) -> Change:
    return Change(
        path=path,
        part="stage",
        stage=key,
        name=stage.label,
        after=key,
        effect=Effect.ANNOUNCED,
        because="announced_anew",
    )


def _weigh_removal(process: Process, key: str) -> Weight:
    standing = standing_of(process, key)
    if standing.begun or any(run.key == key for run in process.past_runs):
        return Effect.REFUSED, "stage_begun", "CRPA L131-1"
    named = (
        *(ballot.stage for ballot in process.ballots.values()),
        *(hearing.stage for hearing in process.hearings.values()),
        *(request.stage for request in process.requests.values()),
        *(meeting.stage for meeting in process.meetings.values()),
        *(opinion.stage for opinion in process.opinions.values()),
        *(synthesis.stage for synthesis in process.syntheses.values()),
        *(withdrawal.stage for withdrawal in process.withdrawals),
        *(refers_to for ballot in process.running if (refers_to := _refers_to(process, ballot))),
    )
    if key in named or process.stages[key].id in named:
        return Effect.REFUSED, "stage_named", ""
    return _ANEW


def _refers_to(process: Process, ballot: str) -> str | None:
    return getattr(process.ballots[ballot].rule.if_refused, "refer_back", None)


# A stage that stays -------------------------------------------------------------------------------


def _changes(
    standing: Standing, stage: Stage, path: tuple[str | int, ...], later: Followed
) -> Iterator[Change]:
    old = standing.stage
    if old == stage and _channels(old, standing.process.procedure) == _channels(stage, later.procedure):
        return
    before, after = old.model_dump(mode="json"), stage.model_dump(mode="json")

    def change(part: str, step: tuple[str, ...], weight: Weight, was: Any, would_be: Any) -> Change:
        effect, because, source = weight
        return Change(
            path=(*path, *step),
            part=part,
            stage=standing.key,
            name=stage.label,
            before=was,
            after=would_be,
            effect=effect,
            because=because,
            source=source,
        )

    for field, weigh in FIELDS.items():
        was, would_be = getattr(old, field), getattr(stage, field)
        if was != would_be:
            weight = weigh(standing, was, would_be)
            yield change(_PARTS.get(field, field), (field,), weight, before.get(field), after.get(field))
    for field, weigh in DURATIONS.items():
        was, would_be = getattr(old.duration, field), getattr(stage.duration, field)
        if was != would_be:
            weight = weigh(standing, was, would_be)
            was, would_be = before["duration"][field], after["duration"][field]
            yield change(f"duration_{field}", ("duration", field), weight, was, would_be)
    for gate in Gate:
        one, other = old.approval(gate), stage.approval(gate)
        if one != other:
            weight = weigh_gate(standing, gate, other)
            was, would_be = (rule and rule.model_dump(mode="json") for rule in (one, other))
            yield change(f"gate_{gate}", ("approvals",), weight, was, would_be)
    for kind in sorted(old.visibility.keys() | stage.visibility.keys()):
        seen, would_be = _visible(old, kind), _visible(stage, kind)
        if seen != would_be:
            weight = _visibility(standing)
            yield change("visibility", ("visibility", kind), weight, seen, would_be)
    had, would_have = _channels(old, standing.process.procedure), _channels(stage, later.procedure)
    for channel in (*had, *(c for c in would_have if c not in had)):
        if channel not in would_have:
            yield change("channel", ("channels",), _channel_gone(standing), channel, None)
        elif channel not in had:
            yield change("channel", ("channels",), _ANEW, None, channel)


def _channels(stage: Stage, procedure: Procedure | None) -> tuple[str, ...]:
    assert procedure is not None
    return tuple(channel.value for channel in stage.channels or procedure.channels)


def _channel_gone(standing: Standing) -> Weight:
    return (Effect.REFUSED, "channel_in_use", "D5") if standing.at_work else _past_or_anew(standing)


def _visible(stage: Stage, kind: str) -> str | None:
    default = Visibility.AT_CLOSE if kind == "contributions" else None
    found = stage.visibility.get(kind, default)
    return found and found.value


def _visibility(standing: Standing) -> Weight:
    """Weigh both ways: what was given as private stays so, and what was promised to the public is not taken back."""
    return (Effect.REFUSED, "visibility_fixed", "CRPA L131-1") if standing.begun else _ANEW


def _past_or_anew(standing: Standing) -> Weight:
    return _ANEW if standing.waits else _LATER


def _another(standing: Standing, before: Any, after: Any) -> Weight:
    return Effect.REFUSED, "another_stage", ""


def _lane(standing: Standing, before: Any, after: Any) -> Weight:
    return _another(standing, before, after) if standing.begun else _ANEW


def _name(standing: Standing, before: Any, after: Any) -> Weight:
    return Effect.HARMLESS, "only_a_name", ""


def _anew(standing: Standing, before: Any, after: Any) -> Weight:
    return _ANEW


def _after(standing: Standing, before: tuple[str, ...] | None, after: tuple[str, ...] | None) -> Weight:
    """What has opened does not pass behind a stage that is not over: both could then be open at once."""
    if standing.waits:
        return _ANEW
    runs = standing.process.runs
    joined = set(after or ()) - set(before or ())
    unfinished = any(key not in runs or runs[key].state is not State.CONCLUDED for key in joined)
    return (Effect.REFUSED, "order_passed", "") if unfinished else _LATER


def _fixed(because: str, source: str) -> Weigh:
    """Refuse to change what people have taken part under; before, it is announced anew."""

    def weigh(standing: Standing, before: Any, after: Any) -> Weight:
        return (Effect.REFUSED, because, source) if standing.begun else _ANEW

    return weigh


def _guarantee(is_lower: Callable[[Any, Any], bool], because: str, source: str) -> Weigh:
    """Refuse to lower a guarantee of a stage that is at work; where it is raised, it is stricter."""

    def weigh(standing: Standing, before: Any, after: Any) -> Weight:
        if not is_lower(before, after):
            return _STRICTER
        return (Effect.REFUSED, because, source) if standing.at_work else _past_or_anew(standing)

    return weigh


def _is_shorter(before: timedelta | None, after: timedelta | None) -> bool:
    return (after or _NOTHING) < (before or _NOTHING)


def _is_less_time(before: timedelta | None, after: timedelta | None) -> bool:
    """Unset: as long as one likes."""
    return after is not None and (before is None or after < before)


def _is_given_up(before: Any, after: Any) -> bool:
    return bool(before) and not after


def _is_narrower(before: str, after: str) -> bool:
    return _ADMISSIONS.index(after) < _ADMISSIONS.index(before)


def _is_less_meeting(before: Any, after: Any) -> bool:
    if before is None or after is None:
        return after is None
    names = ("notice", "quorum", "second_notice")
    return any(getattr(after, name) < getattr(before, name) for name in names)


def _is_less_treatment(before: Treatment | None, after: Treatment | None) -> bool:
    if before is None or after is None:
        return after is None
    return any(getattr(after, name) < getattr(before, name) for name in Treatment.model_fields)


def _treatment(standing: Standing, before: Treatment | None, after: Treatment | None) -> Weight:
    """The shares were promised to those who have contributed, before the synthesis begins."""
    if not _is_less_treatment(before, after):
        return _STRICTER
    given = has_been_called(standing.process, Kind.CALL_FOR_INPUT)
    promised = standing.waits and given
    return (Effect.REFUSED, _LOWERED, "CNDP") if standing.at_work or promised else _past_or_anew(standing)


def _closes_when_delivered(before: str, after: str) -> bool:
    return after == "when_delivered"


def _rule(name: str) -> Weigh:
    return lambda standing, before, after: weigh_rule(standing, name, before, after)


def _planned(standing: Standing, before: timedelta, after: timedelta) -> Weight:
    if standing.is_open:
        shorter = after < before
        return (
            (Effect.REFUSED, "closing_shortened", "D2")
            if shorter
            else (Effect.ANNOUNCED, "closing_later", "D2")
        )
    return (Effect.ANNOUNCED, "dates_laid_anew", "") if standing.waits else _LATER


def _minimum(standing: Standing, before: timedelta, after: timedelta) -> Weight:
    """No minimum that was announced is lowered: not of what is over either, as a round may come back to it."""
    return (Effect.REFUSED, "minimum_lowered", "D2") if after < before else _STRICTER


def _maximum(standing: Standing, before: timedelta | None, after: timedelta | None) -> Weight:
    run = standing.run
    if not standing.at_work or after is None or run.opens_at is None or run.closes_at is None:
        return _ANEW
    beyond = run.closes_at - run.opens_at - run.suspended_for > after
    return (Effect.REFUSED, "closing_beyond_maximum", "D2") if beyond else _ANEW


_SINCERITY = "Conseil d’État, 19 juillet 2017, nº 403928"

FIELDS: Mapping[str, Weigh] = {
    "kind": _another,
    "label": _name,
    "lane": _lane,
    "after": _after,
    "entry_window": _guarantee(_is_shorter, "entry_window_shortened", "CRPA L112-1"),
    "admission": _guarantee(_is_narrower, "admission_narrowed", _SINCERITY),
    "questionnaire": _fixed("questionnaire_fixed", _SINCERITY),
    "information_file": _guarantee(_is_given_up, "information_withdrawn", "CRPA L131-1"),
    "quorum": _fixed("quorum_fixed", "D1"),
    "minimum_hearings": _fixed("quorum_fixed", "D6"),
    "if_no_quorum": _fixed("quorum_fixed", "D1"),
    "opinion": _rule("opinion"),
    "articles": _rule("articles"),
    "meeting": _guarantee(_is_less_meeting, _LOWERED, "CRPA R133-5 à R133-10"),
    "evaluation": _fixed("questionnaire_fixed", "D3"),
    "refer_back": _anew,
    "record_approval": _rule("record_approval"),
    "convocation": _guarantee(_is_shorter, _LOWERED, "D6"),
    "reasons_apart": _guarantee(_is_given_up, _LOWERED, "C. env. L123-19-1"),
    "answers_within": _guarantee(_is_less_time, "time_to_answer_shortened", "D11"),
    "concludes": _guarantee(_closes_when_delivered, "closing_shortened", "D2"),
    "treatment": _treatment,
}
"""By field of a stage: how a change of it is weighed. What is in neither table is refused: a test sees to it."""

_PARTS = {"label": "stage_label", "lane": "stage_lane"}
"""What these fields of a stage are called, where the procedure as a whole has a field of this name, too."""

DURATIONS: Mapping[str, Weigh] = {"planned": _planned, "minimum": _minimum, "maximum": _maximum}
ELSEWHERE = frozenset({"id", "duration", "approvals", "visibility", "channels"})
"""Fields of a stage that are weighed piece by piece; and its id, by which it is known."""
