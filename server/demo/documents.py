"""The documents that the demonstration sends: graphql/operations, one file per operation, named after it."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import server

#: In a clone, and in an installed wheel, which carries a copy.
_FOLDERS = (
    Path(server.__file__).parents[1] / "graphql" / "operations",
    Path(__file__).with_name("operations"),
)


@cache
def document(operation: str) -> str:
    """Give the GraphQL text of an operation.

    Raises:
        FileNotFoundError: there is no such document.
    """
    for folder in _FOLDERS:
        file = folder / f"{operation}.graphql"
        if file.is_file():
            return file.read_text("utf-8")
    raise FileNotFoundError(f"{operation}.graphql is in none of {', '.join(map(str, _FOLDERS))}")


def documents() -> Iterator[str]:
    """Give the texts of all operations."""
    folder = next(folder for folder in _FOLDERS if folder.is_dir())
    for file in sorted(folder.glob("*.graphql")):
        yield file.read_text("utf-8")
