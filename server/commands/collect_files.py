"""`concertation collect-files`."""

import argparse

from server.settings import Settings


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--dry-run", action="store_true", help="count what would be removed, remove nothing")


async def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Remove files that nothing has referred to for a day, and say how many; 1 if some could not be removed."""
    from server.embedded.standing import looking_into
    from server.files.collecting import collect
    from server.files.shelf import shelf_of

    async with looking_into(settings, "collect-files") as connection:
        done = await collect(
            connection, shelf_of(settings), settings.files_folder / "incoming", dry=arguments.dry_run
        )
    verb = "to remove" if arguments.dry_run else "removed"
    print(f"{verb}: {done.files} files, {done.contents} contents, {done.leftovers} broken uploads")
    if done.failed:
        print(f"not removed: {done.failed} contents, whose place does not answer; run this again later")
    return 1 if done.failed else 0
