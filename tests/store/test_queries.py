"""The typed queries that the API reads with."""

from typing import Any
from uuid import uuid4

import pytest

from domain import acts
from domain.acts import Body
from domain.digests import digest
from domain.process import Phase
from domain.refusals import Code, Refusal
from store import bodies, concertations, ledger, people, procedures
from store.identifiers import derived, parse
from store.pool import Pool
from tests.store.stage import Play, procedure, refused

pytestmark = pytest.mark.postgres


async def test_the_list_goes_from_the_newest_to_the_oldest_by_pages(play: Play, app: Pool) -> None:
    plays = [Play(play.worker, play.clock) for _ in range(5)]
    for number, one in enumerate(plays):
        await one.draft(slug=f"essai-{number}")
    async with app.acquire() as connection:
        found: list[str] = []
        place, more = None, True
        while more:
            page = await concertations.page(connection, first=2, after=place, sees_drafts=True)
            assert page.total == 5
            found += [row.slug for row in page.rows]
            last = page.rows[-1]
            place, more = concertations.Place(created_at=last.created_at, id=last.id), page.more
        assert found == [f"essai-{number}" for number in (4, 3, 2, 1, 0)]


async def test_drafts_are_listed_for_their_members_alone(play: Play, app: Pool) -> None:
    await play.draft(slug="a")
    other = Play(play.worker, play.clock)
    await other.launch(slug="b")

    async def listed(**more: Any) -> set[str]:
        async with app.acquire() as connection:
            page = await concertations.page(connection, first=10, **more)
            assert page.total == len(page.rows)
            return {row.slug for row in page.rows}

    assert await listed() == {"b"}
    assert await listed(viewer="p0") == {"b"}
    assert await listed(viewer="coordinator") == {"a", "b"}
    assert await listed(sees_drafts=True, phases=["draft"]) == {"a"}
    assert await listed(member="p0") == {"b"}


async def test_a_concertation_is_found_by_id_and_slug_and_by_nothing_else(play: Play, app: Pool) -> None:
    await play.draft()
    async with app.acquire() as connection:
        row = await concertations.get(connection, play.id)
        assert row is not None
        assert row == await concertations.get_by_slug(connection, "essai")
        assert (row.phase, row.procedure, row.title) == (Phase.DRAFT, "essai", {"fr": "Essai"})
        process = await concertations.process(connection, play.id.upper())
        assert process is not None
        by_slug = await concertations.process_by_slug(connection, "essai")
        assert by_slug is not None
        assert by_slug.process == process
        assert by_slug.at.tzinfo is not None
        for wrong in ("", "x", str(uuid4()), "\x00", "\ud800", play.id + "0"):
            assert await concertations.get(connection, wrong) is None
            assert await concertations.process(connection, wrong) is None
            assert await concertations.get_by_slug(connection, wrong) is None
            assert await concertations.process_by_slug(connection, wrong) is None


async def test_the_reconciler_is_told_what_is_not_over(play: Play) -> None:
    await play.draft()
    other = Play(play.worker, play.clock)
    await other.launch(slug="b")
    both = sorted([play.id, other.id])
    assert await concertations.running(play.worker) == both
    assert await concertations.running(play.worker, after=both[0]) == both[1:]
    await other.do(acts.Abandon(reason="Retrait du projet"))
    assert await concertations.running(play.worker) == [play.id]


async def test_the_ledger_is_read_by_pages_after_a_number(play: Play, app: Pool) -> None:
    events = await play.draft()
    async with app.acquire() as connection:
        page = await ledger.page(connection, play.id, reader="coordinator", first=1)
        assert [row.event for row in page.rows] == list(events[:1])
        assert (page.more, page.total) == (len(events) > 1, len(events))
        kinds = await ledger.page(
            connection, play.id, reader="coordinator", first=5, kinds=["member_enrolled"]
        )
        assert {row.kind for row in kinds.rows} == {"member_enrolled"}
        assert kinds.total == len(kinds.rows)
        first, *others = await ledger.after(connection, play.id, 0, reader="coordinator")
        assert first.previous == "0" * 64
        assert all(b.previous == a.hash for a, b in zip([first, *others], others, strict=False))
        assert await ledger.get(connection, play.id, 1, reader="coordinator") == first
        assert await ledger.get(connection, play.id, 99, reader="coordinator") is None
        assert await ledger.after(connection, "x", 0, reader=None) == []


