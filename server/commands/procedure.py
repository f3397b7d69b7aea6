"""`concertation procedure check|calendar|impact|schema`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from server.errors import CommandFailed
from server.settings import Settings

if TYPE_CHECKING:
    from domain.reading import Reading
    from domain.refusals import Finding


class FileNotRead(CommandFailed):
    """There is no such file, and no built-in procedure of this name."""


class DateTooFar(CommandFailed):
    """A date of the calendar would lie beyond the year 9999."""


class TerritoryUnknown(CommandFailed):
    """No territory has this code."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    tasks = parser.add_subparsers(dest="task", required=True, metavar="check|calendar|impact|schema")
    check = tasks.add_parser(
        "check", help="say everything that is wrong with a procedure; exit code 1 if anything is"
    )
    calendar = tasks.add_parser("calendar", help="lay out the planned dates of a procedure")
    impact = tasks.add_parser(
        "impact",
        help="say what moving a running concertation to a later version would change; exit code 1 if it may not",
    )
    impact.add_argument("concertation", help="its name in addresses, or its id")
    tasks.add_parser("schema", help="print the JSON Schema of procedure files")
    for task in (check, calendar, impact):
        task.add_argument(
            "procedure", help="a YAML or JSON file, - for standard input, or the name of a built-in one"
        )
        task.add_argument(
            "--lang", choices=("fr", "en"), help="language of the texts (default: CONCERTATION_LANGUAGE)"
        )
    check.add_argument("--json", action="store_true", help="print the findings as JSON")
    impact.add_argument("--json", action="store_true", help="print the report as JSON")
    calendar.add_argument(
        "--from", dest="opens_at", required=True, type=datetime.fromisoformat, metavar="DATE",
        help="the first opening: 2027-01-04, 2027-01-04T09:00, or with an offset",
    )  # fmt: skip
    calendar.add_argument(
        "--territory",
        action="append",
        metavar="CODE",
        help="a territory concerned (FR, GP, 974 …); may be repeated",
    )


