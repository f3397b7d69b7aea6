"""What flows from contributions to recommendations to responses, and how much was treated: drawn, and told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from domain.acts import Answer, TreatmentFigures
from domain.process import Process, Recommendation, Synthesis
from server.closing.archived import Archived, table
from server.closing.blocks import Both, Chart, word, words
from server.closing.charts import Bar, Link, Stack, flow, stacks

_SOURCES = ("contributions", "records", "reservations")
_NONE, _UNTOLD = "", "untold"


def flows(archived: Archived, synthesis: Synthesis) -> Iterator[Chart]:
    """Draw how much was treated, and what a synthesis comes from and leads to, if it recommends anything."""
    if synthesis.treatment is not None:
        yield _treatment(archived, synthesis, synthesis.treatment)
    if synthesis.recommendations:
        yield _from_sources_to_answers(archived, synthesis)


def _treatment(archived: Archived, synthesis: Synthesis, figures: TreatmentFigures) -> Chart:
    """Draw of each kind what is cited, what is set aside, and what is neither."""
    legend = [words(f"dossier.treated.{what}") for what in ("cited", "set_aside", "neither")]
    kinds = [(words(f"dossier.treated.{kind}"), treated) for kind, treated in figures.by_kind.items()]
    rows = [(name, of.all, of.cited, of.set_aside, of.all - of.cited - of.set_aside) for name, of in kinds]
    drawn = [Stack(name.fr, parts) for name, (_, _, *parts) in zip((n for n, _ in kinds), rows, strict=True)]
    return Chart(
        title=words("dossier.chart.treatment", stage=archived.stage(synthesis.stage, synthesis.round)),
        svg=stacks(drawn, [one.fr for one in legend]),
        table=table("treatment", "source all cited set_aside neither", rows),
    )


def _from_sources_to_answers(archived: Archived, synthesis: Synthesis) -> Chart:
    cited: Counter[tuple[str, str | None]] = Counter()
    answered: Counter[tuple[str | None, str]] = Counter()
    recommended: Counter[str | None] = Counter()
    for one in synthesis.recommendations.values():
        recommended[one.lane] += 1
        for kind, count in zip(_SOURCES, sources(archived.process, one), strict=True):
            cited[kind, one.lane] += count
        for addressee in one.addressees:
            response = archived.process.responses.get(f"{one.id}/{addressee}")
            answered[one.lane, _told(response.answer) if response else _NONE] += 1
    kinds = [kind for kind in _SOURCES if sum(cited[kind, lane] for lane in recommended)]
    lanes, answers = list(recommended), list(dict.fromkeys(answer for _, answer in answered))
    nodes = [
        [Bar(_source(kind).fr, sum(cited[kind, lane] for lane in lanes)) for kind in kinds],
        [Bar(archived.lane(lane).fr, recommended[lane]) for lane in lanes],
        [Bar(_answer(answer).fr, sum(answered[lane, answer] for lane in lanes)) for answer in answers],
    ]
    links = [
        [Link(kinds.index(kind), lanes.index(lane), count) for (kind, lane), count in cited.items() if count],
        [Link(lanes.index(lane), answers.index(answer), count) for (lane, answer), count in answered.items()],
    ]
    rows = [(_source(kind), archived.lane(lane), count) for (kind, lane), count in cited.items() if count]
    rows += [(archived.lane(lane), _answer(answer), count) for (lane, answer), count in answered.items()]
    stage = archived.stage(synthesis.stage, synthesis.round)
    return Chart(
        title=words("dossier.chart.flow", stage=stage),
        svg=flow(nodes, links),
        table=table("flow", "from to count", rows),
    )


def sources(process: Process, recommendation: Recommendation) -> tuple[int, int, int]:
    """Give how many contributions, records of hearings and reservations a recommendation comes from."""
    records = sum(1 for source in recommendation.sources if source in process.hearings)
    return recommendation.cited, records, len(recommendation.sources) - records


def _source(kind: str) -> Both:
    return words(f"dossier.source.{kind}")


def _told(answer: Answer | None) -> str:
    """Of a response that is not public, an archive has no answer to tell."""
    return answer.value if answer is not None else _UNTOLD


def _answer(answer: str) -> Both:
    if answer == _UNTOLD:
        return words("dossier.untold")
    return word(answer, "answer") if answer else words("dossier.unanswered")
