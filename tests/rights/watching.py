"""Compares what one viewer is answered with all that there is, field by field, by what each field needs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from api.classified import classified
from api.needs import Need
from domain.procedure import Role
from tests.api.play import COUNCIL
from tests.rights.asking import links
from tests.rights.expected import expected

LIVE = {"figures", "hearings"}
"""Kinds of objects that the scene publishes at once; all others when their round is over."""
CHANGING = {
    "Concertation.readAt", "File.downloadUrl", "ContributionExport.url", "ContributionExport.expiresAt",
    "LetterBatch.url", "ClosingArchive.url", "ClosingArchive.expiresAt", "Agenda.url", "Agenda.until",
    "ContributionExport.schemaUrl", "Query.serverTime", "Awaited.days",
}  # fmt: skip
"""Fields that are not the same twice: addresses with their end, the hour, and days that pass meanwhile."""
OF_NODES = {
    "Contribution": Need.CONTRIBUTIONS, "Recommendation": Need.ITEMS, "Ascertainment": Need.ITEMS,
    "Decision": Need.DECISION, "Article": Need.OPINION, "Amendment": Need.OPINION, "Reservation": Need.OPINION,
    "Grouping": Need.GROUPING, "File": Need.FILE,
}  # fmt: skip
"""What objects need that not everybody sees who sees the concertation."""
OF_EVENTS = {
    "position_stated": Need.POSITIONS, "evaluation_given": Need.POSITIONS, "opinion_drafted": Need.OPINION,
    "opinion_adopted": Need.OPINION, "article_drafted": Need.OPINION, "amendment_proposed": Need.OPINION,
    "vote_cast": Need.VOTES, "decision_issued": Need.DECISION, "response_given": Need.RESPONSES,
}  # fmt: skip
"""What the content of an event needs, where it is not public with the event."""
KNOWN = classified()
OF_THE_VIEWER = {Need.VIEWER, Need.OWN_NOTICES, Need.ACCOUNT}


@dataclass(frozen=True)
class Watcher:
    """Who looks: `name` where the concertation is theirs, `role` of the office that they hold in it."""

    label: str
    name: str | None = None
    role: Role | None = None
    platform: tuple[str, ...] = ()
    has_account: bool = True

    def may(self, action: str) -> bool:
        row = expected()[action]
        return self.role in row.roles or not row.platform.isdisjoint(self.platform)


@dataclass
class Watched:
    """What there is: by id what all viewers together are answered, and whose each thing is."""

    whole: dict[str, Any]
    names: dict[str, str]
    """By id of a member: their name."""
    faults: list[str] = field(default_factory=list)
    counted: Counter[str] = field(default_factory=Counter)

    def owners(self, id: str) -> set[str]:
        """Say whose an object is, by names."""
        node = self.whole[id]
        match node["__typename"]:
            case "Member":
                named = [{"id": id}]
            case "Contribution":
                named = [node["Contribution__author"]]
            case "Hearing":
                named = node["Hearing__witnesses"] + node["Hearing__heard"]
            case "HearingRequest":
                named = [node["HearingRequest__member"]]
            case "Decision":
                named = node["Decision__earlyReaders"]
            case "Grouping":
                kept = [part["GroupingPart__contribution"] for part in node["Grouping__parts"]]
                return set().union(*(self.owners(one["id"]) for one in kept if one))
            case "Measure":
                return self.owners(node["Measure__contribution"]["id"])
            case "Ballot":
                return {
                    self.names[seat["Seat__holder"]["id"]]
                    for seat in node["Ballot__seats"]
                    if seat["Seat__holder"]
                }
            case _:
                named = []
        return {self.names[one["id"]] for one in named if one}

    def check_node(self, id: str, seen: Any, who: Watcher) -> None:
        """Check that a viewer is given an object or not, and of it what they may see."""
        whole = self.whole[id]
        kind = whole["__typename"]
        verdict = self._sees(OF_NODES.get(kind, Need.OBJECT), who, id, whole, [])
        self.counted[f"node {kind}"] += 1
        if verdict is False and seen is not None:
            self._fault(who, kind, "is given")
        elif verdict and seen is None:
            self._fault(who, kind, "is not given")
        elif seen is not None:
            self._check(whole, seen, who, id, [whole])

    def _check(self, whole: Any, seen: Any, who: Watcher, id: str, within: list[Any]) -> None:
        for alias, all_ in whole.items():
            if "__" not in alias or alias == "__typename":
                continue
            name = alias.replace("__", ".", 1)
            self.counted[name] += 1
            verdict = self._sees(KNOWN[name], who, id, all_, within)
            got = seen.get(alias)
            if verdict is True:
                self._same(name, all_, got, who, id, within)
            elif verdict is False:
                if not is_empty(got):
                    self._fault(who, f"{whole['__typename']}: {name}", f"is shown {str(got)[:120]}")
            else:
                self._part(name, all_, got, who)

    def _same(self, name: str, all_: Any, got: Any, who: Watcher, id: str, within: list[Any]) -> None:
        if isinstance(all_, list) and isinstance(got, list) and len(all_) == len(got):
            for one, other in zip(all_, got, strict=True):
                self._same(name, one, other, who, id, within)
        elif isinstance(all_, dict) and isinstance(got, dict) and any("__" in key[1:] for key in all_):
            self._check(all_, got, who, id, [*within, all_])
        elif all_ != got and not (name in CHANGING and (all_ is None) == (got is None)):
            self._fault(who, name, f"is {str(got)[:100]}, not {str(all_)[:100]}")

    def _part(self, name: str, all_: Any, got: Any, who: Watcher) -> None:
        """Check that a viewer is told nothing but what there is, and of a list what is theirs."""
        if KNOWN[name] in OF_THE_VIEWER:
            return  # looked at with who they are
        if isinstance(all_, list):
            theirs = [one for one in all_ if self._is_of(one, who)]
            if [key_of(one) for one in got or []] != [key_of(one) for one in theirs] and any(
                key_of(one) not in [key_of(other) for other in all_] for one in got or []
            ):
                self._fault(who, name, f"is shown {str(got)[:120]}")
        elif name == "Event.summary":
            if not all_.startswith(got.removesuffix(".")):  # that it happened, not what it says
                self._fault(who, name, f"is {got}, not {all_}")
        elif not is_empty(got) and got != all_ and not isinstance(all_, dict):
            self._fault(who, name, f"is {str(got)[:100]}, not {str(all_)[:100]}")

    def _is_of(self, one: Any, who: Watcher) -> bool:
        for key, value in one.items() if isinstance(one, dict) else ():
            if key.endswith("__member") and value:
                return self.names.get(value["id"]) == who.name
        return False

    def _fault(self, who: Watcher, what: str, said: str) -> None:
        self.faults.append(f"{who.label}: {what} {said}")

    def _sees(self, need: Need, who: Watcher, id: str, all_: Any, within: list[Any]) -> bool | None:
        """Say whether a viewer sees something; nothing where they see a part of it."""
        needed, node = need.value, self.whole[id]
        if need in (Need.OBJECT, Need.DOER, Need.CODE):
            return True
        if need in OF_THE_VIEWER:
            return None if who.has_account else False
        if need is Need.VERSIONS and node["Contribution__hiddenAt"] is not None:
            return who.may("read_moderation") or who.name in self.owners(id)
        if is_empty(all_) or any(
            who.may(action) for action in needed.actions if action != "read_responses_of_office"
        ):
            return True
        mine = who.name is not None and needed.own and who.name in self._own(need, id, all_, within)
        published = needed.kind in LIVE or self._is_published(need, node)
        match need:
            case Need.OWN_GROUPING:
                return None if mine else False  # not those that they answered
            case Need.NAME:
                return mine or self._holds_public_office(node)
            case Need.UNHIDDEN:
                return mine or node["Contribution__hiddenAt"] is None
            case Need.PROPOSAL | Need.FILE | Need.TURNOUT:
                return self._special(need, who, node, within)
            case Need.SAID:
                asked = OF_EVENTS.get(node["Event__kind"], Need.OBJECT)
                return True if asked is Need.OBJECT or self._told(asked, who, id) else None
            case Need.CONTRIBUTIONS | Need.VERSIONS | Need.GROUPING | Need.POSITIONS | Need.RESPONSES:
                return published or mine or (None if isinstance(all_, list | dict) and within else False)
            case _:
                return published or mine
        return False

    def _own(self, need: Need, id: str, all_: Any, within: list[Any]) -> set[str]:
        """Say whose something is: its object's, or that of the member whom a part of it names."""
        if need is Need.CONSENT:
            part = within[-1]["GroupingPart__contribution"]
            return self.owners(part["id"]) if part else set()
        if need in (Need.DECISION, Need.OWN_GROUPING) and self.whole[id]["__typename"] == "Concertation":
            return set().union(*(self.owners(linked) for linked, _ in links(all_)))
        return {*self.owners(id), *(self.names[member["id"]] for member in _members(within))}

    def _told(self, asked: Need, who: Watcher, id: str) -> bool:
        node = self.whole[id]
        by = node["LedgerEvent__actor"]["Author__member"]
        if who.name is not None and by and self.names.get(by["id"]) == who.name:
            return True
        if self._is_secret(node):
            return False
        if any(who.may(action) for action in asked.value.actions if action != "read_responses_of_office"):
            return True
        return asked is Need.VOTES and self._is_published(
            asked, self.whole[node["BallotEvent__ballot"]["id"]]
        )

    def _is_secret(self, node: Any) -> bool:
        """Say whether an event is a vote in a ballot that is secret, as long as it runs."""
        ballot = node["BallotEvent__ballot"] if node["Event__kind"] == "vote_cast" else None
        return ballot is not None and self.whole[ballot["id"]] is self.secret()

    def _is_published(self, need: Need, node: Any) -> bool:
        if need is Need.VOTES and node["__typename"] == "Ballot":
            return node["Ballot__state"] == "CLOSED" and not node["Ballot__rule"]["Rule__secret"]
        stage = node.get("Contribution__stage") or node.get("Grouping__stage")
        if need in (Need.CONTRIBUTIONS, Need.VERSIONS) and stage:
            return bool(self.whole[stage["id"]]["Stage__key"] == "ancien")
        return False

    def _special(self, need: Need, who: Watcher, node: Any, within: list[Any]) -> bool | None:
        if need is Need.PROPOSAL:
            return True  # nothing in the scene waits for signatures under an embargo
        if need is Need.FILE:
            if node["__typename"] != "File":
                return None
            scan = who.may("read_scans") or who.may("read_moderation") or who.name in ("elder", "clerk")
            return scan if node["File__name"] == "Bulletin.pdf" else True
        secret = self.secret()
        if node is not secret and within[-1].get("Awaited__about") != secret["Ballot__key"]:
            return True
        holder = within[-1].get("Seat__holder") if "Seat__key" in within[-1] else None
        if holder:
            return self.names[holder["id"]] == who.name
        return None if who.name in COUNCIL else False

    def secret(self) -> Any:
        """Give the ballot that is secret."""
        ballots = [one for one in self.whole.values() if one and one["__typename"] == "Ballot"]
        return next(ballot for ballot in ballots if ballot["Ballot__rule"]["Rule__secret"])

    def _holds_public_office(self, node: Any) -> bool:
        held = {self.whole[term["Term__office"]["id"]]["Office__role"] for term in node["Member__terms"]}
        return bool(held - {"CLERK", "PANELLIST"})


