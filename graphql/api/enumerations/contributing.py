"""Contributions: how they arrived, how they stand, in which order they are shown."""

from __future__ import annotations

from enum import StrEnum

from api.enumerations.publishing import publish
from domain.procedure import Channel
from store.finding import Standing

__all__ = ["Channel", "ContributionOrder", "Standing"]


class ContributionOrder(StrEnum):
    """The order of a page of contributions."""

    RECEPTION = "reception"
    NEWEST_FIRST = "newest_first"
    RELEVANCE = "relevance"


publish(
    Channel,
    "Channel",
    "How a contribution arrived. All channels weigh the same.",
    {
        Channel.ONLINE: "Online, by the person themself.",
        Channel.PAPER: "On paper, typed in by a clerk.",
        Channel.COUNTER: "At a counter, typed in by a clerk.",
        Channel.PHONE: "By telephone, typed in by a clerk.",
        Channel.HEARING: "Said at a hearing or a public meeting.",
    },
)
publish(
    Standing,
    "ContributionState",
    "How a contribution stands.",
    {
        Standing.LIVE: "It counts.",
        Standing.HIDDEN: "It counts, and moderation hides its text.",
        Standing.SUPERSEDED: "A later version counts in its place. Found by its author alone.",
        Standing.WITHDRAWN: "Its author took it back. Found by its author alone.",
    },
)
publish(
    ContributionOrder,
    "ContributionOrder",
    "The order of contributions.",
    {
        ContributionOrder.RECEPTION: "As they were received: that of the seal.",
        ContributionOrder.NEWEST_FIRST: "The last one received first.",
        ContributionOrder.RELEVANCE: "What is most about the words that are searched for first, the last one received "
        "first of those alike; only with `search`. Of very many the latest come first: see `isRankedWhole`.",
    },
)
