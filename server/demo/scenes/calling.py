"""The call for input: every channel, one person once, an extension behind two signatures, a worker killed."""

import asyncio
from collections.abc import Iterable
from datetime import datetime

from server.demo.board import CLOCKS
from server.demo.calendar import show_calendar
from server.demo.cast import Person
from server.demo.faults import Unforeseen
from server.demo.listening import OPERATION
from server.demo.papers import EXTENSION, OBSERVATION, RECORDS
from server.demo.scenes.launching import WITNESSES
from server.demo.story import Answer, Story, fr, in_place
from server.demo.voices import FOLLOWED, LATE, POSTED_IN_TIME
from server.demo.voting import sign, vote_all

CHANNELS = {"ONLINE": "en ligne", "PAPER": "papier", "COUNTER": "guichet", "PHONE": "téléphone"}
"""The channels, as people read them."""
#: Sends while the worker is dead: a contribution needs neither worker nor Temporal.
_DURING_THE_KILL = "informatique"
_CLOSED = ("STAGE_NOT_OPEN",)


async def take_contributions(story: Story) -> None:
    """Open by itself; thirty-seven answers by four channels; the same person is not counted twice."""
    seen = await story.until("ouverture de l’appel", lambda now: now.has_reached("appel", "OPEN"))
    round_ = seen.stage("appel").round
    waiting = (LATE, POSTED_IN_TIME, _DURING_THE_KILL)
    now_ = [person for person in story.cast.participants if person.key not in waiting]
    await story.all_of(
        "SubmitContribution",
        "Contributions reçues en ligne.",
        (
            contribute(story, person, round_, quiet=True)
            for person in now_
            if person.voice and person.voice.channel == "ONLINE"
        ),
    )
    for person in now_:
        if person.voice and person.voice.channel != "ONLINE":
            await enter(story, person, round_)
    await _repeat(story, round_)


async def contribute(
    story: Story, person: Person, round_: int, *, quiet: bool = False, **more: str
) -> Answer:
    """Send somebody's contribution, from their own account."""
    assert person.voice is not None
    answer = await story.do(
        person,
        "SubmitContribution",
        f"« {person.voice.says} »",
        f"contribution/{round_}/{person.key}",
        quiet=quiet,
        tolerate=_CLOSED,
        **in_place("appel", round_),
        body=person.voice.says,
        themes=list(person.voice.themes),
        **more,
    )
    _keep(story, answer, person, round_)
    return answer


async def complete(story: Story, person: Person, round_: int) -> None:
    """Add to what somebody said in the first round. That counts in this one, too: it becomes a new version."""
    assert person.voice is not None
    assert person.voice.adds is not None
    answer = await story.command(
        person,
        "SubmitContribution",
        f"contribution/{round_}/{person.key}",
        **in_place("appel", round_),
        body=person.voice.adds,
        themes=list(person.voice.themes),
    )
    if answer.code == "ALREADY_CONTRIBUTED":
        known = (await story.ask("Receipt", code=answer.data["receiptCode"]))["receipt"]
        answer = await story.do(
            person,
            "ReviseContribution",
            f"complète : « {person.voice.adds} »",
            f"complement/{round_}/{person.key}",
            quiet=True,
            tolerate=_CLOSED,
            **in_place("appel", round_),
            contributionId=known["contribution"]["id"],
            body=f"{person.voice.says} {person.voice.adds}",
            themes=list(person.voice.themes),
        )
    elif not answer.done and answer.code not in _CLOSED:
        raise Unforeseen(f"SubmitContribution: {answer.type} {answer.code or ''} {answer.message}")
    _keep(story, answer, person, round_)


async def enter(story: Story, person: Person, round_: int, *, posted_at: str | None = None) -> Answer:
    """Enter what somebody sent on paper, or said at the counter or on the telephone, as a clerk."""
    assert person.voice is not None
    clerk = story.cast["saisie-gp" if person.territory in ("GP", "GF") else "saisie-paris"]
    at = posted_at or (await story.now()).isoformat()
    answer = await story.do(
        clerk,
        "RecordContribution",
        f"saisit pour {person.label} ({CHANNELS[person.voice.channel]}).",
        f"contribution/{round_}/{person.key}",
        tolerate=_CLOSED,
        **in_place("appel", round_),
        channel=person.voice.channel,
        author={"memberId": person.id},
        postedAt=at if person.voice.channel == "PAPER" else None,
        receivedAt=None if person.voice.channel == "PAPER" else at,
        body=person.voice.says,
        themes=list(person.voice.themes),
    )
    _keep(story, answer, person, round_)
    return answer


def _keep(story: Story, answer: Answer, person: Person, round_: int) -> None:
    if answer.done:
        story.ids[f"contribution/{round_}/{person.key}"] = answer.data["receipt"]["contribution"]["id"]
        story.ids[f"recepisse/{round_}/{person.key}"] = answer.data["receipt"]["code"]


async def _repeat(story: Story, round_: int) -> None:
    """Send a contribution again: same key, same receipt; same person by another channel: refused."""
    person = story.cast["citoyen-lyon"]
    receipt = story.ids.get(f"recepisse/{round_}/{person.key}")
    if person.voice is None or receipt is None:
        return
    key = f"contribution/{round_}/{person.key}"
    again = await story.command(
        person,
        "SubmitContribution",
        key,
        **in_place("appel", round_),
        body=person.voice.says,
        themes=list(person.voice.themes),
    )
    if again.done and again.data["receipt"]["code"] != receipt:
        raise Unforeseen("La même clé a donné deux récépissés.")
    story.screen.line(
        "done",
        person.label,
        f"renvoie sa demande, même clé : même récépissé {receipt}.",
        "SubmitContribution",
    )
    other = await story.command(
        person, "SubmitContribution", key, **in_place("appel", round_), body="Autre chose.", themes=[]
    )
    story.screen.line(
        "refused", person.label, f"même clé, autre texte. Refusé : « {other.message} »", "SubmitContribution"
    )
    followed = story.cast[FOLLOWED]
    await story.do(
        followed,
        "SubmitContribution",
        "veut répondre aussi en ligne.",
        "contribution/double",
        refused="ALREADY_CONTRIBUTED",
        tolerate=_CLOSED,
        **in_place("appel", round_),
        body="Je le redis en ligne.",
        themes=[],
    )


