"""What a request asks, by POST or GET, in the parameters of GraphQL over HTTP: read strictly, and not executed."""

from enum import StrEnum
from typing import Any, NamedTuple
from urllib.parse import parse_qs

from server.bodies import BodyMalformed, Malformed, decode, refuse_nul

LONGEST_ADDRESS = 32_000
"""The longest query in an address, in bytes."""


class FormFault(StrEnum):
    """Why what came is no request. The sentences are in the catalogues, `form.<value>`."""

    HOST = "host"
    """There is no Host, several, or one that is no name."""
    MISDIRECTED = "misdirected"
    """Its Host is a name that this service does not answer to."""
    METHOD = "method"
    MUTATION_BY_GET = "mutation_by_get"
    SUBSCRIPTION = "subscription"
    """Over HTTP; sockets serve them."""
    NOT_ACCEPTABLE = "not_acceptable"
    """The client reads no type of answer that there is."""
    CONTENT_TYPE = "content_type"
    PREFLIGHT = "preflight"
    """It brings a cookie, and not the header that pages of other sites cannot send."""
    ORIGIN = "origin"
    """It brings a cookie, and no page of ours says that it sent it."""
    TOO_LONG = "too_long"
    """An address; bodies have faults of their own (server/bodies.py)."""
    QUERY = "query"
    OPERATION_NAME = "operation_name"
    VARIABLES = "variables"
    EXTENSIONS = "extensions"
    DOCUMENT_ID = "document_id"
    """What identifies a document is no text, or names another one than the text that came with it."""


class FormRefused(Exception):
    """What came is no request."""

    def __init__(self, fault: FormFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


class Asked(NamedTuple):
    """A document, the name of its operation that is wanted, and the values of its variables."""

    #: Empty where `document` alone says which.
    query: str
    operation: str | None
    variables: dict[str, Any] | None
    #: What identifies the document, where the client says so (server/trusted_documents.py).
    document: str | None = None


def asked_by_post(body: bytes) -> Asked:
    """Read a body.

    Raises:
        BodyMalformed, FormRefused: it is none of a request.
    """
    found = decode(body)
    if not isinstance(found, dict):
        raise BodyMalformed(Malformed.BATCH if isinstance(found, list) else Malformed.JSON)
    return _asked(found)


def asked_by_get(query_string: bytes) -> Asked:
    """Read the query of an address; an empty `operationName` is none.

    Raises:
        FormRefused: it is none of a request, or longer than `LONGEST_ADDRESS`.
    """
    if len(query_string) > LONGEST_ADDRESS:
        raise FormRefused(FormFault.TOO_LONG)
    try:
        given = parse_qs(query_string.decode("ascii"), errors="strict", max_num_fields=20)
    except ValueError:
        raise FormRefused(FormFault.QUERY) from None
    found: dict[str, Any] = {name: values[0] for name, values in given.items()}
    for name, fault in (("variables", FormFault.VARIABLES), ("extensions", FormFault.EXTENSIONS)):
        if name in found:
            found[name] = _decode(found[name], fault)
    try:
        refuse_nul(found)
    except BodyMalformed:
        raise FormRefused(FormFault.QUERY) from None
    return _asked(found)


def _asked(found: dict[str, Any]) -> Asked:
    query, operation, variables = found.get("query"), found.get("operationName"), found.get("variables")
    document = identifier(found)
    if not isinstance(query, str) or not query:
        if query is not None or document is None:
            raise FormRefused(FormFault.QUERY)
        query = ""
    if not isinstance(operation, str | None):
        raise FormRefused(FormFault.OPERATION_NAME)
    if not isinstance(variables, dict | None):
        raise FormRefused(FormFault.VARIABLES)
    if not isinstance(found.get("extensions"), dict | None):
        raise FormRefused(FormFault.EXTENSIONS)
    return Asked(query, operation, variables, document)


def identifier(found: dict[str, Any]) -> str | None:
    """Give what identifies the document of a request: `documentId`, or the `persistedQuery` of its extensions.

    Raises:
        FormRefused: it is no text.
    """
    given = found.get("documentId")
    if given is None:
        extensions = found.get("extensions")
        persisted = extensions.get("persistedQuery") if isinstance(extensions, dict) else None
        given = persisted.get("sha256Hash") if isinstance(persisted, dict) else persisted
    if not isinstance(given, str | None):
        raise FormRefused(FormFault.DOCUMENT_ID)
    return given


def _decode(data: str, fault: FormFault) -> Any:
    try:
        return decode(data)
    except BodyMalformed:
        raise FormRefused(fault) from None
