"""A life through the real application, with faults forced on the way: the log tells of the faults, and of nobody."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest
from pydantic import BaseModel

from server.telemetry.logs import formatter
from store import finding
from store.pool import Connection
from tests.api.house import House, document, pseudonym
from tests.api.stage import Stage
from tests.api.test_files import send, ticket
from tests.api.test_invitations import at_door, invite
from tests.api.test_organisations import register

pytestmark = pytest.mark.postgres

WHO = {
    "name": "Zénobie Quatrepoint",
    "mail": "zenobie.quatrepoint@exemple.fr",
    "street": "17 venelle des Ajoncs",
    "said": "Mon voisin du dessus est malade",
    "searched": "malade imaginaire",
    "file": "Certificat de Zénobie.pdf",
    "reported": "Il y a là le nom de ma mère",
    "alias": "zenobieQuatrepoint",
    "token": "bm9ib2R5LWtub3dzLXRoaXM",
    "address": "203.0.113.77",
    "secret": "swordfish",
}


class Kept(logging.Handler):
    """Keeps each record as the log has it, and as it would be without what the log leaves out."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []
        self.raw: list[str] = []
        self._formatter = formatter("api", as_json=True)

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self._formatter.format(record))
        self.raw.append(logging.Formatter().format(record) + str(record.__dict__))


@pytest.fixture
def kept() -> Iterator[Kept]:
    """Everything that any logger says, at every level."""
    handler, root = Kept(), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield handler
    root.setLevel(level)
    root.removeHandler(handler)


async def live(stage: Stage) -> list[str]:
    """Let somebody do what people do, some of it wrong; give what was told to them alone."""
    house = stage.house
    await stage.open()
    city = await register(stage)
    (issued,) = await invite(stage, organisationIds=[city["id"]])
    assert (await at_door(stage, "AcceptInvitation", "newcomer", code=issued["code"], name=WHO["name"]))[
        "accepted"
    ]
    await at_door(stage, "OpenInvitation", None, code="AAAA-BBBB-CCCC")
    await house.done_without_key(
        "SetContact", "citizen", email=WHO["mail"], postalAddress=[WHO["street"], "29200 BREST"]
    )
    sent = await stage.contribute("citizen", WHO["said"])
    await stage.refused("ALREADY_CONTRIBUTED", "SubmitContribution", "citizen", stage="appel", round=1,
                        body=WHO["said"], themes=["sante"])  # fmt: skip
    await house.post(
        f"query {WHO['alias']}($s: String!) {{ {WHO['alias']}: concertation(slug: $s) {{ id }} }}",
        {"s": WHO["name"]},
    )
    await house.ask(
        "Contributions", {"id": stage.id, "stage": "appel", "filter": {"search": WHO["searched"]}}
    )
    await house.http.post(
        "/graphql",
        json={"query": "{ serverTime }"},
        headers={"authorization": f"Bearer {WHO['token']}", "x-forwarded-for": WHO["address"]},
    )
    given = await ticket(stage, name=WHO["file"])
    await send(house, given["url"], b"no pdf " * 10)
    return [issued["code"], sent["receipt"]["code"], house.token("citizen"), given["url"]]


class _Aged(BaseModel):
    age: int


async def fail(house: House, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Force faults whose texts have what was said in them: of PostgreSQL, of pydantic, of whoever wrote the program."""

    async def misread(connection: Connection, *_: Any, **__: Any) -> None:
        await connection.execute("SELECT CAST(CAST($1 AS text) AS uuid)", WHO["name"])

    async def doubled(connection: Connection, *_: Any, **__: Any) -> None:
        await connection.execute("CREATE TEMP TABLE mail (address text PRIMARY KEY)")
        for _again in range(2):
            await connection.execute("INSERT INTO mail VALUES ($1)", WHO["mail"])

    async def unread(*_: Any, **__: Any) -> None:
        _Aged.model_validate({"age": WHO["said"]})

    async def broken(*_: Any, **__: Any) -> None:
        raise ValueError(f"the password of {WHO['name']} is {WHO['secret']}")

    asked = (
        f"query {WHO['alias']}($id: ID!, $f: ContributionFilter!) {{ {WHO['alias']}: concertation(id: $id) "
        '{ contributions(stage: "appel", filter: $f) { totalCount } } }'
    )
    for fault in (misread, doubled, unread, broken):
        with monkeypatch.context() as patch:
            patch.setattr(finding, "total", fault)
            given = {"id": stage.id, "f": {"search": WHO["searched"]}}
            answer = (await house.post(asked, given)).json()
            assert code(answer) == "INTERNAL", answer
            patch.setattr("store.committed_together._submit", fault)
            patch.setattr("api.mutations.contributing.submit_with_files", fault)
            place = {"concertationId": stage.id, "stage": "appel", "round": 1}
            given = {"input": {**place, "idempotencyKey": "k", "body": WHO["said"]}}
            answer = (await house.post(document("SubmitContribution"), given, "prefect")).json()
            assert code(answer) == "INTERNAL", answer
    assassin = await asyncpg.connect(house.settings.database("app"))
    await assassin.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE usename = current_user AND datname = current_database() AND pid <> pg_backend_pid()"
    )
    await assassin.close()
    await house.post("{ serverTime }")


async def test_whatever_happens_no_line_says_who_somebody_is_or_what_they_said(
    stage: Stage, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = await live(stage)
    await fail(stage.house, stage, monkeypatch)
    lines = [json.loads(line) for line in kept.lines]
    assert {line["code"] for line in lines if "code" in line} >= {"INTERNAL"}
    whole = "\n".join(kept.lines)
    for words in (*WHO.values(), *told, pseudonym("citizen")):
        assert words.lower() not in whole.lower()
        assert json.dumps(words)[1:-1] not in whole
    # The same records, written as they usually are, would have told: so there was something to leave out.
    raw = "\n".join(kept.raw)
    for what in ("name", "mail", "said", "secret"):
        assert WHO[what] in raw, what


def code(answer: Any) -> str | None:
    """Give the code of the first fault."""
    errors = answer.get("errors")
    found: str | None = errors[0]["extensions"]["code"] if errors else None
    return found