def _members(within: list[Any]) -> Iterator[Any]:
    for part in within[1:]:
        for key, value in part.items():
            if key.endswith("__member") and value:
                yield value


def key_of(one: Any) -> str:
    """Give what an object is known by among others: its id, or all that it says."""
    if not isinstance(one, dict):
        return str(one)
    return str(one.get("id") or one.get("Seat__key") or sorted((key, str(part)) for key, part in one.items()))


def _is_named(one: Any) -> bool:
    return isinstance(one, str) or (isinstance(one, dict) and ("id" in one or "Seat__key" in one))


def is_empty(value: Any) -> bool:
    """Say whether an answer tells nothing: a text may still name its digest, which the ledger shows to all."""
    if isinstance(value, dict):
        if value.get("__typename") == "Text":
            return value["Text__content"] is None and value["Text__contents"] is None
        return "id" not in value and all(
            is_empty(part) for key, part in value.items() if key != "__typename" and not key.startswith("PageInfo__")
            and not key.endswith(("__pageInfo", "__isRankedWhole", "__totalIsExact"))
        )  # fmt: skip
    if isinstance(value, list):
        return all(is_empty(part) for part in value)
    return value in (None, "", False, 0)


def merged(one: Any, other: Any) -> Any:
    """Give what two answers to the same question tell together."""
    if is_empty(one) and not is_empty(other):
        return other
    if isinstance(one, dict) and isinstance(other, dict):
        both = {key: merged(value, other.get(key)) for key, value in one.items()}
        if "Event__summary" in both:
            both["Event__summary"] = max(one["Event__summary"], other["Event__summary"] or "", key=len)
        return both
    if isinstance(one, list) and isinstance(other, list):
        if all(map(_is_named, (*one, *other))) and {*map(key_of, one)} != {*map(key_of, other)}:
            return one + [part for part in other if key_of(part) not in set(map(key_of, one))]
        if len(one) != len(other):
            return max(one, other, key=len)
        return [merged(a, b) for a, b in zip(one, other, strict=True)]
    return one
