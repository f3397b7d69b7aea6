"""What an act, a fact or a procedure writes of itself: a field that joins later is written only where it is set."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import pytest
from pydantic import BaseModel, TypeAdapter
from pydantic.fields import FieldInfo

from domain.acts import Act, Body
from domain.digests import canonical
from domain.events import Fact
from domain.notation import UNSET, Span

KEPT = Path(__file__).with_name("written_fields.json")
"""By name of the type: the fields that it has always written. Ledgers and logs of commands hold their digests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    name: str
    link: Annotated[Body | None, UNSET] = None
    notice: Annotated[Span | None, UNSET] = None
    seats: Annotated[int | None, UNSET] = None


class Rule(BaseModel):
    name: str
    notice: Annotated[Span | None, UNSET] = None


@pytest.mark.parametrize("kind", [Room, Rule])
def test_a_field_that_is_unset_is_not_written_and_is_read_as_unset(kind: Any) -> None:
    adapter: TypeAdapter[Any] = TypeAdapter(kind)
    plain = kind(name="A")
    assert canonical(adapter.dump_python(plain, mode="json")) == b'{"name":"A"}'
    assert adapter.validate_json('{"name":"A"}') == plain
    assert adapter.validate_json('{"name":"A","notice":null}') == plain
    full = kind(name="A", notice=timedelta(0))
    assert canonical(adapter.dump_python(full, mode="json")) == b'{"name":"A","notice":"PT0S"}'
    assert adapter.validate_json(adapter.dump_json(full)) == full


def test_what_is_false_or_nothing_but_set_is_written() -> None:
    assert TypeAdapter(Room).dump_python(Room(name="A", seats=0)) == {"name": "A", "seats": 0}


def types_in(annotation: Any) -> Iterator[type]:
    """Give the dataclasses and models that an annotation is made of."""
    if get_origin(annotation) is not None:
        for part in get_args(annotation):
            yield from types_in(part)
    elif isinstance(annotation, type) and (is_dataclass(annotation) or issubclass(annotation, BaseModel)):
        yield annotation


def vanishes(annotation: Any) -> bool:
    """Say whether a field is left out where it is unset."""
    return any(isinstance(part, FieldInfo) and part.exclude_if is not None for part in get_args(annotation))


def always_written() -> dict[str, list[str]]:
    """Give the fields that acts, facts and all that they are made of write, whatever is in them."""
    found: dict[str, list[str]] = {}
    met: set[Any] = set()
    coming: list[Any] = [*types_in(Act), *types_in(Fact)]
    while coming:
        kind = coming.pop()
        if kind in met:
            continue
        assert kind.__name__ not in found, f"two types are called {kind.__name__}"
        met.add(kind)
        hints = get_type_hints(kind, include_extras=True)
        names = list(kind.model_fields) if issubclass(kind, BaseModel) else [f.name for f in fields(kind)]
        found[kind.__name__] = sorted(name for name in names if not vanishes(hints[name]))
        coming += (other for name in names for other in types_in(hints[name]))
    return found


def test_no_act_no_fact_and_no_part_of_a_procedure_writes_more_or_less_than_it_always_did() -> None:
    """A repeated command would be told that its key was another's, and a procedure would lose its digest.

    A type that joins is not in the file, and free; with a release it goes there.
    """
    now = always_written()
    for name, written in json.loads(KEPT.read_text(encoding="utf-8")).items():
        assert now[name] == written, name
