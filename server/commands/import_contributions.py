"""`concertation import contributions`: forms typed or scanned elsewhere, entered in the name of a clerk."""

from __future__ import annotations

import argparse
import csv
import sys
from contextlib import AsyncExitStack, ExitStack
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from server.commands.import_people import NotImported, lines_of, named, opened
from server.commands.line_report import FileNotRead, LineReport
from server.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from domain.interchange.forms import FormLine
    from domain.process import Process
    from server.files.scans_folder import ScansFolder
    from store.importing_contributions import Entered
    from store.pool import Connection

TEXTS = {
    "fr": {
        "counts": "{new} nouvelles, {unchanged} déjà saisies, {bad} lignes en défaut.",
        "kept": "Importé.",
        "kept_but": "Importé, sauf les lignes en défaut. Corrigez-les et relancez : ce qui est importé ne "
        "change plus.",
        "nothing": "Rien n’a été importé. Corrigez les lignes en défaut, ou importez les autres avec --good-lines.",
        "dry": "Essai à blanc : rien n’a été importé.",
        "unknown": "La concertation {concertation} n’existe pas.",
        "stage": "L’étape {stage} n’est pas un appel à contributions de cette concertation. Il y a : {stages}.",
        "not_allowed": "{member} n’y est pas agent de saisie. Rien n’a été modifié.",
        "too_many": "Au-delà de {most} lignes, un fichier s’importe avec --good-lines, par lots : la clôture de "
        "l’étape ne peut pas attendre plus longtemps. Rien n’a été importé.",
        "reading": "lecture",
        "away": "Le lieu de garde des fichiers ou l’antivirus ne répond pas ({why}). Relancez la même commande : ce "
        "qui est importé ne change plus.",
    },
    "en": {
        "counts": "{new} new, {unchanged} entered before, {bad} lines at fault.",
        "kept": "Imported.",
        "kept_but": "Imported, but for the lines at fault. Correct them and start again: what is imported stays.",
        "nothing": "Nothing was imported. Correct the lines at fault, or import the others with --good-lines.",
        "dry": "Dry run: nothing was imported.",
        "unknown": "There is no concertation {concertation}.",
        "stage": "The stage {stage} is no call for input of this concertation. There are: {stages}.",
        "not_allowed": "{member} is no clerk of it. Nothing was changed.",
        "too_many": "Beyond {most} lines a file is imported with --good-lines, in batches: the closing of the "
        "stage cannot wait any longer. Nothing was imported.",
        "reading": "reading",
        "away": "The place for files or the virus scanner does not answer ({why}). Start the same command again: what "
        "is imported stays.",
    },
}


