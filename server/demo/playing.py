"""The order of the scenes, and what stands around them: servers, tokens, subscription, screen, a pause between two."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from domain.builtin import builtin
from domain.procedure import Procedure
from domain.sandbox import SUFFIX, Pace, sandbox
from server.demo.board import Board, Clock
from server.demo.cast import make_cast
from server.demo.client import Client
from server.demo.scenes import calling, deciding, drafting, launching, proving, reviewing, sealing
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


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A scene: for whom, what to look at, and what is played."""

    title: str
    audience: str
    intro: str
    play: Callable[[Story], Awaitable[None]]


_COORDINATOR, _COUNCIL, _CLIENT, _ALL = (
    "la coordination",
    "le conseil scientifique",
    "qui écrit un client",
    "tout le monde",
)

SCENES = (
    Scene(
        title="La procédure et son calendrier",
        audience=_COORDINATOR,
        intro="Qui clôt quand ? La fin de journée se lit à l’heure de chaque territoire.",
        play=drafting.show_calendar,
    ),
    Scene(
        title="Le projet, les personnes, le dossier",
        audience=_COORDINATOR,
        intro="Cinq collèges, trois axes, un conseil de sept. Un lancement incomplet est refusé, point par point.",
        play=drafting.draft,
    ),
    Scene(
        title="Le lancement, à deux signatures",
        audience=_COORDINATOR,
        intro="Tant que les deux coprésidences n’ont pas signé, c’est une proposition, publique comme telle.",
        play=launching.launch,
    ),
    Scene(
        title="La porte avant l’ouverture",
        audience=_COUNCIL,
        intro="Le conseil vote sur le questionnaire et le dossier. Un membre déporté ne vote pas.",
        play=launching.approve_opening,
    ),
    Scene(
        title="Un jeton, une requête",
        audience=_CLIENT,
        intro="À coller dans un autre terminal pendant que la démonstration continue.",
        play=launching.hand_over,
    ),
    Scene(
        title="L’appel à contributions",
        audience=_ALL,
        intro="Il ouvre seul, à l’heure dite. En ligne, papier, guichet, téléphone : même récépissé, même poids.",
        play=calling.take_contributions,
    ),
    Scene(
        title="La prorogation, à deux signatures",
        audience=_COORDINATOR,
        intro="L’État la demande ; rien ne bouge avant la signature de la coprésidence locale.",
        play=calling.extend,
    ),
    Scene(
        title="Les auditions",
        audience=_COUNCIL,
        intro="Une par axe, dans leur fenêtre ; les personnes entendues approuvent le compte rendu.",
        play=calling.hear,
    ),
    Scene(
        title="Le worker est tué",
        audience=_CLIENT,
        intro="Silence veut dire « on ne sait pas » : même demande, même clé, jusqu’à la réponse.",
        play=calling.kill_worker,
    ),
    Scene(
        title="La clôture, la lettre postée à temps, le sceau",
        audience=_ALL,
        intro="Trop tard pour l’un, à temps sur papier pour l’autre ; puis l’ensemble est scellé.",
        play=sealing.close_and_seal,
    ),
    Scene(
        title="L’avis : renvoi pour réexamen",
        audience=_COUNCIL,
        intro="Positions individuelles, puis un avis collectif, adopté par scrutin : le tour 2 s’ouvre.",
        play=reviewing.refer_back,
    ),
    Scene(
        title="Tour 2 : la porte est franchie à nouveau",
        audience=_COUNCIL,
        intro="Nouvelle version du dossier, nouvelle empreinte, nouveau vote.",
        play=reviewing.approve_again,
    ),
    Scene(
        title="Tour 2 : les compléments",
        audience=_ALL,
        intro="L’appel se rouvre sur les points demandés. Clore avant la durée minimale est refusé.",
        play=reviewing.complete,
    ),
    Scene(
        title="Tour 2 : l’avis",
        audience=_COUNCIL,
        intro="Favorable avec une réserve, que la synthèse devra reprendre.",
        play=reviewing.review_again,
    ),
    Scene(
        title="La synthèse",
        audience=_ALL,
        intro="Un chapitre par axe, des recommandations avec leurs sources et leurs destinataires.",
        play=deciding.synthesise,
    ),
    Scene(
        title="La décision",
        audience=_ALL,
        intro="Pas de décision sans réponse motivée de chaque destinataire ; deux signatures.",
        play=deciding.decide,
    ),
    Scene(
        title="Le suivi",
        audience=_COORDINATOR,
        intro="Un engagement a un responsable, une date et un indicateur.",
        play=deciding.follow_up,
    ),
    Scene(
        title="Ce qui était prévu, ce qui a eu lieu",
        audience=_COORDINATOR,
        intro="Deux tours, une prorogation, aucune date déplacée en silence.",
        play=proving.show_planned_and_actual,
    ),
    Scene(
        title="Le trajet d’une contribution",
        audience=_ALL,
        intro="Une lettre postée à Pointe-à-Pitre, suivie jusqu’à l’engagement.",
        play=proving.follow_one,
    ),
    Scene(
        title="Le journal, vérifié",
        audience=_CLIENT,
        intro="Chaque événement porte l’empreinte de celui qui le précède.",
        play=proving.verify_ledger,
    ),
)


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
            async with Client(stack.graphql_url) as client:
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
                )
                with screen:
                    await _play(story, options)
        finally:
            transcript.close()
        if options.keep:
            await _keep(story)
    return 0


async def _play(story: Story, options: Options) -> None:
    story.screen.title(
        "Concertation : une démonstration",
        "Une concertation entière, du projet à la décision, en deux tours, sur de vrais serveurs.\n"
        "Tout passe par l’API GraphQL : le nom de chaque opération est à droite de sa ligne.",
    )
    await story.now()
    if options.pace != 1.0:
        story.procedure = await _publish(story, options.pace)
    async with story.afterwards:
        for number, scene in enumerate(SCENES, start=1):
            await _show(story, number, scene)
    story.screen.title(
        "Fin", "Deux tours, un journal vérifié. Ce que vous avez vu, tout client GraphQL peut le faire."
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
            "suspend : pendant la pause, les horloges s’arrêtent.",
            f"pause/{number}",
            reason="Pause de la démonstration.",
        )
        await sign(story, "suspend", f"pause/{number}")
    await story.screen.pause()
    if launched:
        await story.do(
            story.cast.coordinator,
            "Resume",
            "reprend : ce qui restait est décalé d’autant.",
            f"reprise/{number}",
            tolerate=("NOT_SUSPENDED",),
            reason="Fin de la pause.",
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
    """Leave everything up until Ctrl-C."""
    story.screen.say(f"Tout reste en marche ({story.stack.graphql_url}). Ctrl-C arrête tout.")
    await launching.hand_over(story)
    await asyncio.Event().wait()


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
            say("Arrêt des services.")
            await own.stop()
