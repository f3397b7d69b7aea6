"""Media types: what requests and answers may be written in, by GraphQL over HTTP and RFC 9110."""

from functools import lru_cache

JSON = "application/json"
"""The type of requests; of answers, too, to clients that do not ask for the one of their own."""
GRAPHQL = "application/graphql-response+json"
"""The type of answers whose status code says what became of the request."""

_LOOKED_AT = 1_000
"""So many characters of a header count: browsers send some hundred."""


def is_json(content_type: str) -> bool:
    """Whether a body with this `Content-Type` is JSON in UTF-8, which it is unless it says otherwise."""
    return _is_json(content_type[:_LOOKED_AT])


def answered_as(accept: str | None) -> str | None:
    """Give the type that an answer to this `Accept` header has; nothing if none is acceptable.

    The one of the highest quality; of two alike, the one that GraphQL has for itself if its name is there, so that
    `*/*` and clients that say nothing get plain JSON.
    """
    return JSON if accept is None else _answered_as(accept[:_LOOKED_AT])


@lru_cache(256)
def _is_json(content_type: str) -> bool:
    kind, parameters = _split(content_type)
    return kind == JSON and _in_utf8(parameters)


@lru_cache(256)
def _answered_as(accept: str) -> str | None:
    given = {kind: quality for kind, quality in map(_quality, accept.split(",")) if quality is not None}
    if given.keys() <= {""}:
        return None if accept.strip(", ") else JSON
    any_type = given.get("application/*", given.get("*/*", 0.0))
    json, graphql = given.get(JSON, any_type), given.get(GRAPHQL, any_type)
    if not json and not graphql:
        return None
    return GRAPHQL if graphql > json or (graphql == json and GRAPHQL in given) else JSON


def _quality(part: str) -> tuple[str, float | None]:
    """Give a range of media types with its quality, from 0 to 1; without one if it cannot be served or read."""
    kind, parameters = _split(part)
    try:
        quality = float(parameters.get("q", "1"))
    except ValueError:
        return kind, None
    return kind, quality if _in_utf8(parameters) and 0 <= quality <= 1 else None


def _split(part: str) -> tuple[str, dict[str, str]]:
    kind, *parameters = (word.strip().lower() for word in part.split(";"))
    named = (parameter.partition("=") for parameter in parameters)
    return kind, {name.strip(): value.strip(' "') for name, _, value in named}


def _in_utf8(parameters: dict[str, str]) -> bool:
    return parameters.get("charset", "utf-8") in ("utf-8", "utf8")
