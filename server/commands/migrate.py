"""`concertation migrate`."""

import argparse

from server.settings import Settings


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--check", action="store_true", help="change nothing; exit code 1 if the schema is behind"
    )


async def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Make roles and database if a superuser's address is given, then apply what is missing."""
    from server.migrating import migrate, pending

    owner = settings.database("owner")
    if arguments.check:
        missing = await pending(owner)
        print("\n".join(missing) or "up to date")
        return 1 if missing else 0
    if settings.provision_database_url is not None:
        from server.provisioning import provision_from

        await provision_from(settings)
    applied = await migrate(owner)
    print("\n".join(f"applied {name}" for name in applied) or "already up to date")
    return 0
