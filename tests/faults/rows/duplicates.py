"""Every request several times: again, at once, and long after; and its key with something else.

Odd seeds play a whole concertation; even ones ask for every mutation there is, in an order of their own. Beside it the
same is asked once each: both databases hold as many rows, table by table.
"""

from __future__ import annotations

import asyncio
import copy
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from typing import Any
from unittest.mock import patch

import httpx

from api import gate, parsing
from api.reaching import action_of
from tests.api.house import House, document
from tests.faults.counting import Counting
from tests.faults.inside import Inside
from tests.faults.place import Place
from tests.faults.row import Row
from tests.faults.tally import Tally
from tests.rights.asking import Asking
from tests.rights.expected import expected
from tests.rights.inputs import Inputs
from tests.rights.scene import HOLDERS, Scene
from tests.rights.test_doing import named
from tests.rights.test_fields import Reader, arguments, everything

SHOWN_ONCE = {"secret", "token", "code", "codes"}
"""Keys of secrets, which an answer shows the first time alone; `code` is one where it stands in an invitation."""
OWN = {"serverTime", "url", "expiresAt"}
"""What each answer says for itself: the time, and tickets that are signed anew."""
FREE = {"reason", "reasons", "text", "body", "note", "statement", "record", "minutes", "report", "agenda"}
"""Fields of words that may be changed and still say something."""
ANEW = {"SignInWithCode", "ReissueInvitationCode"}
"""Requests without a key that make something new each time, as they say: a token, a code."""
OF_THE_MOMENT = {"RequestUpload"}
"""What is answered for as long as the stage is open: a ticket."""
AGAIN_LATER = 0.3
OTHERWISE = 0.3


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A mutation that was acknowledged."""

    query: str
    variables: dict[str, Any]
    as_: str | None
    answer: Any


class Insisting(House):
    """Sends each mutation several times, and compares what is answered."""

    chance: Random
    counting: Counting

    def insist(self, chance: Random, counting: Counting) -> None:
        """Begin to."""
        self.chance, self.counting = chance, counting
        self._sent: list[Sent] = []

    async def post(
        self,
        query: str,
        variables: dict[str, Any] | None = None,
        as_: str | None = None,
        language: str | None = None,
    ) -> httpx.Response:
        """Send a mutation twice to four times, and perhaps another one of before once more."""
        if not query.lstrip().startswith("mutation") or _name(query) in ANEW:
            return await super().post(query, variables, as_, language)
        times = self.chance.choice((2, 3, 4))
        copies = [super(Insisting, self).post(query, variables, as_, language) for _ in range(times)]
        at_once = self.chance.random() < 0.5
        responses = list(await asyncio.gather(*copies)) if at_once else [await one for one in copies]
        answers = [response.json() for response in responses]
        has_key = "idempotencyKey" in (variables or {}).get("input", {})
        self._compare(query, answers, plain if has_key else refused)
        first = next((n for n, answer in enumerate(answers) if _shows_secrets(answer)), 0)
        if (code := refused(answers[first])) is None:
            sent = Sent(query=query, variables=variables or {}, as_=as_, answer=answers[first])
            if has_key:
                await self._again_later()
                await self._otherwise(sent)
            if has_key and _name(query) not in OF_THE_MOMENT:
                self._sent.append(sent)
            self.counting.acknowledged += 1
        else:
            self.counting.refused += 1
            self.counting.hold(code, f"{_name(query)} was answered {answers[first]}")
        return responses[first]

    def _compare(self, query: str, answers: list[Any], of: Callable[[Any], Any]) -> None:
        self.counting.operations += 1
        first = of(answers[0])
        for answer in answers[1:]:
            self.counting.hold(
                of(answer) == first,
                f"{_name(query)}, sent several times, was answered {_told(first)} and {_told(of(answer))}",
            )

    async def _again_later(self) -> None:
        """Let a request arrive once more that was answered long before."""
        if not self._sent or self.chance.random() > AGAIN_LATER:
            return
        sent = self.chance.choice(self._sent)
        answer = (await super().post(sent.query, sent.variables, sent.as_)).json()
        self.counting.hold(
            core(answer) == core(sent.answer),
            f"{_name(sent.query)}, sent again later, was answered {_told(answer)}, not {_told(sent.answer)}",
        )

    async def _otherwise(self, sent: Sent) -> None:
        """Send the key with other words."""
        places = list(_words(sent.variables["input"]))
        if not places or self.chance.random() > OTHERWISE:
            return
        variables = copy.deepcopy(sent.variables)
        self.chance.choice(places)(variables["input"])
        answer = (await super().post(sent.query, variables, sent.as_)).json()
        self.counting.hold(
            refused(answer) == "IDEMPOTENCY_KEY_REUSED",
            f"{_name(sent.query)} with other words and the same key was answered {_told(answer)}",
        )


def plain(value: Any, within: str = "") -> Any:
    """Give an answer without what each says for itself."""
    if isinstance(value, list):
        return [plain(one, within) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        key: plain(one, key)
        for key, one in value.items()
        if key not in OWN and not (key in SHOWN_ONCE and (key != "code" or within == "invitations"))
    }


def core(answer: Any) -> Any:
    """Give of an answer what stays the same however much happens meanwhile: its kind, its events, its receipt."""
    said = _said(answer)
    receipt = said.get("receipt") or {}
    return (
        said.get("__typename"),
        [event.get("seq") for event in said.get("events", ())],
        {key: receipt[key] for key in ("code", "digest", "version") if key in receipt},
    )


def refused(answer: Any) -> str | None:
    """Give the code of a refusal, or of a fault; `None` if it was done."""
    if "errors" in answer:
        return ""
    said = _said(answer)
    return None if said["__typename"].endswith(("Accepted", "Pending", "Ticket")) else said.get("code", "")


def _said(answer: Any) -> Any:
    return next(iter((answer.get("data") or {}).values()), None) or {}


def _shows_secrets(answer: Any) -> bool:
    said = _said(answer)
    mine = [said.get(key) for key in ("secret", "token")]
    return any([*mine, *(one.get("code") for one in said.get("invitations") or ())])


def _name(query: str) -> str:
    return query.split("(")[0].split()[-1]


def _told(answer: Any) -> str:
    return json.dumps(answer, ensure_ascii=False)[:300]


def _words(given: dict[str, Any]) -> list[Callable[[dict[str, Any]], None]]:
    """Give ways to say something else in an input."""

    def other(name: str) -> Callable[[dict[str, Any]], None]:
        return lambda found: found.update({name: f"{found[name]} Ou plutôt non."})

    texts = (name for name, value in given.items() if name in FREE and isinstance(value, str))
    return [
        other(name) for name in texts if not given[name].isupper()
    ]  # such a word is one of an enumeration


BESIDE = {"audit"}
"""Tables that say how often something was asked for: counted by the minute, and written after the answer."""
FOLDED = {"contribution_change", "contribution_counter"}
"""Now and then, by chance, the rows of the first are added to the second: what both come to is always the same."""
_COUNTED = """
    SELECT 'what is counted', (SELECT coalesce(sum(count), 0) FROM contribution_counter)
        + (SELECT coalesce(sum(change * cardinality(themes)), 0) FROM contribution_change)
    """


async def counts(house: House) -> dict[str, int]:
    """Count the rows of every table, and what the counters count."""
    connection = house.clock.connection
    tables = await connection.fetch(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1"
    )
    names = [row["relname"] for row in tables if row["relname"] not in BESIDE | FOLDED]
    parts = [*(f"SELECT '{name}', count(*) FROM {name}" for name in names), _COUNTED]
    return {row[0]: int(row[1]) for row in await connection.fetch(" UNION ALL ".join(parts))}


def compare_counts(counting: Counting, once: dict[str, int], often: dict[str, int]) -> None:
    """Say which tables hold more or less than they do when each request is sent once."""
    for table in once:
        counting.doubled += max(0, often[table] - once[table])
        counting.lost += max(0, once[table] - often[table])
        counting.hold(
            often[table] == once[table],
            f"{table}: {often[table]}, and {once[table]} when each request is sent once",
        )


AT_ONCE = 60
"""So many kinds of mutations does a run with an even seed ask for, of all there are."""
LAST = {"suspend", "resume", "removeMember", "endTerm", "abandon"}
"""Mutations that leave nothing to do for others."""


@dataclass(frozen=True, kw_only=True)
class Played:
    """What was played once, and an input for every mutation."""

    inputs: Inputs
    counts: dict[str, int]


async def played(place: Inside) -> tuple[str, Played]:
    """Give a template with a concertation full of every kind of object."""

    async def prepare(house: House) -> Played:
        scene = Scene(house, "")
        await scene.play()
        rows = await counts(house)
        schema = place.schema._schema
        with unbounded():
            whole = await everything(Reader(house, Asking(schema, await arguments(scene))), scene)
        return Played(inputs=Inputs(schema, named(scene, whole)), counts=rows)

    return await place.prepared("everything", prepare)


@contextmanager
def unbounded() -> Iterator[None]:
    """Let documents ask for everything at once, as tests/rights has it."""
    bounds = dict.fromkeys(gate.MOST, 10**9)
    with (
        patch.object(gate, "MOST", bounds),
        patch.object(parsing, "MOST_TOKENS", 10**9),
        patch.object(parsing, "MOST_CHARACTERS", 10**9),
    ):
        yield


def asker(mutation: str) -> str:
    """Give somebody who may ask for a mutation."""
    row = expected()[action_of(mutation)]
    by = next((name for role, name in HOLDERS.items() if role in row.roles - row.perhaps), "chair")
    return next(iter(sorted(row.platform)), by)


async def ask_for(house: House, inputs: Inputs, mutations: list[str]) -> dict[str, str | None]:
    """Ask for mutations one after the other; give the code of each refusal."""
    found = {}
    for mutation in mutations:
        query = document(mutation[0].upper() + mutation[1:])
        response = await house.post(query, {"input": inputs.of(mutation)}, asker(mutation))
        found[mutation] = refused(response.json())
    return found


async def _every_mutation(place: Inside, chance: Random, counting: Counting) -> None:
    template, found = await played(place)
    mutations = chance.sample(sorted(expected_mutations(found.inputs)), AT_ONCE)
    mutations.sort(key=LAST.__contains__)
    async with place.database(template) as database, place.house(database) as house:
        once = await ask_for(house, found.inputs, mutations)
        rows = await counts(house)
    async with place.database(template) as database, place.house(database, Insisting) as house:
        assert isinstance(house, Insisting)
        house.insist(chance, counting)
        often = await ask_for(house, found.inputs, mutations)
        compare_counts(counting, rows, await counts(house))
    for mutation in mutations:
        counting.hold(
            once[mutation] == often[mutation],
            f"{mutation} is answered {once[mutation]} when each request is sent once, and {often[mutation]} here",
        )


def expected_mutations(inputs: Inputs) -> list[str]:
    assert inputs.schema.mutation_type is not None
    return list(inputs.schema.mutation_type.fields)


async def _whole_life(place: Inside, chance: Random, counting: Counting) -> None:
    _, found = await played(place)
    async with place.database() as database, place.house(database, Insisting) as house:
        assert isinstance(house, Insisting)
        house.insist(chance, counting)
        await Scene(house, "").play()
        compare_counts(counting, found.counts, await counts(house))


async def tried(seed: int, place: Place) -> Tally:
    """Send everything several times."""
    chance, counting = Random(seed), Counting()
    await (_whole_life if seed % 2 else _every_mutation)(place.inside, chance, counting)
    return counting.tally()


ROW = Row(
    name="duplicates",
    fault="every request sent several times: again, at once, later; its key with another content",
    invariant="one row, one event, the same answer",
    run=tried,
    seeds=16,
)
