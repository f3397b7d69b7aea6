"""Each stage by itself: durations, extensions, channels, and rules that its kind has no use for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from pydantic import TypeAdapter

from domain.procedure import Channel, Kind, Procedure, Stage
from domain.refusals import Finding

_SPAN = TypeAdapter(timedelta)
_NOTHING = timedelta(0)


def span_text(span: timedelta) -> str:
    """Write a length of time in ISO 8601, as procedures do."""
    return str(_SPAN.dump_python(span, mode="json"))


def check_stages(procedure: Procedure) -> Iterator[Finding]:
    """Give what is wrong inside each stage."""
    if not set(procedure.channels) - {Channel.ONLINE}:
        yield Finding("no_non_digital_channel", ("channels",), {}, source="D5")
    for index, stage in enumerate(procedure.stages):
        yield from _duration(stage, index)
        yield from _extension(stage, index)
        yield from _channels(procedure, stage, index)
        yield from _kind(stage, index)
    if procedure.sandbox:
        yield Finding("sandbox", ("sandbox",), {}, "advice")


def _duration(stage: Stage, index: int) -> Iterator[Finding]:
    path = ("stages", index, "duration")
    duration = stage.duration
    planned = span_text(duration.planned)
    if duration.planned <= _NOTHING:
        yield Finding("duration_empty", (*path, "planned"), {"stage": stage.id})
    if duration.minimum > duration.planned:
        yield Finding(
            "minimum_above_planned",
            (*path, "minimum"),
            {"stage": stage.id, "minimum": span_text(duration.minimum), "planned": planned},
        )
    if duration.maximum is not None and duration.planned > duration.maximum:
        yield Finding(
            "planned_above_maximum",
            (*path, "maximum"),
            {"stage": stage.id, "maximum": span_text(duration.maximum), "planned": planned},
        )


def _extension(stage: Stage, index: int) -> Iterator[Finding]:
    policy = stage.if_no_quorum
    path = ("stages", index, "if_no_quorum")
    if policy.action != "extend":
        return
    if not policy.by:
        yield Finding("extension_without_length", (*path, "by"), {"stage": stage.id})
        return
    longest = stage.duration.planned + policy.by * policy.times
    if stage.duration.maximum is not None and stage.duration.planned <= stage.duration.maximum < longest:
        yield Finding(
            "extension_beyond_maximum",
            (*path, "by"),
            {"stage": stage.id, "longest": span_text(longest), "maximum": span_text(stage.duration.maximum)},
        )


def _channels(procedure: Procedure, stage: Stage, index: int) -> Iterator[Finding]:
    if stage.channels is None:
        return
    path = ("stages", index, "channels")
    if stage.kind is Kind.CALL_FOR_INPUT and not set(stage.channels) - {Channel.ONLINE}:
        yield Finding("no_non_digital_channel", path, {"stage": stage.id}, source="D5")
    for channel in stage.channels:
        if channel not in procedure.channels:
            yield Finding("channel_not_declared", path, {"stage": stage.id, "channel": channel})


def _kind(stage: Stage, index: int) -> Iterator[Finding]:
    path = ("stages", index)
    if stage.kind is Kind.SCIENTIFIC_REVIEW and stage.opinion is None:
        yield Finding("review_without_opinion", (*path, "opinion"), {"stage": stage.id})
    if stage.kind is Kind.CALL_FOR_INPUT and stage.concludes == "when_delivered":
        yield Finding("nothing_to_deliver", (*path, "concludes"), {"stage": stage.id})
    only = {
        "opinion": (Kind.SCIENTIFIC_REVIEW, stage.opinion is not None),
        "refer_back": (Kind.SCIENTIFIC_REVIEW, stage.refer_back is not None),
        "evaluation": (Kind.SCIENTIFIC_REVIEW, stage.evaluation is not None),
        "articles": (Kind.SCIENTIFIC_REVIEW, stage.articles is not None),
        "meeting": (Kind.SCIENTIFIC_REVIEW, stage.meeting is not None),
        "record_approval": (Kind.HEARINGS, stage.record_approval is not None),
        "convocation": (Kind.HEARINGS, stage.convocation is not None),
        "minimum_hearings": (Kind.HEARINGS, stage.minimum_hearings > 0),
        "questionnaire": (Kind.CALL_FOR_INPUT, stage.questionnaire is not None),
        "quorum": (Kind.CALL_FOR_INPUT, bool(stage.quorum)),
        "entry_window": (Kind.CALL_FOR_INPUT, stage.entry_window > _NOTHING),
        "channels": (Kind.CALL_FOR_INPUT, stage.channels is not None),
        "reasons_apart": (Kind.DECISION, stage.reasons_apart is not None),
        "answers_within": (Kind.DECISION, stage.answers_within is not None),
        "treatment": (Kind.SYNTHESIS, stage.treatment is not None),
    }
    for field, (kind, used) in only.items():
        if used and stage.kind is not kind:
            yield Finding(
                "field_of_other_kind", (*path, field), {"stage": stage.id, "field": field, "kind": kind}
            )
