"""The articles of an opinion: drafted with a rapporteur, amended, voted one by one, drawn together in the opinion."""

from __future__ import annotations

from typing import Any

from domain import acts
from domain.acts import Conclusion
from domain.awaited import awaited
from domain.process import Article, BallotOutcome, Purpose
from domain.refusals import Code
from tests.unit.play import Play, body
from tests.unit.procedures import OPINION, call_for_input, review
from tests.unit.scenes import DAY, opened, pass_gate, put_to_vote

AVIS = "avis"


def reviewing(**more: Any) -> Play:
    return opened(call_for_input(), review(**more), stage=AVIS)


def article(name: str = "a1", text: str = "article", rapporteur: str = "ada") -> acts.DraftArticle:
    return acts.DraftArticle(article=name, title={"fr": "Titre"}, rapporteur=rapporteur, text=body(text))


def amendment(name: str = "m1", of: str = "a1") -> acts.ProposeAmendment:
    return acts.ProposeAmendment(amendment=name, article=of, text=body(name))


def settled(name: str = "m1", *, adopted: bool = True, reason: str = "plus clair") -> acts.SettleAmendment:
    return acts.SettleAmendment(amendment=name, adopted=adopted, reason=reason)


def vote_on(name: str = "a1", text: str = "article") -> acts.PutArticleToVote:
    return acts.PutArticleToVote(article=name, text=body(text).digest)


def opinion(**articles: str) -> acts.DraftOpinion:
    drawn = {name: body(text).digest for name, text in articles.items()}
    return acts.DraftOpinion(text=body("avis"), conclusion=Conclusion.FAVOURABLE, articles=drawn)


def kept(play: Play, name: str = "a1") -> Article:
    return play.process.opinions["1/avis"].articles[name]


# Drafting and amending


def test_an_article_has_a_rapporteur_of_the_council_and_its_versions_are_numbered():
    play = reviewing()
    assert play.refused(article(rapporteur="minister"), "ada", AVIS) is Code.UNKNOWN_MEMBER
    play.do(article(), "bob", AVIS)
    play.do(article(text="article 2", rapporteur="cleo"), "ada", AVIS)
    assert (kept(play).version, kept(play).rapporteur, kept(play).text) == (2, "cleo", body("article 2"))


def test_who_stands_aside_neither_drafts_nor_amends():
    play = reviewing()
    play.do(article(), "ada", AVIS)
    play.do(acts.WithdrawFromReview(reason="lien"), "bob", AVIS)
    for act in (article("a2"), amendment(), vote_on()):
        assert play.refused(act, "bob", AVIS) is Code.MEMBER_WITHDRAWN


def test_any_member_amends_and_the_rapporteur_or_the_chair_settles_it_with_a_reason_once():
    play = reviewing()
    assert play.refused(amendment(), "bob", AVIS) is Code.UNKNOWN_ARTICLE
    play.do(article(), "ada", AVIS)
    play.do(amendment(), "bob", AVIS)
    assert play.refused(amendment(), "cleo", AVIS) is Code.ALREADY_EXISTS
    assert play.refused(settled("m9"), "ada", AVIS) is Code.UNKNOWN_AMENDMENT
    assert play.refused(settled(), "bob", AVIS) is Code.NOT_ALLOWED
    assert play.refused(settled(reason=" "), "ada", AVIS) is Code.REASON_REQUIRED
    play.do(settled(), "ada", AVIS)
    assert play.refused(settled(), "chair", AVIS) is Code.AMENDMENT_SETTLED
    play.do(amendment("m2"), "cleo", AVIS)
    play.do(settled("m2", adopted=False), "chair", AVIS)
    amendments = play.process.opinions["1/avis"].amendments
    assert [(a.adopted, a.reason) for a in amendments.values()] == [
        (True, "plus clair"),
        (False, "plus clair"),
    ]


def test_an_amendment_awaits_the_rapporteur_of_its_article_in_public():
    play = reviewing()
    play.do(article(), "ada", AVIS)
    play.do(amendment(), "bob", AVIS)
    items = [item for item in awaited(play.process, play.now) if item.what == "article"]
    assert [(item.about, item.seats) for item in items] == [("m1", ("ada",))]
    play.do(settled(), "ada", AVIS)
    assert "article" not in [item.what for item in awaited(play.process, play.now)]


# Votes


