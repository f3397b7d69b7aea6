"""Connections with keyset cursors: a cursor names the last row seen, so nothing repeats or vanishes between pages."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from typing import Annotated, Any, Generic, TypeVar

import orjson
import strawberry
from strawberry import field

from api.faults import BadInput, InputFault

T = TypeVar("T")

PAGE, LARGEST_PAGE = 20, 100

First = Annotated[
    int | None,
    strawberry.argument(description="How many from the start, 100 at most; 20 if nothing is said."),
]
After = Annotated[str | None, strawberry.argument(description="Begin after this cursor.")]


def limit(first: int | None) -> int:
    """Read how many items a page has.

    Raises:
        BadInput: a number below 0.
    """
    if first is not None and first < 0:
        raise BadInput(InputFault.NEGATIVE, path=("first",))
    return min(PAGE if first is None else first, LARGEST_PAGE)


def cursor(position: Any) -> str:
    """Write a position (a JSON value) as a cursor. It holds nothing secret: forging one gains nothing."""
    return urlsafe_b64encode(orjson.dumps(position)).decode().rstrip("=")


def position(after: str | None, *shape: type) -> Any:
    """Read a cursor whose position is a value of this shape, or a list of values of these.

    Raises:
        BadInput: it is no cursor of this connection.
    """
    if after is None:
        return None
    try:
        found = orjson.loads(urlsafe_b64decode(after.encode("ascii") + b"=" * (-len(after) % 4)))
    except ValueError:
        found = None
    given = found if isinstance(found, list) else [found]
    if tuple(type(part) for part in given) != shape or isinstance(found, list) != (len(shape) > 1):
        raise BadInput(InputFault.CURSOR, path=("after",))
    return found


@strawberry.type(description="Where a page stands among all the items of its connection.")
class PageInfo:
    has_next_page: bool = field(description="Whether items follow this page.")
    has_previous_page: bool = field(description="Whether items come before this page.")
    start_cursor: str | None = field(description="The cursor of the first item, if there is one.")
    end_cursor: str | None = field(description="The cursor of the last item, if there is one.")


@strawberry.type(description="An item of a connection, with its cursor.")
class Edge(Generic[T]):
    cursor: str = field(description="The position of this item, to page on from it.")
    node: T = field(description="The item.")


@strawberry.type(description="A page of items, in a fixed order.")
class Connection(Generic[T]):
    edges: list[Edge[T]] = field(description="The items with their cursors.")
    page_info: PageInfo = field(description="Where the page stands.")
    total_count: int = field(description="The number of all items, whatever the page.")

    @field(description="The items alone.")
    def nodes(self) -> list[T]:
        return [edge.node for edge in self.edges]


def connection(items: Sequence[tuple[Any, T]], *, more: bool, total: int, after: str | None) -> Connection[T]:
    """Make a page of items, each with its position (a JSON value)."""
    edges = [Edge(cursor=cursor(place), node=item) for place, item in items]
    info = PageInfo(
        has_next_page=more,
        has_previous_page=after is not None,
        start_cursor=edges[0].cursor if edges else None,
        end_cursor=edges[-1].cursor if edges else None,
    )
    return Connection(edges=edges, page_info=info, total_count=total)


def connection_of_list(items: Sequence[tuple[str, T]], first: int | None, after: str | None) -> Connection[T]:
    """Make a page of what is in memory in a fixed order, items only ever being added at the end."""
    size, seen = limit(first), position(after, str)
    keys = [key for key, _ in items]
    start = keys.index(seen) + 1 if seen in keys else 0
    return connection(
        items[start : start + size], more=len(items) > start + size, total=len(items), after=after
    )
