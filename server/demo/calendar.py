"""The calendar as it was announced and as it came, on the clocks of three towns."""

from collections.abc import Collection
from datetime import datetime

from server.demo.board import CLOCKS, STATES
from server.demo.story import Story


async def show_calendar(story: Story, title: str, stages: Collection[str] = ()) -> None:
    """Show what was announced beside what came, for these stages, or for all that have opened."""
    answer = await story.ask("Calendar", story.cast.coordinator, id=story.concertation)
    rows = []
    for entry in answer["concertation"]["calendar"]:
        stage, actual = entry["stage"], entry["actual"]
        if actual is None or (stages and stage["key"] not in stages):
            continue
        closes_at = actual["closesAt"] or entry["planned"]["closesAt"]
        rows.append(
            (
                str(stage["round"]),
                stage["label"],
                f"{_at(entry['planned']['opensAt'])} – {_at(entry['planned']['closesAt'])}",
                f"{_at(actual['opensAt'])} – {_at(actual['closesAt'])}",
                *(_at(closes_at, place) for place in range(1, len(CLOCKS))),
                STATES[stage["state"]],
            )
        )
    story.screen.table(
        title, ("Tour", "Étape", "Prévu (Paris)", "Réel (Paris)", "P.-à-Pitre", "St-Denis", "État"), rows
    )
    story.screen.line("read", "", "Ce qui est annoncé, ce qui a lieu : public.", "Calendar")


def _at(instant: str | None, place: int = 0) -> str:
    return f"{datetime.fromisoformat(instant).astimezone(CLOCKS[place][1]):%H:%M:%S}" if instant else "…"
