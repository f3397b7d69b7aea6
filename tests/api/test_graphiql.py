"""/graphiql: GraphiQL from the package, with examples of every role; only where the schema is shown."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from graphql import parse, validate
from starlette.applications import Starlette

from api.proving import ProvingSchema
from server.demo.documents import document
from server.graphiql_examples import examples
from server.graphiql_page import graphiql
from server.security_headers import GRAPHIQL
from server.tokens import DEMO_ROLES
from tests.api.house import House
from tests.fixtures.replicas import create_app


def browser(folder: Path) -> httpx.AsyncClient:
    app = Starlette(routes=graphiql(folder))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://127.0.0.1")


@pytest.fixture
def built(tmp_path: Path) -> Path:
    (tmp_path / "graphiql.js").write_text("start()")
    (tmp_path / "a.woff2").write_bytes(b"font")
    return tmp_path


async def test_the_page_loads_what_was_built_and_nothing_from_elsewhere(built: Path) -> None:
    async with browser(built) as http:
        page = await http.get("/graphiql", headers={"accept-language": "fr"})
        assert page.headers["content-security-policy"] == GRAPHIQL
        assert "unsafe" not in GRAPHIQL
        assert "://" not in page.text
        assert '<html lang="fr">' in page.text
        script = await http.get("/graphiql/graphiql.js")
        assert (script.text, script.headers["cache-control"]) == ("start()", "public, no-cache")
        again = await http.get("/graphiql/graphiql.js", headers={"if-none-match": script.headers["etag"]})
        assert again.status_code == 304
        for path in ("/graphiql/../app.py", "/graphiql/%2e%2e/app.py", "/graphiql/nothing.js"):
            assert (await http.get(path)).status_code == 404


@pytest.mark.parametrize(
    ("language", "said"), [("fr", "lancez « make graphiql »"), ("en", "run “make graphiql”")]
)
async def test_without_what_is_built_it_says_how_to_make_it(tmp_path: Path, language: str, said: str) -> None:
    async with browser(tmp_path / "nothing") as http:
        page = await http.get("/graphiql", headers={"accept-language": language})
        assert page.status_code == 404
        assert said in page.text


async def test_examples_are_the_projects_own_documents_with_a_line_in_both_languages(
    built: Path, schema: ProvingSchema
) -> None:
    async with browser(built) as http:
        given = (await http.get("/graphiql/examples.json")).json()
    assert given == list(examples())
    for role in given:
        assert not role["french"].startswith("role."), role
        assert len(role["operations"]) >= 2
        for example in role["operations"]:
            french, english, text = example["text"].split("\n", 2)
            assert (french, english) == (f"# {example['french']}", f"# {example['english']}")
            assert text == document(example["name"])
            assert validate(schema._schema, parse(example["text"])) == []


def test_every_role_of_the_demonstration_has_examples() -> None:
    assert {role["role"] for role in examples()} == {*DEMO_ROLES, "anybody"}


@pytest.mark.postgres
@pytest.mark.parametrize("shown", [True, False])
async def test_it_is_there_where_the_schema_is_shown(house: House, shown: bool) -> None:
    settings = house.settings.model_copy(update={"introspection": shown})
    app = create_app(settings, sender=house.sender)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://127.0.0.1") as http:
        for path in ("/graphiql/examples.json", "/schema.graphql"):
            assert (await http.get(path)).status_code == (200 if shown else 404)
