"""Media types of requests and answers."""

import pytest

from server.media_types import GRAPHQL, JSON, answered_as, is_json


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (None, JSON),
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        ("application/json", JSON),
        (GRAPHQL, GRAPHQL),
        ("Application/GraphQL-Response+JSON", GRAPHQL),
        (f"{GRAPHQL}, */*", GRAPHQL),
        (f"{GRAPHQL}; charset=utf-8, application/json; charset=utf-8", GRAPHQL),
        (f"{GRAPHQL};charset=utf-8,application/json;q=0.9", GRAPHQL),
        (f"application/json, {GRAPHQL};q=0.5", JSON),
        (f"{GRAPHQL};q=0, */*", JSON),
        (f"{GRAPHQL};q=0.2, application/json;q=0.1", GRAPHQL),
        ("application/json;q=0, */*;q=0.1", GRAPHQL),
        ("multipart/mixed, application/graphql-response+json, application/json", GRAPHQL),
        ("text/html", None),
        ("application/json;q=0", None),
        ("application/json; charset=iso-8859-1", None),
        ("application/json; q=a", None),
        ("application/json; q=nan", None),
        ("x" * 5000, None),
    ],
)
def test_the_answer_has_the_type_that_is_liked_best(accept: str | None, kind: str | None) -> None:
    assert answered_as(accept) == kind


@pytest.mark.parametrize(
    ("content_type", "json"),
    [
        ("application/json", True),
        ("application/json;charset=UTF-8", True),
        ('APPLICATION/JSON; charset="utf-8"', True),
        ("application/json; charset=utf-16", False),
        ("application/jsonl", False),
        ("text/plain", False),
        ("application/x-www-form-urlencoded", False),
        ("", False),
    ],
)
def test_bodies_are_json_in_utf8(content_type: str, json: bool) -> None:
    assert is_json(content_type) is json
