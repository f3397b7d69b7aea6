"""Voting and signing, driven by who is awaited: the same few lines for gates, opinions, records and signatures."""

from collections.abc import Mapping

from server.demo.faults import Unforeseen
from server.demo.situation import Ballot
from server.demo.story import Story

_WORDS = {"FAVOURABLE": "favorable", "UNFAVOURABLE": "défavorable", "ABSTAIN": "abstention"}
TOO_LATE = ("BALLOT_CLOSED", "SUBJECT_CHANGED", "CONCERTATION_OVER")
"""Refusals of a vote that a slow machine may bring about: the story then goes on with what the rule says."""


async def vote_all(
    story: Story, ballot: Ballot, key: str, positions: Mapping[str, str] | None = None
) -> None:
    """Let everybody vote who is awaited: favourable, or as `positions` says by the key of the person."""
    said = positions or {}
    for seat in ballot.awaited:
        if seat.holder is None:
            continue
        person = story.cast.by_member(seat.holder.pseudonym)
        position = said.get(person.key, "FAVOURABLE")
        await story.do(
            person,
            "CastVote",
            f"vote {_WORDS[position]}.",
            f"{key}/{person.key}",
            tolerate=TOO_LATE,
            ballotId=ballot.id,
            subject=ballot.subject,
            position=position,
        )


async def sign(story: Story, kind: str, key: str, *, quiet: bool = False) -> None:
    """Let everybody sign whose signature an act of this kind still waits for, one after the other."""
    ballot = (await story.look()).ballot("SIGNATURES", kind=kind)
    for seat in ballot.awaited if ballot else ():
        if ballot is None or seat.holder is None:
            raise Unforeseen(f"{kind}: personne pour signer {seat.key}")
        await story.do(
            story.cast.by_member(seat.holder.pseudonym),
            "CastVote",
            "signe.",
            f"{key}/{seat.key}",
            tolerate=TOO_LATE,
            quiet=quiet,
            ballotId=ballot.id,
            subject=ballot.subject,
            position="FAVOURABLE",
        )


async def pass_gate(story: Story, stage: str, gate: str, key: str) -> None:
    """Wait for the ballot of a gate, let everybody vote, and wait until the stage has left the gate."""
    beyond = "OPEN" if gate == "OPENING" else "CONCLUDED"
    seen = await story.until(
        f"porte de {stage}",
        lambda now: now.ballot(gate, stage) is not None or now.has_reached(stage, beyond),
    )
    ballot = seen.ballot(gate, stage)
    if ballot is not None:
        await vote_all(story, ballot, key)
    await story.until(f"porte de {stage} franchie", lambda now: now.ballot(gate, stage) is None)


async def show_count(story: Story, purpose: str, stage: str) -> None:
    """Show the count of the latest ballot of this purpose on a stage: who stands aside is not in the base."""
    found = (await story.ask("Ballots", story.cast.coordinator, id=story.concertation))["concertation"][
        "ballots"
    ]
    ballots = [b for b in found if b["purpose"] == purpose and b["stage"] and b["stage"]["key"] == stage]
    count = ballots[-1]["count"] if ballots else None
    if count is None:
        return
    aside = sum(seat["withdrawn"] or seat["recused"] for seat in ballots[-1]["seats"])
    story.screen.line(
        "read",
        "",
        f"Décompte : {count['entitled']} sièges comptés sur {len(ballots[-1]['seats'])}"
        f"{f' (déport : {aside})' if aside else ''}, quorum {count['quorum']} ; {count['favourable']} pour, "
        f"{count['unfavourable']} contre, {count['abstain']} abstention.",
        "Ballots",
    )
