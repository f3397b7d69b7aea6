"""Messages of clients in the protocol graphql-transport-ws: which are well-formed.

The protocol has whatever is not close the socket with 4400 (PROTOCOL.md of graphql-ws, "Invalid message").
"""

from contextlib import suppress
from typing import Any

from server.asked import FormRefused, identifier


def fault_of(message: Any) -> str:
    """Say what is wrong with a message, in few words; nothing if it is one of the protocol."""
    if not isinstance(message, dict):
        return "A message is an object"
    payload = message.get("payload")
    match message.get("type"):
        case "connection_init" | "ping" | "pong":
            return "" if isinstance(payload, dict | None) else "The payload is an object, or nothing"
        case "subscribe":
            return _fault_of_id(message) or _fault_of_request(payload)
        case "complete":
            return _fault_of_id(message)
        case _:
            return "Unknown type of message"


def identifier_of(message: Any) -> str | None:
    """Give what identifies the document of a `subscribe` that has an id and no text; nothing for all others."""
    if isinstance(message, dict) and message.get("type") == "subscribe" and not _fault_of_id(message):
        payload = message.get("payload")
        if isinstance(payload, dict) and payload.get("query") is None:
            with suppress(FormRefused):
                return identifier(payload)
    return None


def _fault_of_id(message: dict[str, Any]) -> str:
    return (
        "" if isinstance(message.get("id"), str) and message["id"] else "The id is a text that is not empty"
    )


def _fault_of_request(payload: Any) -> str:
    if not isinstance(payload, dict) or not isinstance(payload.get("query"), str) or not payload["query"]:
        return "The payload has a query, a text that is not empty"
    if not isinstance(payload.get("operationName"), str | None):
        return "The operationName is a text, or nothing"
    if not all(isinstance(payload.get(name), dict | None) for name in ("variables", "extensions")):
        return "variables and extensions are objects, or nothing"
    return ""
