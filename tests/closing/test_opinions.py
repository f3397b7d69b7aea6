"""The dossier on an opinion: its articles, what became of their amendments, their ballots, and the evaluation."""

from __future__ import annotations

from functools import cache

from domain import acts
from domain.acts import Conclusion
from domain.closing.chronicle import Chronicle
from domain.closing.texts import texts
from domain.events import AmendmentProposed, AmendmentSettled, ArticleDrafted, EvaluationGiven, Event
from server.closing.archived import Archived
from server.closing.blocks import Both, Item, Table, Written, words
from server.closing.dossier import dossier
from server.closing.page import page
from server.closing.printed import printed
from tests.closing.reading_html import Page
from tests.closing.telling import walked
from tests.unit.play import Play, body
from tests.unit.procedures import call_for_input, review
from tests.unit.scenes import COUNCIL, opened, pass_gate

AVIS = "avis"
GRID = body("grille avis")
DEFINITION = {
    "kind": "grid",
    "criteria": [
        {"id": "ethique", "label": {"fr": "Éthique", "en": "Ethics"}},
        {"id": "droit", "label": {"fr": "Droit"}},
    ],
}


@cache
def played() -> Play:
    """Play a review of two articles: one amended and voted, one left as it was drafted."""
    play = opened(call_for_input(), review(evaluation="grille"), stage=AVIS)
    for member, mark in zip(COUNCIL, (1, 2, 4, 5), strict=True):
        marks = {"droit": mark, "ethique": 3}
        play.do(acts.Evaluate(questionnaire=GRID.digest, marks=marks, reasons=body(member)), member, AVIS)
    _draft(play, "a1", "Transparence", "Tout se publie.")
    _draft(play, "a2", "Moyens", "Des moyens.")
    play.do(acts.ProposeAmendment(amendment="m1", article="a1", text=body("Plus tôt.")), "bob", AVIS)
    play.do(acts.ProposeAmendment(amendment="m2", article="a1", text=body("Plus tard.")), "cleo", AVIS)
    play.do(acts.ProposeAmendment(amendment="m3", article="a2", text=body("Jamais.")), "cleo", AVIS)
    play.do(acts.SettleAmendment(amendment="m1", adopted=True, reason="plus utile"), "ada", AVIS)
    play.do(acts.SettleAmendment(amendment="m2", adopted=False, reason="trop tard"), "ada", AVIS)
    _vote(play, "Tout se publie.", "unfavourable")
    _draft(play, "a1", "Transparence", "Tout se publie, et tôt.")
    _vote(play, "Tout se publie, et tôt.", "favourable")
    drawn = {"a1": body("Tout se publie, et tôt.").digest}
    play.do(
        acts.DraftOpinion(text=body("avis"), conclusion=Conclusion.FAVOURABLE, articles=drawn), "ada", AVIS
    )
    return play


def _draft(play: Play, name: str, title: str, text: str) -> None:
    play.do(
        acts.DraftArticle(article=name, title={"fr": title}, rapporteur="ada", text=body(text)), "ada", AVIS
    )


def _vote(play: Play, text: str, position: str) -> None:
    play.do(acts.PutArticleToVote(article="a1", text=body(text).digest), "chair", AVIS)
    pass_gate(play, position=position)


def archived(chronicle: Chronicle, **more: object) -> Archived:
    said = {text.body.digest: {"fr": f"Texte {text.body.digest}"} for text in texts(chronicle)}
    return Archived(
        told=chronicle, head="ab" * 32, figures=[], texts={**said, GRID.digest: DEFINITION, **more}
    )


def told() -> Archived:
    return archived(walked(played().events).told)


def items(of: Archived) -> dict[str, Item]:
    (council,) = (section for section in dossier(of).sections if section.key == "council")
    return {block.title.fr: block for block in council.blocks if isinstance(block, Item)}


def said(item: Item) -> list[str]:
    return [block.fr for block in item.blocks if isinstance(block, Both)]


def tables(item: Item) -> list[Table]:
    return [block for block in item.blocks if isinstance(block, Table)]


def test_each_article_has_its_text_and_its_rapporteur_by_office() -> None:
    found = items(told())
    assert list(found) == ["Avis", "Avis, article : Transparence", "Avis, article : Moyens"]
    article = found["Avis, article : Transparence"]
    assert said(article)[0] == "Version 2 ; rapporteur : Conseil, ada"
    assert isinstance(article.blocks[1], Written)
    assert body("Tout se publie, et tôt.").digest in article.blocks[1].content["fr"]
    assert "L’avis reprend ce texte." in said(article)


def test_each_amendment_says_what_became_of_it_and_why() -> None:
    found = items(told())
    lines = said(found["Avis, article : Transparence"])
    assert "Amendement adopté. Motif : plus utile" in lines
    assert "Amendement rejeté. Motif : trop tard" in lines
    assert "Cet amendement n’a été ni adopté ni rejeté." in said(found["Avis, article : Moyens"])


def test_each_ballot_on_an_article_says_on_which_text_it_was_and_how_it_ended() -> None:
    found = items(told())
    (votes,) = tables(found["Avis, article : Transparence"])
    assert [(row[1], row[4], row[5]) for row in votes.rows] == [
        (words("dossier.earlier_text"), 0, 4),
        (words("dossier.this_text"), 4, 0),
    ]
    assert [row[-1] for row in votes.rows] == [
        words("ballot_outcome.refused"),
        words("ballot_outcome.passed"),
    ]
    assert "Cet article n’a pas été mis aux voix." in said(found["Avis, article : Moyens"])


def test_the_evaluation_is_summed_up_by_criterion_in_the_order_of_its_grid() -> None:
    (summary,) = tables(items(told())["Avis"])
    assert summary.rows == [
        (Both("Éthique", "Ethics"), 4, Both("3", "3"), Both("3", "3"), Both("3", "3"), Both("0", "0")),
        (Both("Droit", "Droit"), 4, Both("3", "3"), Both("1,75", "1.75"), Both("4,25", "4.25"), Both("2,5", "2.5")),
    ]  # fmt: skip


def test_without_its_grid_an_evaluation_has_the_keys_of_its_criteria() -> None:
    (summary,) = tables(items(archived(walked(played().events).told, **{GRID.digest: None}))["Avis"])
    assert [row[0] for row in summary.rows] == [Both("droit", "droit"), Both("ethique", "ethique")]


def _is_public(event: Event) -> bool:
    return not isinstance(event.fact, ArticleDrafted | AmendmentProposed | AmendmentSettled | EvaluationGiven)


async def test_what_is_not_public_of_them_is_neither_told_nor_counted() -> None:
    of = archived(walked(played().events, _is_public).told)
    found = items(of)
    assert tables(found["Avis"]) == []
    article = found["Avis, article : a1"]
    assert words("dossier.text_missing").fr in said(article)
    assert not any("Motif" in line or "adopté" in line for line in said(article))
    assert (await printed(dossier(of))).startswith(b"%PDF-")


async def test_page_and_print_have_them() -> None:
    found = Page("".join(page(dossier(told()))))
    assert found.faults == []
    assert "Avis, article : Transparence" in "\n".join(found.said)
    assert (await printed(dossier(told()))).startswith(b"%PDF-")
