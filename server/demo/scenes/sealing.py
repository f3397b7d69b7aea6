"""The end of a call for input: too late for one, in time on paper for another, the seal, the council's gate."""

from server.demo.cast import Person
from server.demo.forms import answers
from server.demo.scenes.contributing import complete
from server.demo.scenes.entering import enter, show_batch
from server.demo.situation import Seal, Tally
from server.demo.story import Story, in_place
from server.demo.voices import CHANNELS, LATE, POSTED_IN_TIME
from server.demo.voting import pass_gate

_COLLEGES = {
    "etat": "État",
    "collectivites": "collectivités",
    "agents": "agents",
    "societe-civile": "société civile",
    "citoyens": "citoyens",
}


async def close_and_seal(story: Story) -> None:
    """The call closes by itself. What comes after is refused, what was posted before is still typed in."""
    seen = await story.until(
        "instant d’avant la clôture",
        lambda now: (
            now.has_reached("appel", "CLOSED")
            or (
                (closing := now.stage("appel").closes_at) is not None
                and closing - now.read_at < story.planned("appel") / 8
            )
        ),
    )
    posted_at = seen.read_at
    await story.until("clôture de l’appel", lambda now: now.has_reached("appel", "CLOSED"))
    round_ = seen.stage("appel").round
    await _too_late(story, story.cast[LATE], round_)
    await enter(story, story.cast[POSTED_IN_TIME], round_, posted_at)
    await show_batch(story, round_)
    await show_seal(story)
    await pass_gate(story, "appel", "CONCLUSION", f"porte/{round_}/sceau")


async def _too_late(story: Story, person: Person, round_: int) -> None:
    assert person.voice is not None
    await story.do(
        person,
        "SubmitContribution",
        f"« {person.voice.says} »",
        "contribution/tardive",
        refused="STAGE_NOT_OPEN",
        tolerate=(None,),  # where a quorum was missed, the call has been extended meanwhile
        **in_place("appel", round_),
        answers=answers(person.voice),
        themes=list(person.voice.themes),
    )


async def show_seal(story: Story) -> Seal:
    """Wait for the seal of the call, and show its figures."""
    seen = await story.until("sceau de l’appel", lambda now: bool(now.stage("appel").seals))
    seal = seen.stage("appel").seals[-1]
    counted = sum(tally.count for tally in seal.by_channel)
    channels = {key.lower(): value for key, value in CHANNELS.items()}
    story.screen.line(
        "read",
        "",
        f"{counted} contributions comptées, {seal.count} versions scellées : aucune ne disparaît. "
        f"Par collège : {_told(seal.by_college, _COLLEGES)}. Par canal : {_told(seal.by_channel, channels)}. "
        f"Racine : {seal.root[:16]}…",
        "Situation",
    )
    return seal


def _told(tallies: tuple[Tally, ...], words: dict[str, str]) -> str:
    return ", ".join(f"{words.get(tally.key, tally.key)} {tally.count}" for tally in tallies)


async def add_contributions(story: Story) -> None:
    """The second round: what was said counts again, who was asked for more completes it, the others find it again."""
    seen = await story.until(
        "ouverture du second appel",
        lambda now: now.round > 1 and now.has_reached("appel", "OPEN"),
    )
    round_ = seen.stage("appel").round
    await story.all_of(
        "ReviseContribution",
        lambda sent: (
            "Ce qui a été dit compte au second tour ; compléments reçus sur les deux points demandés par le conseil : "
            f"{sum(answer.done for answer in sent)}."
        ),
        (
            complete(story, person, round_)
            for person in story.cast.participants
            if person.admitted and person.voice and person.voice.adds
        ),
    )
    await story.all_of(
        "Contributions",
        lambda found: (
            f"Les autres retrouvent ce qu’ils avaient dit, repris tel quel, sous {sum(found)} récépissés de ce tour."
        ),
        (
            _find_again(story, person, round_)
            for person in story.cast.participants
            if person.voice and not person.voice.adds and f"contribution/1/{person.key}" in story.ids
        ),
    )


async def _find_again(story: Story, person: Person, round_: int) -> int:
    """Find somebody's own contribution of a round; say how many. While the call is open, nobody is shown another's."""
    found = await story.ask(
        "Contributions", person, id=story.concertation, stage="appel", round=round_, first=100
    )
    nodes = found["concertation"]["contributions"]["nodes"]
    own = [node["receiptCode"] for node in nodes if node["receiptCode"]]
    story.receipts |= dict.fromkeys(own, person)
    return len(own)
