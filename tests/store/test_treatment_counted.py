"""Treatment is counted in SQL as it is said in plain words, for whatever versions, rounds and merges there are."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from uuid import UUID

import asyncpg
import pytest

from store.pool import Pool
from tests.fixtures.postgres import Database
from tests.store.stage import Play

pytestmark = pytest.mark.postgres

PLACES = [(1, "appel"), (2, "appel"), (1, "autre")]
ITEMS = ["r1", "r2", "a1"]


@dataclass
class Said:
    """One contribution, as far as it matters here."""

    id: UUID
    place: tuple[int, str]
    organisation: str | None
    gone: str | None
    before: dict[str, UUID] = field(default_factory=dict)


@dataclass
class World:
    """What was contributed, said of it, and merged."""

    calls: list[tuple[int, str]]
    items: list[str]
    contributions: dict[UUID, Said]
    treatments: set[tuple[UUID, int, str]]
    groups: list[tuple[UUID, list[UUID], bool]]

    def direct(self, id: UUID) -> bool | None:
        """Cited (true), set aside (false), or nothing said of this very version."""
        said = [
            item != ""
            for treated, round, item in self.treatments
            if treated == id and (item in self.items or (item == "" and round == 2))
        ]
        return any(said) if said else None

    def counts(self, id: UUID) -> bool:
        return not self.contributions[id].gone and self.contributions[id].place in self.calls

    def through(self, id: UUID) -> bool | None:
        """With what was said of what it follows, if that counts no more."""
        found, seen, left = [self.direct(id)], {id}, list(self.contributions[id].before.values())
        while left:
            earlier = left.pop()
            if earlier in seen:
                continue
            seen.add(earlier)
            left += self.contributions[earlier].before.values()
            if not self.counts(earlier):
                found.append(self.direct(earlier))
        told = [one for one in found if one is not None]
        return any(told) if told else None

    def treated(self, id: UUID) -> bool | None:
        found = [self.through(id)]
        found += [
            self.through(kept)
            for kept, parts, undone in self.groups
            if id in parts and not undone and self.counts(kept)
        ]
        told = [one for one in found if one is not None]
        return any(told) if told else None

    def live(self) -> list[Said]:
        return [said for said in self.contributions.values() if self.counts(said.id)]

    def figures(self) -> dict[bool, tuple[int, int, int]]:
        counted = {}
        for organised in (False, True):
            of = [self.treated(said.id) for said in self.live() if bool(said.organisation) == organised]
            counted[organised] = (len(of), of.count(True), of.count(False))
        return counted

    def gaps(self) -> list[UUID]:
        return sorted(said.id for said in self.live() if self.treated(said.id) is None)


def world(seed: int) -> World:
    rng = random.Random(seed)
    calls = rng.choice([PLACES[:1], PLACES[1:2], PLACES[:2], [PLACES[0], PLACES[2]]])
    made = World(calls, rng.sample(ITEMS, 2), {}, set(), [])
    ids = [UUID(int=rng.getrandbits(128), version=4) for _ in range(40)]
    followed: dict[str, set[UUID]] = {"supersedes": set(), "carried_from": set()}
    for id in ids:
        gone = rng.choice([None, None, None, "withdrawn_at"])
        said = Said(id, rng.choice(PLACES), rng.choice([None, None, str(id)]), gone)
        for how, taken in followed.items():
            free = [other for other in made.contributions if other not in taken]
            if free and rng.random() < 0.3:
                earlier = rng.choice(free)
                taken.add(earlier)
                said.before[how] = earlier
                if how == "supersedes":
                    made.contributions[earlier].gone = "superseded_at"
        made.contributions[id] = said
    for id in rng.sample(ids, 18):
        for item in rng.sample([*ITEMS, ""], rng.choice([1, 1, 2])):
            made.treatments.add((id, rng.choice([1, 2]), item))
    loose = rng.sample(ids, 15)
    for start in range(0, 15, 3):
        made.groups.append((loose[start], loose[start + 1 : start + 3], rng.random() < 0.3))
    return made


async def write(connection: asyncpg.Connection[asyncpg.Record], template: str, made: World) -> None:
    """Put it into the tables as it is, without what would have to be said for it to come about."""
    concertation = json.loads(template)["concertation"]
    at = json.loads(template)["submitted_at"]
    await connection.execute("TRUNCATE contribution, treatment, contribution_group, grouping_part CASCADE")
    rows = []
    for number, said in enumerate(made.contributions.values()):
        row = json.loads(template) | {
            "id": str(said.id), "round": said.place[0], "stage": said.place[1], "member": f"p{number}",
            "organisation": said.organisation, "supersedes": None, "carried_from": None,
            "superseded_at": None, "withdrawn_at": None, "terms": None, "command": f"\\x{said.id.hex}",
            "receipt": said.id.hex,
        }  # fmt: skip
        row |= {how: str(earlier) for how, earlier in said.before.items()}
        rows.append(json.dumps(row | ({said.gone: at} if said.gone else {})))
    await connection.executemany(
        "INSERT INTO contribution SELECT (jsonb_populate_record(NULL::contribution, $1::jsonb)).*",
        [(row,) for row in rows],
    )
    await connection.executemany(
        "INSERT INTO treatment (concertation, contribution, round, stage, item, reason, seq) "
        "VALUES ($1, $2, $3, 'synthese', $4, $5, 1)",
        [
            (concertation, id, round, item, None if item else "Hors du sujet")
            for id, round, item in made.treatments
        ],
    )
    for number, (kept, parts, undone) in enumerate(made.groups):
        group = UUID(int=number)
        await connection.execute(
            "INSERT INTO contribution_group (id, concertation, round, stage, kept, asked_at, asked_by, merged_at, "
            "undone_at, undone_why) VALUES ($1, $2, 1, 'appel', $3, now(), 'm', now(), $4, $5)",
            group,
            concertation,
            kept,
            *((None, None) if not undone else (await connection.fetchval("SELECT now()"), "Erreur")),
        )
        await connection.executemany(
            "INSERT INTO grouping_part (grouping, contribution, author, consents, merged, brings) "
            "VALUES ($1, $2, 'p', true, true, $3)",
            [(group, part, part != kept) for part in [kept, *parts]],
        )


async def test_figures_and_gaps_are_what_plain_words_make_of_them(
    play: Play, app: Pool, database: Database
) -> None:
    await play.launch()
    async with app.acquire() as connection:
        await play.contribute(connection, "p0")
    superuser = await asyncpg.connect(database.superuser)
    await superuser.execute("SET session_replication_role = replica")
    template = await superuser.fetchval("SELECT to_jsonb(c) FROM contribution c")
    concertation = UUID(json.loads(template)["concertation"])
    treated = merged = 0
    for seed in range(60):
        made = world(seed)
        await write(superuser, template, made)
        asked = (concertation, 2, "synthese", made.items, *map(list, zip(*made.calls, strict=True)))
        async with app.acquire() as connection:
            rows = await connection.fetch("SELECT * FROM treatment_figures($1, $2, $3, $4, $5, $6)", *asked)
            gaps: list[UUID] = []
            while page := await connection.fetch(
                "SELECT * FROM treatment_gaps($1, $2, $3, $4, $5, $6, $7, 3) AS id",
                *asked,
                gaps[-1] if gaps else None,
            ):
                gaps += [row["id"] for row in page]
        counted = {row["organised"]: (row["everything"], row["cited"], row["set_aside"]) for row in rows}
        assert (counted, gaps) == (made.figures(), made.gaps()), f"seed {seed}"
        treated += sum(made.through(said.id) is not None for said in made.live())
        merged += sum(made.treated(said.id) is not None for said in made.live())
    assert 200 < treated < merged, "seeds that say nothing"
    await superuser.close()
