"""`concertation worker`."""

import argparse
import logging

from server.settings import Settings


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments: there are none, the settings say it all."""


async def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Work until SIGTERM or SIGINT."""
    from server.worker import serve

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    await serve(settings)
    return 0
