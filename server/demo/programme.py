"""The programme: the scenes in their order, for whom each is, and what to look at."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from server.demo.scenes import (
    admitting,
    archiving,
    calling,
    contributing,
    deciding,
    drafting,
    entering,
    launching,
    proving,
    reviewing,
    sealing,
    verifying,
)
from server.demo.story import Story


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
        title="Une lettre, un code",
        audience=_COORDINATOR,
        intro="Un code court, lisible à voix haute, qui ne sert qu’une fois ; une erreur de lecture se voit aussitôt.",
        play=admitting.invite,
    ),
    Scene(
        title="L’appel à contributions, en ligne",
        audience=_ALL,
        intro="Il ouvre seul, à l’heure dite. Toutes les erreurs d’un coup, et le brouillon est gardé.",
        play=contributing.take_contributions,
    ),
    Scene(
        title="Papier, guichet, téléphone",
        audience=_ALL,
        intro="Même récépissé, même poids. Ce qui est en blanc ou coché deux fois est consigné, jamais deviné.",
        play=entering.enter_forms,
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
        intro="Un article amendé puis voté ; un avis favorable, avec une réserve que la synthèse devra reprendre.",
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
    Scene(
        title="Les récépissés, vérifiés hors ligne",
        audience=_ALL,
        intro="Chacun peut prouver que sa contribution est dans l’ensemble scellé, sans rien demander à personne.",
        play=verifying.verify_receipts,
    ),
    Scene(
        title="L’archive de clôture, vérifiée",
        audience=_ALL,
        intro="Un fichier public : chacun y refait chaque décision, chaque compte et chaque racine, sans serveur.",
        play=archiving.archive,
    ),
)
