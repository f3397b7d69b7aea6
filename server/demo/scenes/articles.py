"""An article of the opinion: drafted by its rapporteur, amended by another member, and voted on in the meeting."""

from __future__ import annotations

from typing import Any

from server.demo.cast import Person
from server.demo.papers import AMENDED, AMENDMENT, ARTICLE, ARTICLE_TITLE, WHY_ADOPTED
from server.demo.scenes.meeting import council
from server.demo.situation import Ballot
from server.demo.story import Answer, Story, fr, in_place
from server.demo.voting import TOO_LATE, show_count

_RAPPORTEUR, _AMENDING = "conseil-2", "conseil-4"


async def draft_article(story: Story, round_: int) -> dict[str, Any]:
    """Draft an article, amend it, settle the amendment, and hand in the version that takes it up; give that."""
    rapporteur, place = story.cast[_RAPPORTEUR], in_place("avis", round_)
    told: dict[str, Any] = {"title": fr(ARTICLE_TITLE), "rapporteurId": rapporteur.id}
    drafted = await story.do(
        rapporteur,
        "DraftArticle",
        f"rédige un article de l’avis : « {ARTICLE} »",
        f"article/{round_}",
        **place,
        **told,
        text=fr(ARTICLE),
    )
    article = drafted.data["opinion"]["articles"][0]
    proposed = await story.do(
        story.cast[_AMENDING],
        "ProposeAmendment",
        f"propose un amendement : « {AMENDMENT} »",
        f"article/{round_}/amendement",
        **place,
        articleId=article["id"],
        text=fr(AMENDMENT),
    )
    await story.do(
        rapporteur,
        "SettleAmendment",
        f"l’adopte, et dit pourquoi : « {WHY_ADOPTED} »",
        f"article/{round_}/amendement/suite",
        **place,
        amendmentId=proposed.data["opinion"]["articles"][0]["amendments"][0]["id"],
        adopted=True,
        reason=WHY_ADOPTED,
    )
    anew = await story.do(
        rapporteur,
        "DraftArticle",
        "dépose la version 2 de l’article, amendée.",
        f"article/{round_}/2",
        **place,
        **told,
        articleId=article["id"],
        text=fr(AMENDED),
    )
    return dict(anew.data["opinion"]["articles"][0])


async def vote_article(
    story: Story, round_: int, meeting: str, article: dict[str, Any]
) -> list[dict[str, Any]]:
    """Put the article to the vote in the meeting; give what the opinion draws from: nothing of what was not adopted."""
    version: dict[str, Any] = {"articleId": article["id"], "text": article["text"]["digest"]}
    await story.do(
        story.cast["presidence"],
        "PutArticleToVote",
        "met l’article aux voix, avant l’avis entier.",
        f"article/{round_}/voix",
        **in_place("avis", round_),
        **version,
        meetingId=meeting,
    )
    ballot = (await story.look()).ballot("ARTICLE", "avis")
    if ballot is not None:
        await _vote(story, ballot, f"article/{round_}/vote")
    await story.until("scrutin sur l’article", lambda now: now.ballot("ARTICLE", "avis") is None)
    await show_count(story, "ARTICLE", "avis")
    kept = (await council(story))["stage"]["opinion"]["articles"]
    return [version] if any(one["id"] == article["id"] and one["adopted"] for one in kept) else []


async def _vote(story: Story, ballot: Ballot, key: str) -> None:
    """Let all who are awaited vote at once, shown as one line."""

    async def vote(person: Person) -> Answer:
        return await story.do(
            person,
            "CastVote",
            "vote favorable.",
            f"{key}/{person.key}",
            tolerate=TOO_LATE,
            quiet=True,
            ballotId=ballot.id,
            subject=ballot.subject,
            position="FAVOURABLE",
        )

    voters = [story.cast.by_member(seat.holder.pseudonym) for seat in ballot.awaited if seat.holder]
    await story.all_of("CastVote", "Le conseil vote l’article.", (vote(person) for person in voters))
