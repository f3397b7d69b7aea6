"""The parts of a dossier about what came of it: synthesis, decision, follow-up, guarantor."""

from __future__ import annotations

from collections.abc import Iterator

from domain.acts import Answer
from domain.process import (
    Ascertainment,
    Commitment,
    Decision,
    GuarantorReport,
    Process,
    Recommendation,
    Synthesis,
)
from server.closing.archived import Archived, joined, table, when
from server.closing.blocks import Block, Both, Item, Part, Section, plain, word, words
from server.closing.flowing import flows


def synthesis(archived: Archived) -> Section:
    """Give the syntheses: what they come from and lead to, chapters, recommendations with their responses."""
    blocks: list[Block] = []
    numbers = _numbers(archived.process)
    for one in archived.process.syntheses.values():
        blocks += flows(archived, one)
        blocks += _chapters(archived, one)
        blocks += (_ascertainment(archived, each) for each in one.ascertainments.values())
        blocks += (_recommendation(archived, each, numbers[each.id]) for each in one.recommendations.values())
        blocks += _answers(archived, one)
    return Section(key="synthesis", title=words("dossier.synthesis"), blocks=blocks)


def _numbers(process: Process) -> dict[str, int]:
    """Number recommendations, from 1, through all rounds."""
    syntheses = process.syntheses.values()
    return {
        name: number
        for number, name in enumerate((name for one in syntheses for name in one.recommendations), 1)
    }


def _chapters(archived: Archived, synthesis: Synthesis) -> Iterator[Item]:
    stage = archived.stage(synthesis.stage, synthesis.round)
    if synthesis.text is not None:
        yield Item(title=words("dossier.whole", stage=stage), blocks=archived.given(synthesis.text))
    for chapter in synthesis.chapters.values():
        title = words("dossier.chapter", stage=stage, lane=archived.lane(chapter.lane))
        yield Item(title=title, blocks=archived.given(chapter.text))


def _ascertainment(archived: Archived, one: Ascertainment) -> Item:
    title = words("dossier.ascertainment", lane=archived.lane(one.lane))
    return Item(title=title, blocks=[archived.text(one.text)])


def _answers(archived: Archived, synthesis: Synthesis) -> Iterator[Item]:
    """Give what became of the reservations of the council."""
    reserved = {
        name: reservation.text
        for opinion in archived.process.opinions.values()
        for name, reservation in opinion.reservations.items()
    }
    for name, found in synthesis.answers.items():
        yield Item(
            title=words("dossier.settled", answer=word(found.answer.value, "settlement")),
            blocks=[
                archived.text(reserved.get(name)),
                words("dossier.settled_why"),
                archived.text(found.reasons),
            ],
        )


def _recommendation(archived: Archived, one: Recommendation, number: int) -> Item:
    blocks: list[Part] = [archived.text(one.text)]
    if one.themes:
        blocks.append(words("dossier.themes", themes=joined([archived.theme(key) for key in one.themes])))
    for addressee in one.addressees:
        office = archived.office(addressee)
        response = archived.process.responses.get(f"{one.id}/{addressee}")
        if response is None:
            blocks.append(words("dossier.no_response", office=office))
        elif not _is_told(response.answer):
            blocks += [office, archived.text(None)]
        else:
            answer = word(response.answer.value, "answer")
            blocks += [
                words("dossier.response", office=office, answer=answer),
                *archived.given(response.reasons),
            ]
    title = words("dossier.recommendation", number=number, lane=archived.lane(one.lane))
    return Item(title=title, blocks=blocks)


def _is_told(answer: Answer | None) -> bool:
    """Of a response that is not public, an archive has no answer to tell."""
    return answer is not None


def decision(archived: Archived) -> Section:
    """Give the decision, the latest version first."""
    versions = [
        Item(
            title=words("dossier.version", number=one.version, at=one.at),
            blocks=[
                *([plain(one.reason)] if one.reason else []),
                *archived.given(one.text),
                *_reasons(archived, one),
            ],
        )
        for one in reversed(archived.process.decisions)
    ]
    return Section(key="decision", title=words("dossier.decision"), blocks=versions)


def _reasons(archived: Archived, decision: Decision) -> list[Part]:
    if decision.reasons is None:
        return []
    return [words("dossier.reasons"), archived.text(decision.reasons)]


def follow_up(archived: Archived) -> Section:
    """Tell what was promised, and what came of it."""
    promised = list(archived.process.commitments.values())
    numbers = _numbers(archived.process)
    rows = [
        (
            number,
            numbers.get(one.recommendation),
            archived.office(one.owner),
            when(one.due_at),
            _status(one),
            when(one.late_since),
        )
        for number, one in enumerate(promised, 1)
    ]
    columns = "commitment recommendation owner due status late"
    blocks: list[Block] = [table("commitments", columns, rows)] if rows else []
    blocks += [_commitment(archived, one, number) for number, one in enumerate(promised, 1)]
    if (report := archived.process.implementation_report) is not None:
        blocks.append(Item(title=words("dossier.report"), blocks=archived.given(report)))
    return Section(key="follow-up", title=words("dossier.follow_up"), blocks=blocks)


def _status(commitment: Commitment) -> Both | None:
    return word(commitment.progress[-1].status, "status") if commitment.progress else None


def _commitment(archived: Archived, commitment: Commitment, number: int) -> Item:
    blocks: list[Part] = archived.given(commitment.text)
    if commitment.indicator is not None:
        blocks += [words("dossier.indicator"), archived.text(commitment.indicator)]
    for progress in commitment.progress:
        status = word(progress.status, "status")
        blocks += [words("dossier.progress", at=progress.at, status=status), *archived.given(progress.report)]
    return Item(title=words("dossier.commitment", number=number), blocks=blocks)


def guarantor(archived: Archived) -> Section:
    """Give what the guarantor published."""
    observed = [
        Item(title=words("dossier.observation", at=one.at), blocks=archived.given(one.text))
        for one in archived.process.observations
    ]
    reported = [_guarantor_report(archived, one) for one in archived.process.guarantor_reports]
    return Section(key="guarantor", title=words("dossier.guarantor"), blocks=[*observed, *reported])


def _guarantor_report(archived: Archived, report: GuarantorReport) -> Item:
    blocks: list[Part] = archived.given(report.text)
    if report.answered_at is not None:
        blocks += [words("dossier.answered", at=report.answered_at), *archived.given(report.answer)]
    return Item(title=words("dossier.guarantor_report", number=report.version, at=report.at), blocks=blocks)
