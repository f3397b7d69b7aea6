"""Organisations in the store: kept once, found by name in pages, changed, and told apart by concertation."""

import asyncio
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from domain.organisations.registration import OrganisationKind, Registration, checked
from domain.refusals import Code
from store import organisations
from store.organisations import Organisation, Wanted
from store.pool import Pool
from tests.store.stage import Play, refused

pytestmark = pytest.mark.postgres


def said(name: str = "Ville de Metz", **more: Any) -> Registration:
    given: dict[str, Any] = {"name": name, "kind": OrganisationKind.OTHER, "college": "locales", **more}
    tidy, faults = checked(Registration(**given), {"locales", "etat"})
    assert faults == ()
    return tidy


async def keep(app: Pool, play: Play, id: str | None = None, **more: Any) -> object:
    async with app.acquire() as connection:
        return await organisations.register(
            connection, id=id or str(uuid4()), concertation=play.id, said=said(**more), by="coordinator"
        )


async def kept(app: Pool, play: Play, **more: Any) -> Organisation:
    found = await keep(app, play, **more)
    assert isinstance(found, Organisation), found
    return found


async def test_an_organisation_is_kept_and_the_same_again_is_the_same(app: Pool, play: Play) -> None:
    await play.draft()
    id = str(uuid4())
    first = await keep(app, play, id, siret="21750001600019", place="57463")
    assert isinstance(first, Organisation)
    assert (first.siren, first.departement, first.sort_name) == ("217500016", "57", "ville de metz")
    assert await keep(app, play, id, siret="21750001600019", place="57463") == first
    assert refused(await keep(app, play, id, name="Autre")).code is Code.IDEMPOTENCY_KEY_REUSED


async def test_sent_several_times_at_once_it_is_the_same_each_time(app: Pool, play: Play) -> None:
    """Which of its indexes two insertions meet in first is chance, and one time in some hundred it is not the id's."""
    await play.draft()
    for number in range(200):
        id, reference = str(uuid4()), f"r{number}"
        answers = await asyncio.gather(*(keep(app, play, id, reference=reference) for _ in range(4)))
        assert isinstance(answers[0], Organisation), answers
        assert answers == [answers[0]] * 4


@pytest.mark.parametrize(
    ("first", "second", "path"),
    [
        ({"reference": "r1"}, {"reference": "r1"}, "reference"),
        ({"siret": "21750001600019"}, {"siret": "21750001600019"}, "siret"),
        ({"siren": "217500016"}, {"siren": "217500016"}, "siren"),
    ],
)
async def test_a_second_one_with_the_same_number_is_refused_with_the_name_of_the_first(
    app: Pool, play: Play, first: dict[str, Any], second: dict[str, Any], path: str
) -> None:
    await play.draft()
    await kept(app, play, name="Première", **first)
    refusal = refused(await keep(app, play, name="Seconde", **second))
    assert (refusal.code, refusal.args, refusal.path) == (
        Code.ORGANISATION_EXISTS, {"name": "Première"}, (path,),
    )  # fmt: skip


async def test_two_establishments_of_one_siren_are_two_organisations(app: Pool, play: Play) -> None:
    await play.draft()
    await kept(app, play, siret="356 000 000 00048")
    await kept(app, play, siret="35600000049837")


async def test_of_many_at_once_with_one_reference_one_is_kept(app: Pool, play: Play) -> None:
    await play.draft()
    found = await asyncio.gather(*(keep(app, play, name=f"N{n}", reference="r") for n in range(8)))
    assert sum(isinstance(one, Organisation) for one in found) == 1
    assert {one.code for one in map(refused, filter(lambda o: not isinstance(o, Organisation), found))} == {
        Code.ORGANISATION_EXISTS
    }


async def test_it_is_changed_and_the_mail_address_stays_where_none_is_said(
    app: Pool, worker: Pool, play: Play
) -> None:
    await play.draft()
    first = await kept(app, play, email="a@b.fr", reference="r")
    await kept(app, play, name="Autre", reference="s")
    async with app.acquire() as connection:
        changed = await organisations.amend(
            connection, id=first.id, concertation=play.id, said=said("Metz", reference="r")
        )
        assert isinstance(changed, Organisation)
        assert changed.name == "Metz"
        taken = await organisations.amend(
            connection, id=first.id, concertation=play.id, said=said(reference="s")
        )
        assert refused(taken).code is Code.ORGANISATION_EXISTS
        unknown = await organisations.amend(connection, id=str(uuid4()), concertation=play.id, said=said())
        assert refused(unknown).code is Code.UNKNOWN_ORGANISATION
        elsewhere = await organisations.amend(connection, id=first.id, concertation=str(uuid4()), said=said())
        assert refused(elsewhere).code is Code.UNKNOWN_ORGANISATION
        assert await organisations.get(connection, str(uuid4()), first.id) is None
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.fetchval("SELECT email FROM organisation")
    assert await worker.fetchval("SELECT email FROM organisation WHERE name = 'Metz'") == "a@b.fr"


async def test_pages_by_name_repeat_and_hide_nothing_while_others_arrive(app: Pool, play: Play) -> None:
    await play.draft()
    names = ["Échirolles", "Metz", "Nancy", "eaubonne", "Œting", "Zuydcoote"]
    for name in names:
        await kept(app, play, name=name)
    seen: list[str] = []
    after = None
    async with app.acquire() as connection:
        while True:
            page = await organisations.page(connection, play.id, first=2, after=after)
            seen += [row.name for row in page.rows]
            if not page.more:
                break
            after = (page.rows[-1].sort_name, page.rows[-1].id)
            await kept(app, play, name=f"Aa{len(seen)}")  # before the page: it repeats nothing
        assert seen == ["eaubonne", "Échirolles", "Metz", "Nancy", "Œting", "Zuydcoote"]
        found = await organisations.page(connection, play.id, first=10, wanted=Wanted(name="ECHI"))
        assert [row.name for row in found.rows] == ["Échirolles"]
        assert found.total == 1
        none = await organisations.page(connection, play.id, first=10, wanted=Wanted(college="etat"))
        assert (none.rows, none.total) == ((), 0)
