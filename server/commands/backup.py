"""`concertation backup`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from server.settings import Settings

TEXTS = {
    "fr": {
        "files": "fichiers",
        "done": "{path} : sauvegarde du {at}, {concertations} concertations, {contents} fichiers, {size} octets. "
        "Gardez-la ailleurs que sur cette machine, et chiffrée : elle contient des données personnelles.",
        "key": "La clé CONCERTATION_TICKET_KEY n’y est pas : gardez-la à part, sans quoi les codes des "
        "courriers changent.",
        "missing": "Contenu de fichier illisible, que la base nomme : {digest}. Il n’est pas dans la sauvegarde.",
        "unnoted": "La sauvegarde est entière, et la base n’a pu en prendre note ({fault}) : `concertation doctor` et "
        "l’alerte ne la connaissent pas.",
    },
    "en": {
        "files": "files",
        "done": "{path}: backup of {at}, {concertations} concertations, {contents} files, {size} bytes. Keep it "
        "elsewhere than on this machine, and encrypted: there are personal data in it.",
        "key": "The key CONCERTATION_TICKET_KEY is not in it: keep it apart, or the codes in letters change.",
        "missing": "A content of a file that the database names cannot be read: {digest}. It is not in the backup.",
        "unnoted": "The backup is whole, and the database could not take note of it ({fault}): `concertation doctor` "
        "and the alert do not know of it.",
    },
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--output",
        type=Path,
        required=True,
        metavar="PATH",
        help="a file to write, or a folder to write one into",
    )
    parser.add_argument("--language", choices=TEXTS, help="fr or en (default: the setting, else fr)")


async def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Take a backup while everything runs; exit code 1 if a content of a file is missing from it."""
    import time

    import asyncpg

    from server.backup.addresses import superuser_of
    from server.backup.taking import note, take
    from server.whole_file import whole_file

    said = TEXTS.get(arguments.language or settings.language, TEXTS["fr"])
    path: Path = arguments.output
    if path.is_dir():
        path /= time.strftime("concertation-%Y-%m-%dT%H-%M-%SZ.backup", time.gmtime())
    superuser = superuser_of(settings)
    try:
        with whole_file(path) as file:
            taken = await take(settings, superuser, file)
    except BaseException:  # what was begun has personal data, and nobody has a use for it
        if not path.exists():
            path.with_name(f"{path.name}.part").unlink(missing_ok=True)
        raise
    for digest in taken.manifest.missing:
        print(said["missing"].format(digest=digest), file=sys.stderr)
    if not taken.manifest.missing:
        try:
            await note(superuser, taken.manifest)
        except (OSError, asyncpg.PostgresError) as fault:
            print(said["unnoted"].format(fault=type(fault).__name__), file=sys.stderr)
    print(
        said["done"].format(
            path=path,
            at=taken.manifest.at,
            concertations=len(taken.manifest.concertations),
            contents=taken.contents,
            size=path.stat().st_size,
        )
    )
    if settings.ticket_key is not None:
        print(said["key"])
    return 1 if taken.manifest.missing else 0
