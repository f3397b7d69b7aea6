"""`concertation export contributions|archive|schema`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

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
        "files": "Contenus de fichiers : {count}, soit {bytes} octets.",
        "no_files": "Sans les contenus des {missing} fichiers : copiez-les à part.",
        "copying": "fichiers",
        "left_out": "Le contenu {digest} n’est plus à sa place, ou n’est plus celui qui a été reçu. ({why})",
        "incomplete": "{missing} contenus de fichiers n’ont pas pu être archivés ; tout le reste l’est. S’ils "
        "reviennent à leur place, archivez de nouveau.",
    },
    "en": {
        "unknown": "There is no concertation {concertation}. Nothing was written.",
        "nothing": "No stage is meant by this, or none is public yet. Nothing was written.",
        "done": "{count} lines written to {file}.",
        "writing": "writing",
        "archived": "Archive written to {file}: {count} contributions, {events} events, digest {digest}.",
        "files": "Contents of files: {count}, {bytes} bytes.",
        "no_files": "Without the contents of {missing} files: copy them apart.",
        "copying": "files",
        "left_out": "The content {digest} is not in its place any more, or not what was received. ({why})",
        "incomplete": "{missing} contents of files could not be archived; everything else is. If they come back to "
        "their place, archive again.",
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
    archive = whats.add_parser(
        "archive",
        help="a whole concertation, to be restored elsewhere (for the public: `concertation export-archive`)",
    )
    _concerned(archive)
    archive.add_argument(
        "--output", type=Path, metavar="FILE", required=True, help="a ZIP file, not there yet"
    )
    archive.add_argument(
        "--without-files", action="store_true", help="leave the contents of files out, to be copied apart"
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
            return await _archive(arguments, settings, connection, concertation, said)
        await _contributions(arguments, connection, concertation, said)
    return 0


async def _named(connection: Connection, name: str, said: dict[str, str]) -> str:
    from store.concertations import named

    found = await named(connection, name)
    if found is None:
        raise NotExported(said["unknown"].format(concertation=name))
    return found


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
    arguments: argparse.Namespace,
    settings: Settings,
    connection: Connection,
    concertation: str,
    said: dict[str, str],
) -> int:
    """Write an archive; 1 if a content of a file is missing."""
    from server.archive_writing import writing
    from server.files.shelf import shelf_of
    from server.whole_file import whole_file
    from store.archiving import archive

    def left_out(digest: str, why: str) -> None:
        print(said["left_out"].format(digest=digest, why=why), file=sys.stderr)

    with whole_file(arguments.output) as sink, writing(sink) as written:
        async with archive(connection, concertation) as archived:
            with progress(said["writing"], archived.size) as done:
                await written.rows(archived, done)
        if not arguments.without_files:
            with progress(said["copying"], len(written.contents)) as done:
                await written.files(shelf_of(settings), arguments.output.parent, left_out, done)
    manifest = written.manifest
    print(
        said["archived"].format(
            file=arguments.output, count=archived.size, events=manifest["seq"], digest=manifest["head"]
        )
    )
    if manifest["contents"] is None:
        print(said["no_files"].format(missing=len(written.contents)))
        return 0
    print(said["files"].format(**manifest["contents"]))
    if manifest["contents"]["missing"]:
        print(said["incomplete"].format(**manifest["contents"]))
    return 1 if manifest["contents"]["missing"] else 0


@contextmanager
def progress(label: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show on a terminal how far it is: call it with what is done so far."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty()) as shown:
        task = shown.add_task(label, total=total)
        yield lambda count: shown.update(task, completed=count)
