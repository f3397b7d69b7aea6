"""`concertation worker`."""

import argparse

from server.garbage import kept
from server.settings import Settings
from server.telemetry import logs


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments: there are none, the settings say it all."""


async def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Work until SIGTERM or SIGINT."""
    with kept():
        from server.telemetry.instruments import WorkerInstruments
        from server.worker import serve

    logs.set_up(settings, "worker")
    instruments = WorkerInstruments.of(settings)
    try:
        await serve(settings, instruments)
    finally:
        instruments.end()
    return 0
