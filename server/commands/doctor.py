"""`concertation doctor`."""

import argparse
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import timedelta

from server.ailments import Ailment
from server.commands.doctor_texts import TEXTS
from server.settings import Settings
from store.pool import Connection

#: A deadline is late by seconds when all is well; after this long nobody wakes the concertation.
ASLEEP_AFTER = timedelta(minutes=2)


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--concertation", metavar="ID", help="look at this one only, and at nothing else (default: all)"
    )
    parser.add_argument("--mend", action="store_true", help="make again what follows from the ledger")
    parser.add_argument("--language", choices=TEXTS, help="fr or en (default: the setting, else fr)")
    parser.add_argument("--json", action="store_true", help="one JSON object, for programs")


async def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Print what is wrong and its mend, a line each; exit code 1 if anything is left to do but what is a warning."""
    from server.embedded.standing import looking_into, standing_database
    from server.migrating import pending
    from server.provisioning import Role

    said = TEXTS.get(arguments.language or settings.language, TEXTS["fr"])
    report = _Report(said, print if not arguments.json else None)
    missing = await pending(standing_database(settings, Role.OWNER))
    if missing:
        report.add(Ailment(kind="pending", details={"names": ", ".join(missing)}))
    else:
        async with looking_into(settings, "doctor") as connection:
            async for ailment in _found(connection, arguments, settings):
                report.add(ailment)
    if arguments.json:
        print(json.dumps(report.plain(), ensure_ascii=False, indent=2))
    elif not report.ailments:
        print(said["well"])
    elif all(ailment.warning for ailment in report.ailments):
        print(said["well_but"])
    return 1 if report.left else 0


@dataclass(slots=True)
class _Report:
    """What was found, printed at once where people read."""

    said: dict[str, str]
    print: Callable[[str], None] | None
    ailments: list[Ailment] = field(default_factory=list)

    def add(self, ailment: Ailment) -> None:
        self.ailments.append(ailment)
        if self.print is not None:
            self.print(self._text(ailment))

    @property
    def left(self) -> list[Ailment]:
        return [ailment for ailment in self.ailments if ailment.kind != "mended" and not ailment.warning]

    def plain(self) -> dict[str, object]:
        return {
            "well": not self.left,
            "found": [
                {
                    "kind": one.kind,
                    "details": one.details,
                    "text": self._text(one),
                    "warning": one.warning,
                }
                for one in self.ailments
            ],
        }

    def _text(self, ailment: Ailment) -> str:
        return self.said[ailment.kind].format(**ailment.details)


async def _found(
    connection: Connection, arguments: argparse.Namespace, settings: Settings
) -> AsyncIterator[Ailment]:
    """Give what is wrong: with the ledgers and what follows from them first, then with the installation."""
    from server import ailments
    from store.examination import asleep, examine, rederive

    findings = await examine(connection, arguments.concertation)
    mended = sorted({found.concertation for found in findings if found.mendable}) if arguments.mend else []
    for concertation in mended:
        await rederive(connection, concertation)
        yield Ailment(kind="mended", details={"concertation": concertation})
    for found in findings:
        if found.mendable and arguments.mend:
            continue
        kind = "mendable" if found.mendable else "ledger" if found.table == "ledger" else "stranger"
        places = {
            "concertation": found.concertation,
            "table": found.table,
            "row": found.row,
            "name": found.name,
        }
        yield Ailment(kind=kind, details=places)
    for concertation in await asleep(connection, ASLEEP_AFTER):
        yield Ailment(kind="asleep", details={"concertation": concertation})
    if arguments.concertation is not None:
        return
    for ailment in (*ailments.of_settings(settings), *ailments.of_machine(settings)):
        yield ailment
    async for ailment in ailments.of_database(connection):
        yield ailment
    async for ailment in ailments.of_files(connection, settings):
        yield ailment
    async for ailment in ailments.of_temporal(connection, settings):
        yield ailment
