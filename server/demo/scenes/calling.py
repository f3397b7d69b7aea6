"""While the call for input is open: an extension behind two signatures, hearings, a worker killed."""

import asyncio
from collections.abc import Iterable
from datetime import datetime

from server.demo.board import CLOCKS
from server.demo.calendar import show_calendar
from server.demo.listening import OPERATION
from server.demo.papers import EXTENSION, OBSERVATION, RECORDS
from server.demo.scenes.contributing import CLOSED, DURING_THE_KILL, contribute
from server.demo.scenes.entering import enter, in_hand, open_batch_of_hearing
from server.demo.scenes.launching import WITNESSES, called
from server.demo.story import Story, fr, in_place
from server.demo.voices import HEARD
from server.demo.voting import sign, vote_all

SILENT = "metiers"
"""The axis whose record is approved by silence."""


async def hear(story: Story) -> None:
    """Hold the three hearings, hand in the records, and have those heard approve them: in one axis by silence."""
    seen = await story.until(
        "ouverture des auditions",
        lambda now: all(now.has_reached(f"auditions.{axis}", "OPEN") for axis in WITNESSES),
    )
    round_ = seen.stage("appel").round
    axes = [axis for axis in WITNESSES if f"audition/{axis}" in story.ids]

    async def hold(axis: str) -> None:
        place = in_place(f"auditions.{axis}", round_)
        hearing = story.ids[f"audition/{axis}"]
        heard = [story.cast[key].id for key in called(story, axis)]
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
            "DraftRecord",
            f"projet de compte rendu de l’axe {axis}.",
            f"audition/{axis}/projet",
            quiet=True,
            **place,
            hearingId=hearing,
            record=fr(RECORDS[axis]),
        )
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
        "RecordHearing",
        "Une audition est tenue par axe ; les comptes rendus, rédigés en projet, sont déposés.",
        map(hold, axes),
    )
    heard = next((axis for axis in axes if HEARD in called(story, axis)), None)
    if heard is not None:
        await open_batch_of_hearing(story, story.cast[HEARD], story.ids[f"audition/{heard}"], round_)
    await enter(story, story.cast[HEARD], round_, in_hand(await story.look()))
    await _approve_records(story, (f"auditions.{axis}" for axis in axes if axis != SILENT))
    if SILENT in axes:
        story.screen.say(
            "Axe Métiers : personne ne dit rien du compte rendu. Passé le délai, le silence vaut approbation."
        )


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
        tolerate=(*CLOSED, "STAGE_CHANGED", "SUSPENDED"),
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
        await contribute(
            story,
            story.cast[DURING_THE_KILL],
            round_,
            say="répond : ni worker ni Temporal n’y sont nécessaires.",
        )
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
