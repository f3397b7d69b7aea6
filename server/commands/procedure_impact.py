"""`concertation procedure impact`: what moving a running concertation to a later version would change."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from server.errors import CommandFailed
from server.settings import Settings

if TYPE_CHECKING:
    from domain.migrating.following import Followed
    from domain.migrating.impact import Impact, Moved
    from domain.procedure import Procedure
    from domain.process import Process
    from store.invitations import Made


class ConcertationMissing(CommandFailed):
    """There is no concertation of this name."""


class NotExamined(CommandFailed):
    """The concertation does not run, or the version is none that it could be moved to."""


async def tell_impact(
    settings: Settings, name: str, later: Procedure, languages: Sequence[str], *, as_json: bool
) -> int:
    """Print the report; exit code 1 if something stands in the way."""
    from pydantic import TypeAdapter

    from domain.migrating import impact as model
    from domain.migrating.reporting import report
    from domain.refusals import Refusal
    from domain.summaries import refusal_text
    from server.embedded.standing import looking_into
    from store.concertations import named, processes
    from store.invitations import made_to
    from store.procedures import procedure_digest

    async with looking_into(settings, "procedure impact") as connection:
        key = await named(connection, name)
        read = (await processes(connection, [key])).get(key) if key is not None else None
        if read is None:
            raise ConcertationMissing(f"{name}: there is no such concertation")
        found = read.process
        reported = report(found, later, procedure_digest(later), read.at)
        if isinstance(reported, Refusal):
            raise NotExamined(refusal_text(reported, found, languages))
        after, impact = reported
        closed = await made_to(connection, found.id, impact.stages_gone)
    if as_json:
        said = TypeAdapter(model.Impact).dump_python(impact, mode="json")
        said["invitations"] = {stage: asdict(made) for stage, made in closed.items()}
        print(json.dumps({"digest": impact.digest, **said}, ensure_ascii=False, indent=2))
    else:
        for line in _lines(found, after, impact, closed, languages):
            print(line)
    return 1 if impact.refused else 0


def _lines(
    process: Process,
    after: Followed,
    impact: Impact,
    closed: Mapping[str, Made],
    languages: Sequence[str],
) -> Iterator[str]:
    from domain.migrating.wording import because_text, change_text, invitations_text
    from domain.texts import label, text
    from server.commands.procedure import line_of

    for change in impact.changes:
        source = f" [{change.source}]" if change.source else ""
        place = ".".join(map(str, change.path))
        yield f"{label(change.effect, languages)} · {place}\n    {change_text(change, languages)}"
        yield f"    {because_text(change, languages)}{source}"
    for moved in impact.dates:
        yield _dates(process, after, moved, languages)
    for stage, made in closed.items():
        yield invitations_text(process, stage, languages, **asdict(made))
    for open_ in impact.ballots:
        purpose = label(process.ballots[open_.ballot].purpose, languages)
        yield text("impact.ballot", languages, what=purpose, fate=label(open_.fate, languages))
    for finding in impact.missing:
        yield line_of(finding, languages)
    if impact.refused:
        yield text("impact.refused", languages, count=len(impact.refused))
    else:
        yield text("impact.permitted", languages, digest=impact.digest)


def _dates(process: Process, after: Followed, moved: Moved, languages: Sequence[str]) -> str:
    from domain.summaries import stage_name
    from domain.texts import text

    stage = after.stages.get(moved.stage) or process.stages[moved.stage]
    form = "moved" if moved.before and moved.after else "new" if moved.after else "gone"
    return text(
        f"impact.dates.{form}",
        languages,
        stage=stage_name(stage, {**process.lanes, **after.lanes}, languages),
        opens_before=moved.before.opens_at if moved.before else None,
        closes_before=moved.before.closes_at if moved.before else None,
        opens=moved.after.opens_at if moved.after else None,
        closes=moved.after.closes_at if moved.after else None,
    )
