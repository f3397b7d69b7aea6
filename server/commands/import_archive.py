"""`concertation import archive`: what `concertation export archive` wrote, where there is none of it."""

from __future__ import annotations

import argparse
from pathlib import Path

from server.errors import CommandFailed
from server.settings import Settings

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
    },
}


class ArchiveRefused(CommandFailed):
    """The archive is not restored."""


def options(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("file", type=Path, help="what `concertation export archive` wrote")
    parser.add_argument(
        "--lang", choices=TEXTS, help="language of the texts (default: CONCERTATION_LANGUAGE)"
    )


async def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Restore; again after it was stopped, it goes on."""
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
            try:
                with progress(said["reading"], archive.count("contributions")) as done:
                    count = await restore_contributions(connection, source, done)
                process = await restore_rest(connection, source)
            except NotRestored as fault:
                raise ArchiveRefused(said[fault.code].format(name=fault.name)) from fault
    print(said["done"].format(slug=manifest["slug"], count=count, events=process.seq))
    return 0
