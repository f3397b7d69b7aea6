"""The opinions of the council in a dossier: as a whole, article by article, and what the evaluation grid came to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from domain.council.evaluating import aggregated, evaluations, grid_used
from domain.process import Amendment, Article, Ballot, Opinion, article_ballot, stage_in_round
from domain.rights import COUNCIL
from server.closing.archived import Archived, joined, table, when
from server.closing.blocks import Both, Cell, Item, Part, Table, labelled, plain, word, words


def opinions(archived: Archived) -> Iterator[Item]:
    """Give each opinion, and behind it its articles."""
    for opinion in archived.process.opinions.values():
        yield _opinion(archived, opinion)
        for article in opinion.articles.values():
            yield _article(archived, opinion, article)


def _opinion(archived: Archived, opinion: Opinion) -> Item:
    blocks: list[Part] = []
    if opinion.conclusion is not None:
        blocks.append(words("dossier.conclusion", conclusion=word(opinion.conclusion.value, "conclusion")))
    blocks.append(archived.text(opinion.text))
    for reservation in opinion.reservations.values():
        blocks += [words("dossier.reservation"), archived.text(reservation.text)]
    for dissent in opinion.dissents.values():
        blocks += [words("dossier.dissent"), archived.text(dissent)]
    blocks += _evaluation(archived, opinion)
    return Item(title=archived.stage(opinion.stage, opinion.round), blocks=blocks)


def _evaluation(archived: Archived, opinion: Opinion) -> Iterator[Table]:
    """Bring the evaluations together, criterion by criterion, in the order of the grid; none that is not public."""
    told: list[Any] = list(evaluations(archived.process, opinion))
    marks = {one.criterion: one for one in aggregated([each for each in told if each.marks is not None])}
    digest = grid_used(opinion)
    if digest is None or not marks:
        return
    title = next(
        (labelled(one.title) for one in archived.told.documents if one.digest == digest), plain(digest)
    )
    labels = _criteria(archived.texts.get(digest))
    order = [*(key for key in labels if key in marks), *(key for key in marks if key not in labels)]
    rows = [
        (
            labels.get(key, plain(key)),
            marks[key].count,
            _number(marks[key].median),
            _number(marks[key].lower),
            _number(marks[key].upper),
            _number(marks[key].spread),
        )
        for key in order
    ]
    columns = "criterion marks median lower upper spread"
    yield table("evaluation", columns, rows, grid=title)


def _criteria(grid: Any) -> Mapping[str, Both]:
    """Give the criteria of a grid by key; where the grid is not in the archive, none."""
    found = grid.get("criteria") if isinstance(grid, Mapping) else None
    return {one["id"]: labelled(one["label"]) for one in found} if isinstance(found, list) else {}


def _number(value: float) -> Both:
    said = f"{value:.2f}".rstrip("0").rstrip(".")
    return Both(said.replace(".", ","), said)


def _article(archived: Archived, opinion: Opinion, article: Article) -> Item:
    stage = archived.stage(opinion.stage, opinion.round)
    drawn = opinion.drawn_from.get(article.id)
    blocks: list[Part] = [
        words(
            "dossier.article_by", version=article.version, rapporteur=_member(archived, article.rapporteur)
        ),
        archived.text(article.text),
    ]
    if _is_told(article.text) and drawn is not None:
        blocks.append(
            words("dossier.article_drawn" if drawn == article.text.digest else "dossier.article_left")
        )
    for amendment in opinion.amendments.values():
        if amendment.article == article.id:
            blocks += _amendment(archived, amendment)
    blocks += _votes(archived, opinion, article)
    title = labelled(article.title) if _is_told(article.title) else plain(article.id)
    return Item(title=words("dossier.article", stage=stage, title=title), blocks=blocks)


def _is_told(said: object) -> bool:
    """Of what is not public, the state has nothing, whatever its type says."""
    return said is not None


def _amendment(archived: Archived, amendment: Amendment) -> Iterator[Part]:
    by = _member(archived, amendment.member)
    yield words("dossier.amendment", member=by, at=amendment.at)
    yield archived.text(amendment.text)
    if amendment.adopted is not None:
        key = "dossier.amendment_adopted" if amendment.adopted else "dossier.amendment_refused"
        yield words(key, reason=amendment.reason or "–")
    elif _is_told(amendment.text):
        yield words("dossier.amendment_open")


def _votes(archived: Archived, opinion: Opinion, article: Article) -> Iterator[Part]:
    """Give every ballot on an article: on this text, and on those before it."""
    about = article_ballot(stage_in_round(opinion.round, opinion.stage), article.id)
    rows = [_vote(article, one) for one in archived.process.ballots.values() if one.about == about]
    columns = "closed text entitled present favourable unfavourable abstain quorum outcome"
    yield table("article", columns, rows) if rows else words("dossier.article_not_voted")


def _vote(article: Article, ballot: Ballot) -> tuple[Cell, ...]:
    same = _is_told(article.text) and ballot.subject == article.text.digest
    return (
        when(ballot.closed_at),
        words("dossier.this_text" if same else "dossier.earlier_text"),
        *counted(ballot),
    )


def counted(ballot: Ballot) -> tuple[Cell, ...]:
    """Give the count of a ballot, and what it came to."""
    numbers: tuple[int | None, ...] = (None,) * 6
    if (count := ballot.count) is not None:
        numbers = (
            count.entitled, count.present, count.favourable, count.unfavourable, count.abstain, count.quorum,
        )  # fmt: skip
    return (*numbers, word(ballot.outcome.value, "ballot_outcome") if ballot.outcome else None)


def _member(archived: Archived, member: str) -> Both:
    """Name a member of the council by the offices that they hold or held there: an archive has no names of people."""
    offices = [
        labelled(office.label)
        for office in archived.process.offices.values()
        if office.role in COUNCIL and any(term.member == member for term in office.terms)
    ]
    return words("dossier.member", offices=joined(offices), member=member) if offices else plain(member)
