"""`concertation import organisations|participants|contributions|archive`."""

from __future__ import annotations

import argparse

import server.commands.import_archive as import_archive
import server.commands.import_contributions as import_contributions
import server.commands.import_people as import_people
from server.settings import Settings


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    whats = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    for what, text in (
        ("organisations", "a list of organisations, as CSV"),
        ("participants", "a list of participants, as CSV"),
    ):
        import_people.options(whats.add_parser(what, help=text))
    import_contributions.options(
        whats.add_parser("contributions", help="forms typed or scanned elsewhere, as CSV or JSON Lines")
    )
    import_archive.options(whats.add_parser("archive", help="what `concertation export archive` wrote"))
    for one in whats.choices.values():
        one.add_argument("--data-dir", default=argparse.SUPPRESS, help=argparse.SUPPRESS)  # after WHAT, too


async def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Import what is asked for."""
    match arguments.what:
        case "contributions":
            return await import_contributions.run(arguments, settings)
        case "archive":
            return await import_archive.run(arguments, settings)
    return await import_people.run(arguments, settings)
