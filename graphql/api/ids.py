"""Global ids: what clients hold. They name a type and a key, and give nothing away that is not public."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from uuid import UUID

from strawberry import ID


def global_id(type_name: str, *keys: object) -> ID:
    """Give the global id of an object: URL-safe base64 of its type and keys."""
    text = f"{type_name}:{'/'.join(str(key) for key in keys)}"
    return ID(urlsafe_b64encode(text.encode()).decode().rstrip("="))


def read_global_id(value: str) -> tuple[str, tuple[str, ...]] | None:
    """Give the type and the keys that a global id names, or `None` when it is none."""
    try:
        raw = urlsafe_b64decode(value.encode("ascii") + b"=" * (-len(value) % 4))
        type_name, _, keys = raw.decode().partition(":")
    except ValueError:
        return None
    if not keys or len(value) > 500 or "\0" in keys:
        return None
    return type_name, tuple(keys.split("/"))


def key_of(value: str, type_name: str) -> str | None:
    """Give the last key of a global id of this type, or `None` when it names something else."""
    found = read_global_id(value)
    return found[1][-1] if found and found[0] == type_name else None


def concertation_key(value: str) -> str | None:
    """Give the UUID of the concertation that a global id names, or `None`. A plain UUID is one, too."""
    found = read_global_id(value)
    text = found[1][0] if found and found[0] == "Concertation" else value
    return uuid_text(text)


def uuid_text(value: str) -> str | None:
    """Give a UUID in its canonical form, or `None`."""
    try:
        return str(UUID(value))
    except ValueError:
        return None
