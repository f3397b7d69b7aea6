"""`concertation import archive`: what `concertation export archive` wrote, where there is none of it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from server.errors import CommandFailed
from server.settings import Settings

if TYPE_CHECKING:
    from server.archive_file import ArchiveFile
    from server.archived_files import FilesBack
    from store.pool import Connection

TEXTS = {
    "fr": {
        "reading": "lecture",
        "done": "La concertation {slug} est rétablie : {count} contributions, {events} événements. Journal, "
        "feuilles et sceaux ont été recalculés et sont exacts. `concertation reconcile` la remet en marche.",
        "not_empty": "Cette installation a déjà une concertation « {name} ». Une archive n’est rétablie que là "
        "où il n’y en a pas. Rien n’a été modifié.",
        "of_another": "Une ligne de cette archive existe déjà ici sous une autre forme ({name}). Rétablissez "
        "l’archive dans une installation vide.",
        "contribution": "La contribution {name} n’est pas celle dont l’empreinte a été prise. Ce qui est "
        "rétabli jusqu’ici reste invisible.",
        "ledger": "Le journal de l’archive est altéré à partir de la ligne {name}. Rien n’en est visible.",
        "procedure": "La procédure {name} a ici un autre contenu. Rien n’est visible de l’archive.",
        "seal": "Les contributions de « {name} » (tour/étape) ne donnent pas la racine scellée. Rien n’en est "
        "visible.",
        "unreadable": "L’archive contient ce que cette version ne sait pas lire ({name}).",
        "copying": "fichiers",
        "files": "Contenus de fichiers : {kept} à leur place.",
        "no_files": "L’archive n’a pas les contenus des fichiers ({count}) : copiez-les à part, sans quoi ils ne se "
        "téléchargent pas.",
        "missing": "Le contenu {digest} n’est pas dans l’archive.",
        "changed": "Le contenu {digest} n’est pas celui dont l’empreinte a été prise ; il n’est pas gardé.",
        "infected": "Le contenu {digest} est refusé par l’antivirus ; il n’est pas gardé.",
        "lost": "{lost} contenus de fichiers manquent : ces fichiers sont connus, mais ne se téléchargent pas. Tout le "
        "reste est gardé. Avec une archive qui les a : concertation import archive FICHIER --files-only",
        "not_here": "La concertation {slug} n’est pas ici : rétablissez-la d’abord, sans --files-only. Rien "
        "n’a été modifié.",
        "away": "Le lieu de garde des fichiers ou l’antivirus ne répond pas ({why}). Ce qui est à sa place y reste ; "
        "relancez la même commande.",
    },
    "en": {
        "reading": "reading",
        "done": "The concertation {slug} is restored: {count} contributions, {events} events. Ledger, leaves "
        "and seals were computed anew and hold. `concertation reconcile` sets it going again.",
        "not_empty": "This installation has a concertation “{name}” already. An archive is restored only where "
        "there is none. Nothing was changed.",
        "of_another": "A row of this archive is here already in another form ({name}). Restore the archive into "
        "an empty installation.",
        "contribution": "The contribution {name} is not the one whose digest was taken. What was restored so "
        "far stays invisible.",
        "ledger": "The ledger of the archive was changed, from row {name} on. Nothing of it is visible.",
        "procedure": "The procedure {name} has another content here. Nothing of the archive is visible.",
        "seal": "The contributions of “{name}” (round/stage) do not give the root that was sealed. Nothing of "
        "it is visible.",
        "unreadable": "The archive holds what this version cannot read ({name}).",
        "copying": "files",
        "files": "Contents of files: {kept} in their place.",
        "no_files": "The archive has no contents of files ({count}): copy them apart, or they cannot be downloaded.",
        "missing": "The content {digest} is not in the archive.",
        "changed": "The content {digest} is not the one whose digest was taken; it is not kept.",
        "infected": "The content {digest} is refused by the virus scanner; it is not kept.",
        "lost": "{lost} contents of files are missing: these files are known, but cannot be downloaded. Everything "
        "else is kept. With an archive that has them: concertation import archive FILE --files-only",
        "not_here": "The concertation {slug} is not here: restore it first, without --files-only. Nothing was changed.",
        "away": "The place for files or the virus scanner does not answer ({why}). What is in its place stays; start "
        "the same command again.",
    },
}


class ArchiveRefused(CommandFailed):
    """The archive is not restored."""


def options(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("file", type=Path, help="what `concertation export archive` wrote")
    parser.add_argument(
        "--files-only",
        action="store_true",
        help="bring back contents of files alone, for a concertation that was restored before",
    )
    parser.add_argument(
        "--lang", choices=TEXTS, help="language of the texts (default: CONCERTATION_LANGUAGE)"
    )


async def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Restore; again after it was stopped, it goes on. Exit code 1 if contents of files are missing."""
    from server.archive_file import reading
    from server.commands.export import progress
    from server.embedded.standing import looking_into
    from store.restoring import NotRestored, Source, restore_contributions, restore_rest

    said = TEXTS[arguments.lang or (settings.language if settings.language in TEXTS else "fr")]
    with reading(arguments.file) as archive:
        manifest = archive.manifest
        source = Source(
            concertation=archive.concertation,
            slug=manifest["slug"],
            seq=manifest["seq"],
            head=manifest["head"],
            lines=archive.lines,
        )
        async with looking_into(settings, "import") as connection:
            if arguments.files_only:
                return _sum_up(archive, await _files(connection, archive, settings, said, here=True), said)
            try:
                with progress(said["reading"], archive.count("contributions")) as done:
                    count = await restore_contributions(connection, source, done)
                files = await _files(connection, archive, settings, said)
                process = await restore_rest(connection, source)
            except NotRestored as fault:
                raise ArchiveRefused(said[fault.code].format(name=fault.name)) from fault
        print(said["done"].format(slug=manifest["slug"], count=count, events=process.seq))
        return _sum_up(archive, files, said)


async def _files(
    connection: Connection,
    archive: ArchiveFile,
    settings: Settings,
    said: dict[str, str],
    *,
    here: bool = False,
) -> FilesBack:
    """Bring the contents of files back; `here`: those of a concertation that is here already."""
    from server.archived_files import FilesBack
    from server.commands.export import progress
    from server.files.scanning import ScannerAway, scanner_of
    from server.files.shelf import ShelfFault, shelf_of
    from store.archiving import CONTENTS
    from store.concertations import process

    back = FilesBack(connection, shelf_of(settings), scanner_of(settings), settings.files_folder / "incoming")
    if here and await process(connection, archive.concertation) is None:
        raise ArchiveRefused(said["not_here"].format(slug=archive.manifest["slug"]))
    if not archive.has_contents:
        return back

    def lost(digest: str, code: str) -> None:
        print(said[code].format(digest=digest), file=sys.stderr)

    try:
        with progress(said["copying"], archive.count(CONTENTS)) as done:
            await back.bring(archive, lost, done, only_known=here)
    except (ShelfFault, ScannerAway, OSError) as fault:
        raise ArchiveRefused(said["away"].format(why=fault)) from fault
    return back


def _sum_up(archive: ArchiveFile, files: FilesBack, said: dict[str, str]) -> int:
    from store.archiving import CONTENTS

    expected = archive.count(CONTENTS)
    if expected and not archive.has_contents:
        print(said["no_files"].format(count=expected))
    elif expected:
        print(said["files"].format(kept=files.kept))
    if files.lost:
        print(said["lost"].format(lost=files.lost))
    return 1 if files.lost else 0
