"""`concertation worker`."""

import argparse

from server.settings import Settings
from server.telemetry import logs


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments: there are none, the settings say it all."""


async def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Work until SIGTERM or SIGINT."""
    from server.telemetry.instruments import WorkerInstruments
    from server.worker import serve

    logs.set_up(settings, "worker")
    await serve(settings, WorkerInstruments.of(settings))
    return 0
