"""`concertation export-archive`: the closing archive, for everybody; `export archive` is the complete one."""

from __future__ import annotations

import argparse
from pathlib import Path

from server.errors import CommandFailed
from server.settings import Settings


class NotArchived(CommandFailed):
    """There is nothing to archive."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--concertation", required=True, metavar="SLUG", help="its name in addresses, or its id"
    )
    parser.add_argument(
        "--output", required=True, type=Path, metavar="FILE", help="a ZIP that is not there yet"
    )
    parser.add_argument("--lang", choices=("fr", "en"), help="language of the texts (default: the setting)")


async def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Write the closing archive of a concertation; of one that is not over, a provisional one."""
    from domain.texts import text
    from server.closing.writer import write_archive
    from server.embedded.standing import looking_into
    from server.whole_file import whole_file
    from store.closing_archive import closing
    from store.concertations import named

    languages = (arguments.lang or settings.language,)
    async with looking_into(settings, "export-archive") as connection:
        concertation = await named(connection, arguments.concertation)
        if concertation is None:
            raise NotArchived(text("closing.unknown", languages, concertation=arguments.concertation))
        with whole_file(arguments.output) as sink:
            async with closing(connection, concertation) as read:
                manifest, digest = await write_archive(read, sink)
    said = {"file": str(arguments.output), "digest": digest}
    print(text("closing.written", languages, events=manifest["seq"], head=manifest["head"], **said))
    if manifest["withheld"]:
        print(text("closing.written.withheld", languages, count=manifest["withheld"]))
    if manifest["state"] == "provisional":
        print(text("closing.written.provisional", languages))
    return 0