def options(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("file", help="CSV (UTF-8, or what spreadsheets save), or JSON Lines (.jsonl)")
    parser.add_argument(
        "--concertation", required=True, metavar="SLUG", help="its name in addresses, or its id"
    )
    parser.add_argument(
        "--as", dest="member", required=True, metavar="MEMBER",
        help="pseudonymous id of the clerk in whose name it is done",
    )  # fmt: skip
    parser.add_argument("--stage", required=True, metavar="KEY", help="the call for input that is answered")
    parser.add_argument("--round", type=int, metavar="N", help="its round (default: the current one)")
    parser.add_argument(
        "--channel", choices=("paper", "counter", "phone", "hearing"), help="of lines that name none"
    )
    parser.add_argument("--batch", metavar="ID", help="the announced batch that they arrived in")
    parser.add_argument(
        "--scans", type=Path, metavar="FOLDER", help="where the scans lie that the column `scan` names"
    )
    extent = parser.add_mutually_exclusive_group()
    extent.add_argument("--dry-run", action="store_true", help="find all that is wrong, import nothing")
    extent.add_argument("--all-or-nothing", action="store_true", help="only if no line is at fault (default)")
    extent.add_argument(
        "--good-lines",
        action="store_true",
        help="leave out the lines at fault; goes on where it was broken off",
    )
    parser.add_argument("--report", type=Path, metavar="FILE", help="write all faults to a CSV file")
    parser.add_argument(
        "--receipts", type=Path, metavar="FILE", help="write the code of each receipt to a CSV file"
    )
    parser.add_argument(
        "--lang", choices=TEXTS, help="language of the texts (default: CONCERTATION_LANGUAGE)"
    )


async def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Import; exit code 1 if a line is at fault."""
    language = arguments.lang or (settings.language if settings.language in TEXTS else "fr")
    with ExitStack() as stack:
        report = LineReport(stack, arguments.report, language)
        source = opened(stack, arguments.file)
        receipts = _receipts(stack, arguments.receipts)
        found = await _import(arguments, settings, language, report, source, receipts)
        report.sum_up()
    said = TEXTS[language]
    print(said["counts"].format(new=found.new, unchanged=found.unchanged, bad=found.bad))
    if arguments.dry_run:
        print(said["dry"])
    elif not found.kept:
        print(said["nothing"])
    else:
        print(said["kept_but" if found.bad else "kept"])
    return 1 if found.bad else 0


async def _import(
    arguments: argparse.Namespace,
    settings: Settings,
    language: str,
    report: LineReport,
    source: BinaryIO,
    receipts: Callable[[FormLine, str, bool], None],
) -> Entered:
    from domain.interchange.extent import Extent
    from domain.interchange.forms import csv_forms, json_forms, questions
    from domain.loading import Unreadable
    from domain.procedure import Channel
    from domain.texts import text
    from server.embedded.standing import looking_into
    from server.files.scanning import ScannerAway
    from server.files.shelf import ShelfFault
    from store.concertations import process as process_of
    from store.entering_forms import Target
    from store.importing_contributions import MOST_TOGETHER, FormImport, TooManyTogether
    from store.questionnaires import kept_for

    said = TEXTS[language]
    encoding, digest = _looked_through(source, language)
    extent = (
        Extent.DRY_RUN if arguments.dry_run else Extent.GOOD_LINES if arguments.good_lines else Extent.ALL_OR_NOTHING
    )  # fmt: skip
    async with AsyncExitStack() as stack:
        connection, second = [await stack.enter_async_context(looking_into(settings, "import")) for _ in "12"]
        process = await process_of(connection, await named(connection, arguments.concertation, language))
        if process is None:
            raise NotImported(said["unknown"].format(concertation=arguments.concertation))
        await _check(connection, process, arguments, said)
        report.process = process
        kept = await kept_for(connection, process, arguments.stage)
        work = FormImport(
            connections=(connection, second),
            target=Target(
                process=process,
                round=arguments.round or process.runs[arguments.stage].round,
                stage=arguments.stage,
                by=arguments.member,
                questionnaire=kept.digest if kept else None,
                batch=arguments.batch,
                file=digest,
            ),
            extent=extent,
            scans=await _scans(stack, arguments, settings),
            tell=report.tell,
            receipt=receipts,
        )
        lines = lines_of(source, encoding, said["reading"])
        read = json_forms if arguments.file.lower().endswith((".jsonl", ".ndjson")) else csv_forms
        asked = questions(kept.questionnaire, kept.validator) if kept else None
        try:
            return await work.run(
                read(lines, asked, Channel(arguments.channel) if arguments.channel else None)
            )
        except Unreadable as fault:
            finding = fault.finding
            raise FileNotRead(text(f"finding.{finding.code}", (language,), **finding.args)) from fault
        except TooManyTogether as fault:
            raise NotImported(said["too_many"].format(most=MOST_TOGETHER)) from fault
        except (ShelfFault, ScannerAway) as fault:
            raise NotImported(said["away"].format(why=fault)) from fault


async def _scans(
    stack: AsyncExitStack, arguments: argparse.Namespace, settings: Settings
) -> ScansFolder | None:
    """Give what takes scans in, over a connection of its own: what it keeps is kept at once."""
    if arguments.scans is None:
        return None
    from server.embedded.standing import looking_into
    from server.files.scanning import scanner_of
    from server.files.scans_folder import ScansFolder, opened_folder
    from server.files.shelf import shelf_of

    return ScansFolder(
        stack.enter_context(opened_folder(arguments.scans)),
        await stack.enter_async_context(looking_into(settings, "import")),
        shelf_of(settings),
        scanner_of(settings),
        settings.files_folder / "incoming",
        settings.max_file_bytes,
        dry=arguments.dry_run,
    )


def _looked_through(source: BinaryIO, language: str) -> tuple[str, str]:
    """Give the encoding of a file, telling what there is to tell of it, and its digest."""
    from domain.csv_rows import encoding_of
    from domain.texts import text

    digest = sha256()

    def chunks() -> Any:
        while chunk := source.read(1 << 16):
            digest.update(chunk)
            yield chunk

    given = chunks()
    encoding, advice = encoding_of(given)
    for _ in given:
        pass  # what is no UTF-8 is known at once, but the digest is of all of it
    if advice is not None:
        print(text(f"finding.{advice.code}", (language,)), file=sys.stderr)
    return encoding, digest.hexdigest()


async def _check(
    connection: Connection, process: Process, arguments: argparse.Namespace, said: dict[str, str]
) -> None:
    from domain.procedure import Kind
    from domain.rights import Viewer, holds
    from store.clock import instant

    calls = [
        key
        for key, stage in process.stages.items()
        if stage.kind is Kind.CALL_FOR_INPUT and key in process.runs
    ]
    if arguments.stage not in calls:
        raise NotImported(said["stage"].format(stage=arguments.stage, stages=", ".join(calls) or "—"))
    now = await instant(connection)
    if not holds(Viewer(member=arguments.member), "record_contribution", process, now):
        raise NotImported(said["not_allowed"].format(member=arguments.member))


def _receipts(stack: ExitStack, path: Path | None) -> Callable[[FormLine, str, bool], None]:
    """Give what writes receipts: to be handed to whoever gave a form."""
    if path is None:
        return lambda form, code, fresh: None
    try:
        file = stack.enter_context(path.open("w", encoding="utf-8-sig", newline=""))
    except OSError as fault:
        raise FileNotRead(f"{path}: {fault.strerror}") from fault
    writer = csv.writer(file, delimiter=";")
    writer.writerow(("line", "reference", "receipt"))
    return lambda form, code, fresh: writer.writerow((form.line, form.reference or "", code))
