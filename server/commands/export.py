"""`concertation export contributions|archive|schema`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from server.errors import CommandFailed
from server.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from store.pool import Connection

TEXTS = {
    "fr": {
        "unknown": "La concertation {concertation} n’existe pas. Rien n’a été écrit.",
        "nothing": "Aucune étape ne correspond, ou aucune n’est encore publique. Rien n’a été écrit.",
        "done": "{count} lignes écrites dans {file}.",
        "writing": "écriture",
        "archived": "Archive écrite dans {file} : {count} contributions, {events} événements, empreinte {digest}.",
    },
    "en": {
        "unknown": "There is no concertation {concertation}. Nothing was written.",
        "nothing": "No stage is meant by this, or none is public yet. Nothing was written.",
        "done": "{count} lines written to {file}.",
        "writing": "writing",
        "archived": "Archive written to {file}: {count} contributions, {events} events, digest {digest}.",
    },
}


class NotExported(CommandFailed):
    """There is nothing to export."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    whats = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    contributions = whats.add_parser("contributions", help="contributions as CSV or JSON Lines")
    _concerned(contributions)
    contributions.add_argument("--stage", metavar="KEY", help="this stage only")
    contributions.add_argument("--round", type=int, metavar="N", help="this round only")
    contributions.add_argument("--format", choices=("csv", "jsonl"), default="csv", help="default: csv")
    _variant(contributions)
    contributions.add_argument("--output", type=Path, metavar="FILE", help="default: standard output")
    archive = whats.add_parser("archive", help="a whole concertation, to be restored elsewhere")
    _concerned(archive)
    archive.add_argument(
        "--output", type=Path, metavar="FILE", required=True, help="a ZIP file, not there yet"
    )
    schema = whats.add_parser("schema", help="the Table Schema of an export")
    _variant(schema)
    for one in whats.choices.values():
        one.add_argument("--data-dir", default=argparse.SUPPRESS, help=argparse.SUPPRESS)  # after WHAT, too


def _concerned(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--concertation", required=True, metavar="SLUG", help="its name in addresses, or its id"
    )
    parser.add_argument(
        "--lang", choices=TEXTS, help="language of the texts (default: CONCERTATION_LANGUAGE)"
    )


def _variant(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--variant",
        choices=("public", "complete"),
        default="public",
        help="public: nothing that tells who spoke, public stages alone (default); complete: all that is kept",
    )


async def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Export; progress on standard error."""
    if arguments.what == "schema":
        from domain.interchange.columns import Variant
        from domain.interchange.table_schema import table_schema

        print(json.dumps(table_schema(Variant(arguments.variant)), indent=2, ensure_ascii=False))
        return 0
    from server.embedded.standing import looking_into

    said = TEXTS[arguments.lang or (settings.language if settings.language in TEXTS else "fr")]
    async with looking_into(settings, "export") as connection:
        concertation = await _named(connection, arguments.concertation, said)
        if arguments.what == "archive":
            await _archive(arguments, connection, concertation, said)
        else:
            await _contributions(arguments, connection, concertation, said)
    return 0


async def _named(connection: Connection, name: str, said: dict[str, str]) -> str:
    from store.concertations import get_by_slug, process
    from store.identifiers import parse

    if parse(name) is not None and await process(connection, name.lower()) is not None:
        return name.lower()
    found = await get_by_slug(connection, name)
    if found is None:
        raise NotExported(said["unknown"].format(concertation=name))
    return found.id


async def _contributions(
    arguments: argparse.Namespace, connection: Connection, concertation: str, said: dict[str, str]
) -> None:
    from domain.interchange.columns import Form, Variant
    from server.whole_file import whole_file
    from store.exporting import Asked, export

    asked = Asked(
        concertation=concertation,
        variant=Variant(arguments.variant),
        form=Form(arguments.format),
        round=arguments.round,
        stage=arguments.stage,
    )
    async with export(connection, asked) as exported:
        if not exported.parts:
            raise NotExported(said["nothing"])
        file = whole_file(arguments.output) if arguments.output else nullcontext(sys.stdout.buffer)
        with file as sink, progress(said["writing"], exported.size) as done:
            count = 0
            async for piece, rows in exported.pieces:
                sink.write(piece)
                count += rows
                done(count)
            sink.flush()
    print(
        said["done"].format(count=count, file=arguments.output or "-"),
        file=sys.stdout if arguments.output else sys.stderr,
    )


async def _archive(
    arguments: argparse.Namespace, connection: Connection, concertation: str, said: dict[str, str]
) -> None:
    from server.archive_file import write_archive
    from server.whole_file import whole_file
    from store.archiving import archive

    with ExitStack() as stack:
        sink: BinaryIO = stack.enter_context(whole_file(arguments.output))
        async with archive(connection, concertation) as archived:
            done = stack.enter_context(progress(said["writing"], archived.size))
            manifest = await write_archive(sink, archived, done)
    print(
        said["archived"].format(
            file=arguments.output, count=archived.size, events=manifest["seq"], digest=manifest["head"]
        )
    )


@contextmanager
def progress(label: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show on a terminal how far it is: call it with what is done so far."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty()) as shown:
        task = shown.add_task(label, total=total)
        yield lambda count: shown.update(task, completed=count)