async def hear(story: Story) -> None:
    """Hold the three hearings, hand in the records, and have those heard approve them."""
    seen = await story.until(
        "ouverture des auditions",
        lambda now: all(now.has_reached(f"auditions.{axis}", "OPEN") for axis in WITNESSES),
    )
    round_ = seen.stage("appel").round
    axes = [axis for axis in WITNESSES if f"audition/{axis}" in story.ids]

    async def hold(axis: str) -> None:
        place = in_place(f"auditions.{axis}", round_)
        hearing = story.ids[f"audition/{axis}"]
        heard = [story.cast[key].id for key in WITNESSES[axis]]
        for attempt in range(1, 40):
            answer = await story.command(
                story.cast.coordinator,
                "HoldHearing",
                f"audition/{axis}/tenue/{attempt}",
                **place,
                hearingId=hearing,
                heardIds=heard,
            )
            if answer.code != "HEARING_NOT_STARTED":
                break
            await asyncio.sleep(0.25)
        await story.do(
            story.cast.coordinator,
            "RecordHearing",
            f"compte rendu de l’axe {axis}.",
            f"audition/{axis}/compte-rendu",
            quiet=True,
            **place,
            hearingId=hearing,
            record=fr(RECORDS[axis]),
        )

    await story.all_of(
        "RecordHearing", "Une audition est tenue par axe, les comptes rendus sont déposés.", map(hold, axes)
    )
    await _approve_records(story, (f"auditions.{axis}" for axis in axes))


async def _approve_records(story: Story, stages: Iterable[str]) -> None:
    seen = await story.look()
    for stage in stages:
        ballot = seen.ballot("RECORD", stage)
        if ballot is not None:
            await vote_all(story, ballot, f"compte-rendu/{stage}")


async def extend(story: Story) -> None:
    """The State side asks for an extension; nothing moves until the local co-president has signed."""
    seen = await story.look()
    stage = seen.stage("appel")
    if stage.closes_at is None or stage.state != "OPEN":
        story.screen.say("L’appel est déjà clos : trop tard pour une prorogation.")
        return
    closes_at = stage.closes_at + story.planned("appel")
    answer = await story.do(
        story.cast["copresidence-etat"],
        "ExtendStage",
        f"demande de porter la clôture de {_clock(stage.closes_at)} à {_clock(closes_at)}. {EXTENSION}.",
        "prorogation",
        tolerate=(*_CLOSED, "STAGE_CHANGED", "SUSPENDED"),
        **in_place("appel", stage.round),
        closesAt=closes_at.isoformat(),
        seenClosesAt=stage.closes_at.isoformat(),
        reason=EXTENSION,
    )
    if not answer.done:
        return
    seen = await story.look()
    ballot = seen.ballot("SIGNATURES", kind="extend_stage")
    unchanged = seen.stage("appel").closes_at == stage.closes_at
    story.screen.line(
        "waiting",
        "",
        f"Proposition publique ; il manque : {', '.join(s.key for s in ballot.awaited) if ballot else 'rien'}. "
        f"Clôture {'inchangée' if unchanged else 'modifiée'} : {_clock(seen.stage('appel').closes_at)}.",
        "Situation",
    )
    await sign(story, "extend_stage", "prorogation")
    await show_calendar(story, "Calendrier annoncé et calendrier en cours", ("appel", "auditions.metiers"))


def _clock(at: datetime | None) -> str:
    return f"{at.astimezone(CLOCKS[0][1]):%H:%M:%S}" if at else "?"


async def kill_worker(story: Story) -> None:
    """End the worker with SIGKILL, cut the subscription, and lose nothing."""
    listener = story.listener
    assert listener is not None
    round_ = (await story.look()).stage("appel").round
    seen_before = len(listener.resumptions)
    with listener.cut():
        story.screen.line(
            "system",
            "",
            f"L’abonnement est coupé. Dernier numéro reçu : {listener.last}.",
            OPERATION,
        )
        pid = await asyncio.to_thread(story.stack.kill, "worker")
        if pid is not None:
            story.screen.line("system", "", f"kill -9 {pid} : le worker est mort, en plein travail.")
        else:
            story.screen.say("Ses processus ne sont pas à portée d’ici : seule la connexion est rompue.")
        person = story.cast[_DURING_THE_KILL]
        await contribute(story, person, round_)
        await story.do(
            story.cast["garant"],
            "PublishObservation",
            f"publie une observation : « {OBSERVATION} »",
            "observation",
            text=fr(OBSERVATION),
        )
        if pid is not None:
            back = await _worker_is_back(story, pid)
            story.screen.line("system", "", f"Le worker est de retour : processus {back}.")
    await story.until("reprise de l’abonnement", lambda now: len(listener.resumptions) > seen_before)
    resumed = listener.resumptions[-1]
    story.screen.line(
        "done",
        "",
        f"Abonnement repris après le n° {resumed.after} : le premier reçu est le n° {resumed.first}. Rien ne manque.",
        OPERATION,
    )


async def _worker_is_back(story: Story, killed: int) -> int | None:
    for _ in range(120):
        pid = story.stack.pid("worker")
        if pid is not None and pid != killed:
            return pid
        await asyncio.sleep(0.25)
    return None
