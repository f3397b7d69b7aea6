"""What stands around the scenes: servers, tokens, screen, a pause between two."""

import asyncio
import secrets
import signal
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from domain.builtin import builtin
from domain.procedure import Procedure
from domain.sandbox import SUFFIX, Pace, sandbox
from server.demo.board import Board, Clock
from server.demo.cast import make_cast
from server.demo.client import Client
from server.demo.programme import SCENES, Scene
from server.demo.scenes import launching
from server.demo.screen import Screen, make_console
from server.demo.stack import OwnStack, Stack, attach_to_file, attach_to_url
from server.demo.story import Story
from server.demo.transcript import Transcript
from server.demo.voting import sign
from server.settings import Settings

_PROCEDURE = "assises-ia"


@dataclass(frozen=True, kw_only=True)
class Options:
    """What the person who typed `concertation demo` asked for."""

    step: bool = False
    keep: bool = False
    url: str | None = None
    ready_file: Path | None = None
    #: How long things last, relative to the sandbox profile.
    pace: float = 1.0
    transcript: Path | None = None
    #: Where the closing archive goes.
    archive: Path | None = None


async def play(settings: Settings, options: Options) -> int:
    """Play everything. Answers the exit code: 0 once the ledger is verified.

    Raises:
        DemoFailed: it could not be played to its end.
        ChildFailed: the servers did not start.
    """
    console = make_console()
    async with _stack(settings, options, console.print) as stack:
        run = secrets.token_hex(3)
        cast = make_cast(run)
        stack.give_tokens(cast.everybody)
        board = Board(Clock(), stack.processes)
        transcript = Transcript(options.transcript)
        screen = Screen(console, board, step=options.step)
        try:
            async with Client(stack.graphql_url) as client, _folder() as folder:
                story = Story(
                    client=client,
                    stack=stack,
                    cast=cast,
                    screen=screen,
                    board=board,
                    transcript=transcript,
                    run=run,
                    procedure=builtin(_PROCEDURE + SUFFIX),
                    afterwards=AsyncExitStack(),
                    folder=folder,
                    archive=options.archive,
                )
                with screen.shown():
                    await _play(story, options)
                if options.keep:
                    await _keep(story)
        finally:
            transcript.close()
    return 0


async def _play(story: Story, options: Options) -> None:
    story.screen.title(
        "Concertation : une démonstration",
        "Une concertation entière, du projet à la décision, en deux tours, sur de vrais serveurs.\n"
        "Tout passe par l’API GraphQL : le nom de chaque opération est à droite de sa ligne.",
    )
    since = time.monotonic()
    await story.now()
    if options.pace != 1.0:
        story.procedure = await _publish(story, options.pace)
    async with story.afterwards:
        for number, scene in enumerate(SCENES, start=1):
            await _show(story, number, scene)
    story.screen.title(
        "Fin",
        f"Deux tours, un journal vérifié, {len(story.receipts)} récépissés prouvés hors ligne, une archive vérifiée, "
        f"joués en {time.monotonic() - since:.0f} s. "
        "Ce que vous avez vu, tout client GraphQL peut le faire.",
    )


async def _show(story: Story, number: int, scene: Scene) -> None:
    if story.screen.step and number > 1:
        await _pause(story, number)
    story.screen.scene(number, scene.title, scene.audience, scene.intro)
    await scene.play(story)


async def _pause(story: Story, number: int) -> None:
    """Wait for the reader. Once launched, the concertation itself is suspended meanwhile, with both signatures."""
    launched = bool(story.concertation) and (await story.look()).phase == "LAUNCHED"
    if launched:
        await story.do(
            story.cast["copresidence-etat"],
            "Suspend",
            "suspend.",
            f"pause/{number}",
            quiet=True,
            reason="Pause de la démonstration",
        )
        await sign(story, "suspend", f"pause/{number}", quiet=True)
        story.screen.line("done", "", "Pause : la concertation est suspendue, à deux signatures.", "Suspend")
    await story.screen.pause()
    if launched:
        await story.do(
            story.cast.coordinator,
            "Resume",
            "reprend : ce qui restait est décalé d’autant.",
            f"reprise/{number}",
            tolerate=("NOT_SUSPENDED",),
            reason="Fin de la pause",
        )


async def _publish(story: Story, pace: float) -> Procedure:
    """Publish the procedure at another pace, under a name of its own."""
    from server.demo.faults import Unforeseen

    procedure = _at_pace(pace)
    source = procedure.model_dump_json()
    answered = await story.ask("PublishProcedure", story.cast.operator, input={"source": source})
    if answered["publishProcedure"]["__typename"] != "ProcedureAccepted":
        raise Unforeseen(f"PublishProcedure: {answered['publishProcedure']}")
    return procedure


def _at_pace(pace: float) -> Procedure:
    usual = Pace()
    scaled = Pace(
        notice=usual.notice * pace,
        stages={kind: seconds * pace for kind, seconds in usual.stages.items()},
        entry_window=usual.entry_window * pace,
        gate=usual.gate * pace,
        ballot=usual.ballot * pace,
        second_convening=usual.second_convening * pace,
        signatures=usual.signatures * pace,
    )
    procedure = sandbox(builtin(_PROCEDURE), scaled)
    return procedure.model_copy(update={"id": f"{procedure.id}-{round(pace * 1000)}"})


async def _keep(story: Story) -> None:
    """Leave everything up until Ctrl-C (or SIGTERM)."""
    enough = asyncio.Event()
    for wanted in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(wanted, enough.set)
    await launching.hand_over(story)
    story.screen.say(f"Les récépissés et le journal exporté : {story.folder}")
    story.screen.say(f"Tout reste en marche ({story.stack.graphql_url}). Ctrl-C arrête tout.")
    await enough.wait()


@asynccontextmanager
async def _folder() -> AsyncIterator[Path]:
    """Give a folder for what is fetched, which is gone with the demonstration."""
    with tempfile.TemporaryDirectory(prefix="concertation-recepisses-") as folder:
        yield Path(folder)


@asynccontextmanager
async def _stack(settings: Settings, options: Options, say: Callable[[str], None]) -> AsyncIterator[Stack]:
    if options.url is not None:
        yield attach_to_url(settings, options.url)
    elif options.ready_file is not None:
        yield attach_to_file(settings, options.ready_file)
    else:
        own = OwnStack(settings)
        say("Démarrage de PostgreSQL, de Temporal, du worker et de l’API …")
        try:
            yield await own.start()
        finally:
            with suppress(OSError):  # the terminal may be gone
                say("Arrêt des services.")
            await own.stop()
