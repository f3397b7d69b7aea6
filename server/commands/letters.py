"""`concertation letters`: the letters that wait as one PDF, or those of an earlier batch again."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from server.errors import CommandFailed
from server.settings import Settings

if TYPE_CHECKING:
    from store.letters import Batch
    from store.pool import Connection

TEXTS = {
    "fr": {
        "unknown": "La concertation {concertation} n’existe pas.",
        "none": "Aucune lettre n’attend. Les lots déjà imprimés :",
        "no_batch": "Ce lot n’existe pas : {batch}.",
        "batch": "{id} · {at} · {letters} lettres",
        "written": "{letters} lettres dans {file}. Pour les imprimer à nouveau : --batch {id}",
    },
    "en": {
        "unknown": "There is no concertation {concertation}.",
        "none": "No letter waits. The batches that were printed:",
        "no_batch": "There is no such batch: {batch}.",
        "batch": "{id} · {at} · {letters} letters",
        "written": "{letters} letters in {file}. To print them again: --batch {id}",
    },
}


class NotPrinted(CommandFailed):
    """There is nothing to print."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--concertation", required=True, metavar="SLUG", help="its name in addresses, or its id"
    )
    parser.add_argument(
        "--output", required=True, type=Path, metavar="FILE", help="a PDF that is not there yet"
    )
    parser.add_argument("--batch", metavar="ID", help="print an earlier batch again: the same PDF")
    parser.add_argument("--lang", choices=("fr", "en"), help="language of messages (default: the setting)")


async def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Write the PDF. Letters are in a batch from then on: what comes after waits for the next."""
    from server.embedded.standing import looking_into
    from server.keys import ticket_key
    from server.letters.printed import printed
    from server.whole_file import whole_file
    from store.concertations import named
    from store.concertations import process as process_of
    from store.letters import keep_codes, letters_in

    language = arguments.lang or settings.language
    own = TEXTS[language]
    async with looking_into(settings, "letters") as connection:
        concertation = await named(connection, arguments.concertation)
        process = await process_of(connection, concertation) if concertation else None
        if concertation is None or process is None:
            raise NotPrinted(own["unknown"].format(concertation=arguments.concertation))
        async with connection.transaction():
            batch = await _batch(connection, concertation, arguments.batch, language)
            letters = await letters_in(connection, concertation, batch.id)
            key = ticket_key(settings).raw_value
            codes = await keep_codes(connection, key, concertation, batch.id, letters)
            # Inside: letters that could not be written wait on.
            with whole_file(arguments.output) as sink:
                sink.write(printed(process, batch, letters, codes, settings.site_url))
    print(own["written"].format(letters=batch.letters, file=arguments.output, id=batch.id))
    return 0


async def _batch(connection: Connection, concertation: str, wanted: str | None, language: str) -> Batch:
    """Give the batch that is meant: a new one, where none is named."""
    from domain.texts import instant
    from store.letters import batches, print_batch

    own = TEXTS[language]
    if wanted is None:
        id = str(uuid4())
        wanted = (
            id if await print_batch(connection, id=id, concertation=concertation, by="operator") else None
        )
        said = own["none"]
    else:
        said = own["no_batch"].format(batch=wanted)
    made = await batches(connection, concertation)
    for batch in made:
        if batch.id == wanted:
            return batch
    listed = [
        own["batch"].format(id=one.id, at=instant(one.made_at, language), letters=one.letters) for one in made
    ]
    raise NotPrinted("\n".join([said, *listed]))