def test_the_chair_puts_an_article_to_the_vote_once_its_amendments_are_settled():
    play = reviewing()
    assert play.refused(vote_on(), "chair", AVIS) is Code.UNKNOWN_ARTICLE
    play.do(article(), "ada", AVIS)
    play.do(amendment(), "bob", AVIS)
    assert play.refused(vote_on(), "ada", AVIS) is Code.NOT_ALLOWED
    assert play.refused(vote_on(text="autre"), "chair", AVIS) is Code.SUBJECT_CHANGED
    assert play.refused(vote_on(), "chair", AVIS) is Code.AMENDMENT_PENDING
    play.do(settled(), "ada", AVIS)
    play.do(vote_on(), "chair", AVIS)
    ballot = play.ballot()
    assert (ballot.purpose, ballot.about, ballot.subject) == (
        Purpose.ARTICLE,
        "1/avis#a1",
        body("article").digest,
    )
    assert play.refused(vote_on(), "chair", AVIS) is Code.BALLOT_RUNNING
    assert play.refused(amendment("m2"), "bob", AVIS) is Code.BALLOT_RUNNING
    pass_gate(play)
    assert kept(play).adopted is True
    assert play.refused(vote_on(), "chair", AVIS) is Code.ARTICLE_VOTED


def test_articles_have_a_rule_of_their_own_where_the_procedure_says_so():
    play = reviewing(articles={**OPINION, "majority": "unanimous"})
    play.do(article(), "ada", AVIS)
    play.do(vote_on(), "chair", AVIS)
    for member, position in zip(
        ("chair", "ada", "bob", "cleo"), ("favourable",) * 3 + ("abstain",), strict=True
    ):
        play.vote(member, position)
    assert kept(play).adopted is False


def test_an_article_is_put_to_the_vote_in_a_meeting_where_the_opinion_is():
    play = reviewing(meeting={"notice": "P5D"})
    play.do(article(), "ada", AVIS)
    assert play.refused(vote_on(), "chair", AVIS) is Code.MEETING_MISSING


def test_a_new_version_ends_the_ballot_and_forgets_what_the_earlier_one_came_to():
    play = reviewing()
    play.do(article(), "ada", AVIS)
    play.do(vote_on(), "chair", AVIS)
    first = play.ballot().id
    play.do(article(text="article 2"), "ada", AVIS)
    assert play.process.ballots[first].outcome is BallotOutcome.SUPERSEDED
    play.do(vote_on(text="article 2"), "chair", AVIS)
    pass_gate(play, position="unfavourable")
    assert kept(play).adopted is False
    play.do(article(text="article 3"), "ada", AVIS)
    assert (kept(play).adopted, kept(play).version) == (None, 3)


# The opinion drawn from them


def test_an_opinion_is_drawn_from_articles_as_they_stand_and_not_from_a_refused_one():
    play = reviewing()
    play.do(article(), "ada", AVIS)
    play.do(article("a2", "deux"), "ada", AVIS)
    assert play.refused(opinion(a9="article"), "ada", AVIS) is Code.UNKNOWN_ARTICLE
    assert play.refused(opinion(a1="avant"), "ada", AVIS) is Code.SUBJECT_CHANGED
    play.do(vote_on("a2", "deux"), "chair", AVIS)
    assert play.refused(opinion(a1="article"), "ada", AVIS) is Code.BALLOT_RUNNING
    pass_gate(play, position="unfavourable")
    assert play.refused(opinion(a1="article", a2="deux"), "ada", AVIS) is Code.ARTICLE_REFUSED
    play.do(opinion(a1="article"), "ada", AVIS)
    assert play.process.opinions["1/avis"].drawn_from == {"a1": body("article").digest}


def test_an_opinion_whose_article_changed_or_was_refused_since_is_drafted_anew_before_the_vote():
    play = reviewing()
    play.do(article(), "ada", AVIS)
    play.do(opinion(a1="article"), "ada", AVIS)
    put = acts.PutOpinionToVote(text=body("avis").digest)
    play.do(vote_on(), "chair", AVIS)
    assert play.refused(put, "chair", AVIS) is Code.BALLOT_RUNNING
    pass_gate(play, position="unfavourable")
    assert play.refused(put, "chair", AVIS) is Code.ARTICLE_REFUSED
    play.do(article(text="article 2"), "ada", AVIS)
    assert play.refused(put, "chair", AVIS) is Code.SUBJECT_CHANGED
    play.do(opinion(a1="article 2"), "ada", AVIS)
    play.do(put, "chair", AVIS)
    for act in (article("a3"), amendment("m3"), vote_on(text="article 2")):
        assert play.refused(act, "chair", AVIS) is Code.BALLOT_RUNNING


def test_what_is_adopted_is_fixed_articles_too():
    play = reviewing()
    play.do(article(), "ada", AVIS)
    put_to_vote(play)
    pass_gate(play)
    for act in (article(), amendment(), vote_on()):
        assert play.refused(act, "chair", AVIS) is Code.OPINION_ALREADY_ADOPTED


def test_a_council_that_drafted_articles_has_not_been_silent():
    play = reviewing(opinion={**OPINION, "if_silent": "given"})
    play.do(article(), "ada", AVIS)
    play.pass_time(30 * DAY)
    assert play.run(AVIS).overdue_since is not None
