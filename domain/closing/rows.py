"""Rows of a published ledger: what is public is there to the letter, of what is not only its place and its hash.

A row: `seq`, `previousHash`, `hash`, `content` (the event as it was kept and hashed), and, where that is null because
it is not public, `shown`: the same without its substance. An event that is not public is folded as far as it is shown.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from domain.chaining import row_hash
from domain.digests import canonical
from domain.events import EVENT, Event, VoteCast

_SUBSTANCE = ("position", "conclusion", "statement")
"""Fields of a fact that are left out of what is shown."""
_NO_TEXT = {"id": "", "digest": ""}
_STAND_IN: Mapping[str, Any] = {
    "position": "favourable", "conclusion": "favourable", "statement": _NO_TEXT, "text": _NO_TEXT, "reason": "",
    "marks": {}, "answer": "followed", "reasons": _NO_TEXT, "title": {"fr": "-"}, "adopted": False,
}  # fmt: skip
"""Values by which the rest of a fact is read; they are taken out again."""


_OF_KIND = {
    "decision_issued": ("text", "reasons", "early_readers"),
    "decision_rectified": ("text", "reasons", "reason"),
    "evaluation_given": ("marks", "reasons"),
    "response_given": ("answer", "reasons", "until"),
    "article_drafted": ("title", "text"),
    "amendment_proposed": ("text",),
    "amendment_settled": ("adopted", "reason"),
}
"""Fields of what is under an embargo, by kind; and of an act that waits for signatures, those of a decision issued."""

WITHHELD = frozenset({
    "vote_cast", "position_stated", "opinion_drafted", "opinion_adopted", "decision_issued", "decision_rectified",
    "ballot_opened", "evaluation_given", "response_given", "article_drafted", "amendment_proposed",
    "amendment_settled",
})  # fmt: skip
"""Kinds of events that may not be public yet, or ever: who withholds another one hides it."""


class RowUnfit(Exception):
    """This is no row of a ledger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of a published ledger."""

    seq: int
    previous: bytes
    hash: bytes
    #: The event, to the letter; unset where it is not public.
    content: dict[str, Any] | None
    #: What is shown of it, where it is not public.
    shown: dict[str, Any] | None = None

    @property
    def at(self) -> datetime:
        """When it happened.

        Raises:
            RowUnfit: it does not say.
        """
        try:
            return datetime.fromisoformat((self.content or self.shown or {})["at"])
        except (KeyError, TypeError, ValueError):
            raise RowUnfit("at") from None

    def is_whole(self, concertation: str) -> bool:
        """Say whether the content is what was hashed; of what is not public nothing can be said against it."""
        if self.content is None:
            return True
        try:
            written = canonical(self.content).decode()
        except (ValueError, RecursionError):
            return False
        return row_hash(self.previous, concertation, self.seq, written) == self.hash


def write_row(seq: int, previous: str, hash: str, content: str, *, public: bool) -> bytes:
    """Write a row as a line. `content` is the kept text."""
    said = f'"content":{content}'
    if not public:
        said = f'"content":null,"shown":{canonical(without_substance(json.loads(content))).decode()}'
    return f'{{"seq":{seq},"previousHash":"{previous}","hash":"{hash}",{said}}}\n'.encode()


def without_substance(content: dict[str, Any]) -> dict[str, Any]:
    """Give what is shown of an event that is not public. Of a vote without a position: not even who voted."""
    fact = content["fact"]
    if fact["kind"] == "vote_cast" and fact["position"] is None:
        said = {"kind": fact["kind"], "ballot": fact["ballot"], "seat": None}
        return {**content, "actor": None, "on_behalf_of": None, "fact": said}
    shown = {**fact, **dict.fromkeys(_substance(fact))}
    if fact.get("act") is not None:
        shown["act"] = {**fact["act"], **dict.fromkeys(_of_act(fact["act"]))}
    return {**content, "fact": shown}


def _substance(fact: dict[str, Any]) -> list[str]:
    return [name for name in (*_SUBSTANCE, *_OF_KIND.get(fact["kind"], ())) if name in fact]


def _of_act(act: dict[str, Any]) -> list[str]:
    return [name for name in _OF_KIND["decision_issued"] if name in act]


def read_row(line: bytes) -> Row:
    """Read a row.

    Raises:
        RowUnfit: it is none.
    """
    try:
        said = json.loads(line)
        row = Row(
            seq=said["seq"],
            previous=bytes.fromhex(said["previousHash"]),
            hash=bytes.fromhex(said["hash"]),
            content=said["content"],
            shown=said.get("shown"),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as fault:
        raise RowUnfit(f"{type(fault).__name__}: {fault}") from None
    if type(row.seq) is not int or row.seq < 1 or (len(row.previous), len(row.hash)) != (32, 32):
        raise RowUnfit("seq, previousHash, hash")
    if not isinstance(row.content or row.shown, dict):
        raise RowUnfit("content")
    return row


def event_of(row: Row) -> Event | None:
    """Give the event of a row, without what is not public; `None`: nothing of it can be folded.

    Raises:
        RowUnfit: it is no event that this version knows.
    """
    try:
        if row.content is not None:
            return EVENT.validate_json(canonical(row.content))
        shown = row.shown or {}
        fact = shown["fact"]
        if fact["kind"] not in WITHHELD:
            raise RowUnfit(str(fact["kind"]))
        if shown["actor"] is None:
            return None
        left_out = [name for name in _substance(fact) if fact[name] is None]
        filled = {**fact, **{name: _STAND_IN.get(name) for name in left_out}}
        act = fact.get("act")
        act_left_out = [name for name in _of_act(act) if act[name] is None] if act is not None else []
        if act is not None:
            filled["act"] = {**act, **{name: _STAND_IN.get(name) for name in act_left_out}}
        event = EVENT.validate_json(canonical({**shown, "fact": filled}))
    except (ValidationError, ValueError, KeyError, TypeError, RecursionError) as fault:
        raise RowUnfit(f"{type(fault).__name__}") from None
    told: Any = event.fact
    hidden: dict[str, Any] = dict.fromkeys(left_out)
    if act is not None:
        hidden["act"] = replace(told.act, **dict.fromkeys(act_left_out))
    return replace(event, fact=replace(told, **hidden))


def depends_on(event: Event | None, shown: dict[str, Any]) -> set[str]:
    """Name what can no longer be told for certain after an event that is not public: a ballot, or a stage."""
    if event is None or isinstance(event.fact, VoteCast):
        return {str(shown["fact"].get("ballot"))}
    return {event.stage} if event.stage is not None else set()