async def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Check a procedure, lay out its calendar, say what a migration to it would change, or print the schema."""
    from domain.reading import schema

    if arguments.task == "schema":
        print(json.dumps(schema(), ensure_ascii=False, indent=2))
        return 0
    languages = (arguments.lang or settings.language,)
    reading = _read(arguments.procedure)
    if arguments.task == "check":
        return _check(reading, languages, as_json=arguments.json)
    if arguments.task == "impact":
        return await _impact(reading, languages, arguments, settings)
    return _calendar(reading, languages, arguments.opens_at, arguments.territory)


async def _impact(
    reading: Reading, languages: Sequence[str], arguments: argparse.Namespace, settings: Settings
) -> int:
    from server.commands.procedure_impact import tell_impact

    if reading.procedure is None or not reading.is_sound:
        return _check(reading, languages, as_json=False)
    return await tell_impact(
        settings, arguments.concertation, reading.procedure, languages, as_json=arguments.json
    )


def _read(name: str) -> Reading:
    from domain.builtin import builtin, names, source
    from domain.check import check
    from domain.reading import MAX_BYTES, Reading, read

    if name == "-":
        return read(sys.stdin.buffer.read(MAX_BYTES + 1))
    path = Path(name)
    if not path.is_file() and name in names():
        procedure = builtin(name)
        return Reading(procedure, tuple(check(procedure))) if procedure.sandbox else read(source(name))
    try:
        with path.open("rb") as file:
            return read(file.read(MAX_BYTES + 1))
    except OSError as fault:
        raise FileNotRead(
            f"{name}: {fault.strerror or 'cannot be read'}; built-in procedures: {', '.join(names())}"
        ) from fault


def _check(reading: Reading, languages: Sequence[str], *, as_json: bool) -> int:
    from domain.texts import text

    errors = sum(finding.severity == "error" for finding in reading.findings)
    if as_json:
        print(json.dumps([plain(f, languages) for f in reading.findings], ensure_ascii=False, indent=2))
        return 1 if errors else 0
    for finding in reading.findings:
        print(line_of(finding, languages))
    if reading.procedure is not None and not errors:
        checked = reading.procedure
        print(text("check.sound", languages, procedure=checked.id, version=checked.version))
    else:
        print(text("check.faulty", languages, count=errors))
    return 1 if errors else 0


def plain(finding: Finding, languages: Sequence[str]) -> dict[str, object]:
    """Give a finding as JSON."""
    from domain.texts import text

    return {
        "code": finding.code,
        "severity": finding.severity,
        "path": list(finding.path),
        "line": finding.args.get("line"),
        "column": finding.args.get("column"),
        "message": text(f"finding.{finding.code}", languages, **finding.args),
        "source": finding.source,
    }


def line_of(finding: Finding, languages: Sequence[str]) -> str:
    """Give a finding as people read it: severity, place, sentence, source."""
    from domain.texts import label, text

    place = text("check.place", languages, **finding.args) if "line" in finding.args else ""
    where = " · ".join(part for part in (place, ".".join(str(step) for step in finding.path)) if part)
    source = f" [{finding.source}]" if finding.source else ""
    sentence = text(f"finding.{finding.code}", languages, **finding.args)
    return f"{label(finding.severity, languages, 'severity')} · {where}\n    {sentence}{source}"


def _calendar(
    reading: Reading, languages: Sequence[str], opens_at: datetime, territories: Sequence[str] | None
) -> int:
    from domain.calendar import plan
    from domain.graph import expand
    from domain.summaries import stage_name
    from domain.territories import known
    from domain.texts import localised, text

    procedure = reading.procedure
    if procedure is None or not reading.is_sound:
        return _check(reading, languages, as_json=False)
    for code in territories or ():
        if not known(code):
            raise TerritoryUnknown(f"{code}: no such territory; examples: FR, GP, 974, FR-75")
    concerned = tuple(territories) if territories else procedure.territories
    stages = expand(procedure)
    try:
        start = opens_at if opens_at.tzinfo else opens_at.replace(tzinfo=ZoneInfo(procedure.timezone))
        planned = plan(procedure, stages, concerned, start)
    except OverflowError as fault:
        raise DateTooFar(f"{opens_at:%Y-%m-%d} is too far away to reckon with") from fault
    lanes = {lane.id: lane.label for lane in procedure.lanes}
    words = {word: text(f"calendar.{word}", languages) for word in ("gate", "opens", "closes", "concludes")}
    width = max(map(len, words.values()))
    print(f"{localised(procedure.label, languages)} ({procedure.id}, version {procedure.version})")
    for key, dates in planned.items():
        print(f"\n{stage_name(stages[key], lanes, languages)}")
        shown = {"gate": dates.gate_opens_at, "opens": dates.opens_at, "closes": dates.closes_at,
                 "concludes": dates.concludes_at}  # fmt: skip
        for word, instant in shown.items():
            local = concerned if word == "closes" else ()
            lines = _local(instant, local, languages[0], ends=word.startswith("c")) if instant else []
            for number, line in enumerate(lines):
                print(f"    {('' if number else words[word]).ljust(width)}  {line}")
    return 0


def _local(instant: datetime, territories: tuple[str, ...], language: str, *, ends: bool) -> list[str]:
    """Write an instant as the clocks of Paris and of the territories show it, those that agree on one line."""
    from domain.calendar import local_times
    from domain.territories import territory
    from domain.texts import clock

    towns: dict[str, list[str]] = {}
    for code, _, local in local_times(instant, territories):
        day, hour = clock(local, language, ends=ends, short=True)
        towns.setdefault(f"{day:<14} {hour}", []).append(territory(code).town)
    return [f"{moment}  {', '.join(names)}" for moment, names in towns.items()]
