"""`concertation import organisations|participants`."""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from server.commands.line_report import FileNotRead, LineReport
from server.errors import CommandFailed
from server.settings import Settings

if TYPE_CHECKING:
    from domain.process import Process
    from store.importing_people import Imported
    from store.pool import Connection

TEXTS = {
    "fr": {
        "counts": "{new} nouveaux, {changed} modifiés, {unchanged} inchangés, {bad} lignes en défaut.",
        "kept": "Importé.",
        "kept_but": "Importé, sauf les lignes en défaut. Corrigez-les et relancez : ce qui est importé ne change plus.",
        "nothing": "Rien n’a été importé. Corrigez les lignes en défaut, ou importez les autres avec --good-lines.",
        "dry": "Essai à blanc : rien n’a été importé.",
        "unknown": "La concertation {concertation} n’existe pas.",
        "not_allowed": "{member} n’y est pas coordinateur ou coordinatrice. Rien n’a été modifié.",
        "reading": "lecture",
    },
    "en": {
        "counts": "{new} new, {changed} changed, {unchanged} unchanged, {bad} lines at fault.",
        "kept": "Imported.",
        "kept_but": "Imported, but for the lines at fault. Correct them and start again: what is imported stays.",
        "nothing": "Nothing was imported. Correct the lines at fault, or import the others with --good-lines.",
        "dry": "Dry run: nothing was imported.",
        "unknown": "There is no concertation {concertation}.",
        "not_allowed": "{member} does not coordinate it. Nothing was changed.",
        "reading": "reading",
    },
}


class NotImported(CommandFailed):
    """There is nothing to import into, or nobody who may."""


def options(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments; `what` says what the lines are."""
    parser.add_argument("file", help="a CSV file; UTF-8, or what spreadsheets save (said if so)")
    parser.add_argument(
        "--concertation", required=True, metavar="SLUG", help="its name in addresses, or its id"
    )
    parser.add_argument(
        "--as", dest="member", required=True, metavar="MEMBER",
        help="pseudonymous id of the coordinator in whose name it is done",
    )  # fmt: skip
    extent = parser.add_mutually_exclusive_group()
    extent.add_argument("--dry-run", action="store_true", help="find all that is wrong, import nothing")
    extent.add_argument("--all-or-nothing", action="store_true", help="only if no line is at fault (default)")
    extent.add_argument("--good-lines", action="store_true", help="leave out the lines at fault")
    parser.add_argument("--report", type=Path, metavar="FILE", help="write all faults to a CSV file")
    parser.add_argument(
        "--lang", choices=TEXTS, help="language of the texts (default: CONCERTATION_LANGUAGE)"
    )


async def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Import; exit code 1 if a line is at fault."""
    language = arguments.lang or (settings.language if settings.language in TEXTS else "fr")
    with ExitStack() as stack:
        report = LineReport(stack, arguments.report, language)
        source = opened(stack, arguments.file)
        found = await _import(arguments, settings, language, report, source)
        report.sum_up()
    said = TEXTS[language]
    print(
        said["counts"].format(new=found.new, changed=found.changed, unchanged=found.unchanged, bad=found.bad)
    )
    if arguments.dry_run:
        print(said["dry"])
    elif not found.kept:
        print(said["nothing"])
    else:
        print(said["kept_but" if found.bad else "kept"])
    return 1 if found.bad else 0


def opened(stack: ExitStack, name: str) -> BinaryIO:
    """Open a file to be read; raises `FileNotRead`."""
    try:
        return stack.enter_context(Path(name).open("rb"))
    except (OSError, ValueError) as fault:
        raise FileNotRead(f"{name}: {getattr(fault, 'strerror', None) or 'cannot be read'}") from fault


async def _import(
    arguments: argparse.Namespace, settings: Settings, language: str, report: LineReport, source: BinaryIO
) -> Imported:
    from domain.csv_rows import encoding_of
    from domain.interchange.extent import Extent
    from domain.loading import Unreadable
    from domain.organisations import lists
    from domain.texts import text
    from server.embedded.standing import looking_into
    from store.importing_people import begin

    encoding, advice = encoding_of(iter(lambda: source.read(1 << 16), b""))
    if advice is not None:
        print(text(f"finding.{advice.code}", (language,)), file=sys.stderr)
    extent = (
        Extent.DRY_RUN if arguments.dry_run else Extent.GOOD_LINES if arguments.good_lines else Extent.ALL_OR_NOTHING
    )  # fmt: skip
    async with looking_into(settings, "import") as connection:
        concertation = await named(connection, arguments.concertation, language)
        work = await begin(connection, concertation, by=arguments.member, extent=extent, tell=report.tell)
        if work is None:
            raise NotImported(TEXTS[language]["unknown"].format(concertation=arguments.concertation))
        await _require_coordinator(connection, work.process, arguments.member, language)
        report.process = work.process
        procedure = work.process.procedure
        colleges = {college.id for college in procedure.colleges} if procedure else set()
        lines = lines_of(source, encoding, TEXTS[language]["reading"])
        try:
            if arguments.what == "organisations":
                return await work.organisations(lists.organisations(lines, colleges))
            return await work.participants(lists.participants(lines, colleges))
        except Unreadable as fault:
            finding = fault.finding
            raise FileNotRead(text(f"finding.{finding.code}", (language,), **finding.args)) from fault


async def named(connection: Connection, name: str, language: str) -> str:
    """Give the id of a concertation by its slug or id; raises `NotImported`."""
    from store.concertations import get_by_slug
    from store.identifiers import parse

    if parse(name) is not None:
        return name.lower()
    found = await get_by_slug(connection, name)
    if found is None:
        raise NotImported(TEXTS[language]["unknown"].format(concertation=name))
    return found.id


async def _require_coordinator(connection: Connection, process: Process, member: str, language: str) -> None:
    from domain.rights import WHOLE, Viewer, holds
    from store.clock import instant

    now = await instant(connection)
    if not holds(Viewer(member=member), "enrol_members", process, now, WHOLE):
        raise NotImported(TEXTS[language]["not_allowed"].format(member=member))


def lines_of(source: BinaryIO, encoding: str, label: str) -> Iterator[str]:
    """Give the lines of a file, and show on a terminal how far it is read."""
    from rich.console import Console
    from rich.progress import Progress

    size = source.seek(0, io.SEEK_END)
    source.seek(0)
    with Progress(console=Console(stderr=True), disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task(label, total=size)
        # What Windows-1252 leaves open is no reason to stop: such a sign shows in the name that has it.
        with io.TextIOWrapper(source, encoding, errors="replace", newline="") as lines:
            for number, line in enumerate(lines):
                if number % 200 == 0:
                    progress.update(task, completed=source.tell())
                yield line
        progress.update(task, completed=size)