async def test_a_version_of_a_procedure_is_published_once(app: Pool) -> None:
    async with app.acquire() as connection:
        first = await procedures.publish(connection, procedure(), "m")
        assert not isinstance(first, Refusal)
        assert first.definition == procedure()
        assert await procedures.publish(connection, procedure(), "someone else") == first
        other = await procedures.publish(connection, procedure(label="Autre"), "m")
        assert refused(other).code is Code.PROCEDURE_VERSION_EXISTS
        second = await procedures.publish(connection, procedure(version=2), "m")
        assert await procedures.get(connection, "essai") == second
        assert await procedures.get(connection, "essai", 1) == first
        assert await procedures.get(connection, "essai", 3) is None
        for wrong in ("", "\x00", "autre"):
            assert await procedures.get(connection, wrong) is None
        assert await procedures.get(connection, "essai", 2**40) is None


async def test_procedures_are_listed_in_their_latest_version_or_in_all(app: Pool) -> None:
    async with app.acquire() as connection:
        for name, version in (("b", 1), ("b", 2), ("a", 1), ("c", 3)):
            await procedures.publish(connection, procedure(id=name, version=version), "m")
        latest = await procedures.page(connection, first=2)
        assert [(row.id, row.version) for row in latest.rows] == [("a", 1), ("b", 2)]
        assert (latest.more, latest.total) == (True, 3)
        rest = await procedures.page(connection, first=2, after=procedures.Place(id="b", version=2))
        assert [(row.id, row.version) for row in rest.rows] == [("c", 3)]
        every = await procedures.page(
            connection, first=9, latest_only=False, after=procedures.Place(id="b", version=2)
        )
        assert [(row.id, row.version) for row in every.rows] == [("b", 1), ("c", 3)]
        assert every.total == 4


async def test_a_body_is_kept_under_the_id_that_its_command_makes_again(app: Pool, play: Play) -> None:
    named = derived("m", "key", "opinion")
    assert named == derived("m", "key", "opinion") != derived("m", "key", "other")
    async with app.acquire() as connection:

        async def put(text: str) -> Body | Refusal:
            content = bodies.tidied({"fr": text}, ("text",))
            assert not isinstance(content, Refusal)
            return await bodies.put(connection, id=named, kind="opinion", content=content, author="m")

        body = await put("Avis favorable\r\n")
        assert body == Body(id=named, digest=digest({"fr": "Avis favorable"}))
        assert await put(" Avis favorable") == body
        assert refused(await put("Avis défavorable")).code is Code.IDEMPOTENCY_KEY_REUSED
        assert await bodies.texts(connection, [named], reader="m", concertations=()) == {}
    kept = await bodies.get(play.worker, named)
    assert kept is not None
    assert (kept.content, kept.kind, kept.author) == ({"fr": "Avis favorable"}, "opinion", "m")
    assert await bodies.get_many(play.worker, ["x", str(uuid4()), named]) == {named: kept}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ({}, Code.TEXT_EMPTY),
        ({"fr": " "}, Code.TEXT_EMPTY),
        ({"fr": "a\x00"}, Code.TEXT_INVALID),
        ({"\ud800": "a"}, Code.TEXT_INVALID),
        ({"fr": "a" * 300_000, "en": "a" * 300_000}, Code.TEXT_TOO_LONG),
        ("", Code.TEXT_EMPTY),
    ],
)
def test_a_body_that_is_no_text_is_refused(content: dict[str, str] | str, code: Code) -> None:
    assert refused(bodies.tidied(content, ("text",))).code is code


async def test_people_are_named_once_in_one_place(app: Pool, play: Play) -> None:
    await people.put_new(play.worker, {"a": "Awa Diallo", "b": "Benoît Le Goff"})
    await people.put_new(play.worker, {"a": "Awa Diallo-Martin"})
    async with app.acquire() as connection:
        await people.keep(connection, "a", "Une autre")
        await people.keep(connection, "c", "Claude Martin")
    found = await people.get_many(play.worker, ["a", "b", "c", "d"])
    assert {m: p.display_name for m, p in found.items()} == {
        "a": "Awa Diallo",
        "b": "Benoît Le Goff",
        "c": "Claude Martin",
    }


@pytest.mark.parametrize("text", ["", "x", "{00000000-0000-4000-8000-000000000000}", "0" * 32, "\x00"])
def test_an_identifier_is_read_in_its_usual_form_alone(text: str) -> None:
    assert parse(text) is None
