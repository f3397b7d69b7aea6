"""What is left at the end: the calendar as it came, one contribution's journey, a ledger that anyone can verify."""

import json
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

from rich.tree import Tree

from domain.digests import canonical
from server.demo.calendar import show_calendar
from server.demo.faults import LedgerBroken
from server.demo.story import Story
from server.demo.voices import CHANNELS, FOLLOWED
from store.ledger import GENESIS, row_hash

_ANSWERS = {
    "FOLLOWED": "suivie",
    "FOLLOWED_IN_PART": "suivie en partie",
    "NOT_FOLLOWED": "non suivie",
    "DEFERRED": "différée",
}
_PAGE = 100
LEDGER = "journal.jsonl"
"""The file, in the folder of the story, that the ledger is exported to."""


async def show_planned_and_actual(story: Story) -> None:
    """Show the calendar of both rounds, one of the three hearings standing for all."""
    seen = await story.look()
    stages = [stage.key for stage in seen.stages if not stage.lane or stage.key == "auditions.metiers"]
    await show_calendar(story, "Calendrier prévu et tenu", stages)


async def follow_one(story: Story) -> None:
    """Follow one contribution, posted on paper, to the commitment that answers it."""
    key = f"contribution/1/{FOLLOWED}"
    if key not in story.ids:
        story.screen.say("Cette contribution n’a pas pu être prise : l’appel était clos.")
        return
    node = (await story.ask("Journey", story.cast.coordinator, id=story.ids[key]))["node"]
    tree = Tree(
        f"[bold]Contribution[/] ({CHANNELS[node['channel']]}, {story.cast[FOLLOWED].label}, "
        f"récépissé {story.ids[f'recepisse/1/{FOLLOWED}']})\n« {node['body']} »"
    )
    for recommendation in node["recommendations"]:
        _grow(tree, recommendation)
    story.screen.show(tree)
    story.screen.line("read", "", "De la lettre à l’engagement, en une requête.", "Journey")


def _grow(tree: Tree, recommendation: dict[str, Any]) -> None:
    branch = tree.add(f"[bold]Recommandation[/]\n« {recommendation['text']['content'].strip()} »")
    for response in recommendation["responses"]:
        branch.add(
            f"[bold]Réponse[/] : {_ANSWERS[response['answer']]} ({response['addressee']['label']})\n"
            f"« {response['reasons']['content']} »"
        )
    for commitment in recommendation["commitments"]:
        branch.add(
            f"[bold]Engagement[/] pour le {datetime.fromisoformat(commitment['dueAt']):%d/%m/%Y} "
            f"({commitment['owner']['label']})\n« {commitment['text']['content']} »"
        )


async def verify_ledger(story: Story) -> None:
    """Recompute the chain from what the API gives, keep it, have the stored ledger, folds and seals verified."""
    rounds, events = await _recompute(story)
    listener = story.listener
    if listener is not None:
        await story.until("derniers événements", lambda now: listener.last >= now.seq)
        if listener.last != events:
            raise LedgerBroken(f"L’abonnement a donné {listener.last} événements, le journal en a {events}.")
        story.screen.line(
            "done",
            "",
            f"L’abonnement a reçu les {events} événements, chacun une fois, en {len(listener.resumptions) + 1} "
            "connexions.",
            "Events",
        )
    story.screen.line(
        "done",
        "",
        f"{events} événements de {rounds} tours : chaque empreinte recalculée depuis la précédente, sans un trou.",
        "Ledger",
    )
    verified = await story.stack.verify(story.concertation_key)
    if verified is None:
        story.screen.say(
            "Pour vérifier aussi la base : concertation verify-ledger, sur la machine du service."
        )
    else:
        story.screen.line(
            "done",
            "",
            f"concertation verify-ledger : {verified.events} événements, {verified.contributions} contributions "
            "scellées, repli du journal égal à l’état. Le journal est intact.",
        )


async def _recompute(story: Story) -> tuple[int, int]:
    """Recompute the chain row by row, and keep the rows in a file; give the number of rounds and of events."""
    head, seq, rounds = GENESIS, 0, 0
    with (story.folder / LEDGER).open("w", encoding="utf-8") as kept:
        async for row in _rows(story):
            kept.write(json.dumps(row, ensure_ascii=False) + "\n")
            seq += 1
            content = (
                row["content"] if isinstance(row["content"], str) else canonical(row["content"]).decode()
            )
            told = row_hash(head, story.concertation_key, seq, content).hex()
            if (row["seq"], row["previousHash"], row["hash"]) != (seq, head.hex(), told):
                raise LedgerBroken(f"Le journal est rompu à l’événement n° {seq}.")
            head, rounds = bytes.fromhex(row["hash"]), max(rounds, row["round"] or 0)
    return rounds, seq


async def _rows(story: Story) -> AsyncIterator[dict[str, Any]]:
    """Give the rows of the ledger page by page, as anybody may read them at the end: without a token."""
    after = None
    while True:
        answer = await story.ask("Ledger", slug=story.slug, first=_PAGE, after=after)
        page = answer["concertation"]["ledger"]
        for row in page["nodes"]:
            yield row
        if not page["pageInfo"]["hasNextPage"]:
            return
        after = page["pageInfo"]["endCursor"]
