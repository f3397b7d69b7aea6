"""GET /graphiql: GraphiQL, from the package itself, with examples by role. It loads nothing from anywhere else.

`make graphiql` builds what it loads (graphiql/); the package carries it. Shown where the schema is shown.
"""

from __future__ import annotations

from pathlib import Path

import orjson
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from domain.texts import language_of, negotiate
from server.graphiql_examples import examples
from server.security_headers import GRAPHIQL
from server.simple_page import simple_page

BUILT = Path(__file__).with_name("graphiql_built")
_KEPT = "public, no-cache"  # by browsers, and asked for again whether it is still the same
_PAGE = """\
<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Concertation · GraphiQL</title>
<link rel="stylesheet" href="/graphiql/graphiql.css">
</head>
<body>
<div id="graphiql"><p>{loading}</p></div>
<script type="module" src="/graphiql/graphiql.js"></script>
</body>
</html>
"""
_SAID = {
    "fr": (
        "GraphiQL n’est pas construit",
        "Installez Node.js 20 ou plus récent, puis lancez « make graphiql » dans le dossier du projet, et rechargez "
        "cette page. L’API elle-même répond à /graphql.",
        "GraphiQL a besoin de JavaScript.",
    ),
    "en": (
        "GraphiQL has not been built",
        "Install Node.js 20 or newer, run “make graphiql” in the folder of the project, and load this page again. The "
        "API itself answers at /graphql.",
        "GraphiQL needs JavaScript.",
    ),
}


class _Built(StaticFiles):
    """What was built."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Give a file; browsers keep it."""
        response = await super().get_response(path, scope)
        response.headers.setdefault("cache-control", _KEPT)
        return response


def graphiql(folder: Path = BUILT) -> list[BaseRoute]:
    """Give the routes of the page, of its examples, and of what it loads."""
    shown = orjson.dumps(list(examples()))

    async def page(request: Request) -> Response:
        language = language_of(negotiate(request.headers.get("accept-language")))
        heading, how, loading = _SAID[language]
        if not (folder / "graphiql.js").is_file():
            return simple_page(language, heading, [how], status=404)
        headers = {
            "content-security-policy": GRAPHIQL,
            "content-language": language,
            "vary": "accept-language",
        }
        return HTMLResponse(_PAGE.format(language=language, loading=loading), headers=headers)

    async def by_role(request: Request) -> Response:
        return Response(shown, headers={"cache-control": _KEPT}, media_type="application/json")

    return [
        Route("/graphiql", page),
        Route("/graphiql/examples.json", by_role),
        Mount("/graphiql", _Built(directory=folder, check_dir=False)),
    ]
