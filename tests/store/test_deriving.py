"""What follows from facts for readers is written with them, or not at all."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import pytest
import pytest_asyncio

from domain import acts, events
from domain.process import Process
from store import deriving
from store.ledger import Link
from store.pool import Connection
from store.replies import Accepted
from tests.store.stage import Play

pytestmark = pytest.mark.postgres


async def enrolments(connection: Connection, process: Process, links: Sequence[Link]) -> None:
    """Derive a list of who was enrolled, and as which fact."""
    assert process.seq >= links[-1].seq
    await connection.executemany(
        "INSERT INTO enrolment VALUES ($1, $2)", [(link.seq, link.event.fact.kind) for link in links]
    )


@pytest_asyncio.fixture
async def derived(play: Play, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    for fact in (events.MemberEnrolled, events.OrganisationAssigned):
        monkeypatch.setitem(deriving.DERIVATIONS, fact, enrolments)
    await play.worker.execute("CREATE TEMPORARY TABLE enrolment (seq bigint PRIMARY KEY, kind text)")
    yield
    await play.worker.execute("DROP TABLE enrolment")


async def test_rows_follow_from_the_facts_of_a_command_in_their_order(play: Play, derived: None) -> None:
    drafted = len(await play.draft())
    await play.worker.execute("TRUNCATE enrolment")
    await play.do(acts.AmendDraft(title={"fr": "Autre"}))
    members = tuple(acts.EnrolMember(member=name, college="locales") for name in "abc")
    await play.do(acts.EnrolMembers(members=members))
    await play.do(acts.AssignOrganisation(member="a", organisation="o"))
    rows = await play.worker.fetch("SELECT seq, kind FROM enrolment ORDER BY seq")
    assert [tuple(row) for row in rows] == [
        (drafted + 2, "member_enrolled"),
        (drafted + 3, "member_enrolled"),
        (drafted + 4, "member_enrolled"),
        (drafted + 5, "organisation_assigned"),
    ]


async def test_a_fault_in_deriving_leaves_no_fact(play: Play, derived: None) -> None:
    before = len(await play.draft())
    await play.worker.execute("ALTER TABLE enrolment ADD CHECK (kind = 'other') NOT VALID")
    command = play.command(acts.EnrolMember(member="a"))
    with pytest.raises(Exception, match="enrolment"):
        await play.ask(command)
    assert await play.worker.fetchval("SELECT count(*) FROM ledger") == before
    await play.worker.execute("ALTER TABLE enrolment DROP CONSTRAINT enrolment_kind_check")
    assert isinstance((await play.ask(command)).reply, Accepted)


async def test_facts_from_which_nothing_follows_ask_nothing_of_postgresql(play: Play) -> None:
    await play.draft()
    said: list[str] = []
    with play.worker.query_logger(lambda record: said.append(record.query)):
        await play.do(acts.EnrolMember(member="a"))
    assert len([query for query in said if query not in ("BEGIN;", "COMMIT;")]) == 2
