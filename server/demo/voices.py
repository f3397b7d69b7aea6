"""What the forty participants say, in the words of the demands that the procedure was made for (DOMAIN.md, D1 to D12).

The texts are the project's own; functions and places, no persons.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Voice:
    """A participant: who they are, by which channel they answer, and what they say."""

    key: str
    label: str
    says: str
    themes: tuple[str, ...] = ("ethique",)
    channel: str = "ONLINE"
    territory: str = "FR"
    elected: bool = False
    office: str | None = None
    #: What they add in the second round, if anything.
    adds: str | None = None


_ETAT = (
    Voice(
        key="copresidence-etat", label="Coprésidence pour l’État", office="copresidence-etat",
        says="Aucun outil ne sera généralisé avant que les expérimentations aient été évaluées avec une "
        "grille commune.",
    ),
    Voice(
        key="ministere", label="Ministère chargé du numérique", office="ministere",
        says="Nous proposons un registre public des outils employés par les administrations, tenu à jour "
        "deux fois l’an.",
        adds="Le registre indiquera aussi le coût complet de chaque outil et l’énergie qu’il consomme.",
    ),
    Voice(
        key="prefecture", label="Préfecture de région",
        says="Nos agents d’accueil demandent une règle simple : ce que l’outil propose, une personne le "
        "relit et le signe.",
    ),
    Voice(
        key="rectorat", label="Rectorat d’académie", themes=("education",),
        says="Un outil peut aider à préparer un cours ; il ne doit ni noter seul, ni orienter un élève.",
    ),
    Voice(
        key="ars", label="Agence régionale de santé", themes=("sante",),
        says="Un résumé produit automatiquement dans un dossier doit être signalé comme tel et validé par un "
        "soignant.",
        adds="Deux établissements ont mesuré le temps de relecture : il annule la moitié du temps gagné.",
    ),
    Voice(
        key="securite-civile", label="Service de sécurité civile", themes=("securite",),
        says="Oui à l’aide à la rédaction des comptes rendus ; non à l’analyse des appels tant qu’elle n’est "
        "pas évaluée.",
    ),
    Voice(
        key="finances", label="Direction départementale des finances publiques", themes=("economie",),
        says="Un courrier préparé par un outil doit citer le texte qui le fonde : sans cela, l’usager ne "
        "peut se défendre.",
    ),
    Voice(
        key="secretariat-re", label="Secrétariat général commun de La Réunion", territory="RE",
        says="Les calendriers nationaux oublient nos horloges : une date limite se lit à l’heure de chaque "
        "territoire.",
        adds="Un essai conduit à Saint-Denis montre trois fois plus d’erreurs sur les adresses locales.",
    ),
)  # fmt: skip

_COLLECTIVITES = (
    Voice(
        key="copresidence-locale", label="Coprésidence pour les collectivités", office="copresidence-locale",
        elected=True,
        says="Pas de précipitation : laissons aux collectivités le temps d’apprendre de leurs propres essais.",
    ),
    Voice(
        key="associations-elus", label="Associations d’élus", office="associations-elus", elected=True,
        says="Chaque recommandation doit recevoir une réponse motivée, et l’absence de réponse doit se voir.",
    ),
    Voice(
        key="petite-commune", label="Commune de 900 habitants", channel="PAPER",
        says="Nous n’avons pas d’informaticien. Sans service mutualisé, nous subirons des choix faits ailleurs.",
        adds="Un service mutualisé à l’échelle du département coûterait moins qu’un abonnement par mairie.",
    ),
    Voice(
        key="metropole", label="Métropole", themes=("economie",),
        says="Huit mois d’essai : un gain réel pour les comptes rendus, aucun pour les réponses aux usagers. "
        "Publions-le.",
        adds="Nous versons au dossier le bilan chiffré de notre essai, y compris le temps passé à relire.",
    ),
    Voice(
        key="departement", label="Département, action sociale", themes=("social",),
        says="Aucune aide sociale ne doit être préparée sans qu’un travailleur social garde la main sur le dossier.",
    ),
    Voice(
        key="region", label="Région", themes=("dialogue-social",),
        says="La formation précède l’outil : deux jours par agent, inscrits au plan de formation.",
    ),
    Voice(
        key="commune-gp", label="Commune de Guadeloupe", territory="GP", themes=("environnement",),
        says="Nos réunions publiques ont lieu le soir : une clôture à minuit, heure de Paris, tombe à "
        "dix-huit heures ici.",
        adds="Merci d’avoir reporté la fin de journée à notre heure ; vingt personnes de plus ont pu répondre.",
    ),
    Voice(
        key="interco-re", label="Intercommunalité de La Réunion", territory="RE",
        says="Les outils comprennent mal le créole : une personne doit pouvoir reprendre la conversation à "
        "tout moment.",
    ),
)  # fmt: skip

_AGENTS = (
    Voice(
        key="syndicat-territorial", label="Organisation syndicale, fonction publique territoriale",
        themes=("dialogue-social",),
        says="Le comité social doit être saisi avant tout essai, avec une étude des effets sur les postes.",
        adds="L’étude d’effets doit distinguer le temps gagné, le temps de relecture et la charge mentale.",
    ),
    Voice(
        key="syndicat-etat", label="Organisation syndicale, fonction publique de l’État", themes=("dialogue-social",),
        says="Le temps gagné doit revenir au service rendu, et non servir à supprimer des emplois.",
    ),
    Voice(
        key="secretaire-mairie", label="Secrétaire de mairie",
        says="J’accepte une aide pour les délibérations, à condition de pouvoir la refuser sans me justifier.",
        adds="J’ai compté : quarante minutes gagnées par semaine, vingt-cinq perdues à vérifier.",
    ),
    Voice(
        key="accueil", label="Agente d’accueil, maison de services", themes=("social",), channel="PHONE",
        says="Les gens viennent pour être écoutés. Une machine à l’entrée, et ils repartent sans avoir rien demandé.",
    ),
    Voice(
        key="travail-social", label="Assistante de service social", themes=("social",),
        says="Ce que l’on me confie ne doit jamais entrer dans un outil dont je ne connais ni le lieu ni la mémoire.",
    ),
    Voice(
        key="etat-civil", label="Officier d’état civil",
        says="Pour un acte de décès, personne ne veut d’un assistant. Gardons la présence humaine là où elle compte.",
    ),
    Voice(
        key="informatique", label="Technicien informatique territorial", themes=("securite",),
        says="Donnez-nous des outils que l’on peut arrêter, remplacer et vérifier ; sinon la dépendance est "
        "pour dix ans.",
        adds="Une clause de réversibilité doit figurer dans chaque marché, avec un essai de sortie annuel.",
    ),
    Voice(
        key="infirmiere-mq", label="Infirmière scolaire, Martinique", territory="MQ", themes=("sante", "education"),
        says="Les données des enfants ne doivent pas quitter l’établissement, même pour un essai gratuit.",
    ),
)  # fmt: skip

_SOCIETE_CIVILE = (
    Voice(
        key="aide-usagers", label="Association d’aide aux usagers", themes=("social",),
        says="Chaque décision préparée avec un outil doit le dire, en une phrase que chacun comprend.",
        adds="La phrase doit dire aussi à qui s’adresser pour qu’une personne réexamine le dossier.",
    ),
    Voice(
        key="droits", label="Association de défense des droits", channel="HEARING",
        says="Le droit de parler à quelqu’un doit être écrit, opposable et gratuit.",
    ),
    Voice(
        key="handicap", label="Fédération de personnes handicapées", themes=("social", "sante"),
        says="Un outil qui n’est pas accessible exclut deux fois : testez-le avec nous avant de le déployer.",
        adds="Nous proposons dix testeurs par région, rémunérés comme tout expert.",
    ),
    Voice(
        key="cooperative", label="Coopérative du numérique", themes=("economie",),
        says="Réservez une part des marchés à des outils ouverts, hébergés ici, dont le code peut être relu.",
    ),
    Voice(
        key="chercheurs", label="Collectif de chercheuses et de chercheurs",
        says="Évaluer, c’est comparer : un service avec l’outil, un service sans, et des critères fixés "
        "avant l’essai.",
    ),
    Voice(
        key="consommateurs", label="Association de consommateurs", channel="PAPER",
        says="Publiez les erreurs comme vous publiez les réussites : la confiance viendra de là.",
    ),
    Voice(
        key="climat", label="Association de protection de l’environnement", themes=("environnement",),
        says="Aucun bilan n’indique l’eau et l’électricité consommées. Sans ces chiffres, on ne décide pas, on suit.",
        adds="Une requête coûte peu, un million coûte cher : demandez le chiffre annuel, par service.",
    ),
    Voice(
        key="mediation", label="Réseau de médiation numérique", themes=("social",), channel="COUNTER", territory="GP",
        says="Dans nos permanences, une personne sur trois vient parce que le site ne lui répond pas.",
    ),
)  # fmt: skip

_CITOYENS = (
    Voice(
        key="citoyenne-gp", label="Citoyenne, Pointe-à-Pitre", territory="GP", channel="PAPER", themes=("social",),
        says="Je n’ai pas d’ordinateur. Je demande qu’un guichet tenu par une personne reste ouvert, aux mêmes "
        "heures, pour chaque démarche.",
    ),
    Voice(
        key="citoyen-lyon", label="Citoyen, Lyon",
        says="Je veux savoir quand une machine m’a répondu, et pouvoir demander autre chose.",
        adds="Un simple bandeau suffirait : « réponse préparée par un outil, relue par… ».",
    ),
    Voice(
        key="citoyenne-brest", label="Citoyenne, Brest", themes=("environnement",),
        says="Avant d’acheter des serveurs, montrez ce que l’on pourrait faire avec les agents que l’on a.",
    ),
    Voice(
        key="citoyen-cayenne", label="Citoyen, Cayenne", territory="GF", channel="PHONE",
        says="Ici la préfecture est à quatre heures de pirogue : un outil, oui, si quelqu’un rappelle ensuite.",
        adds="Le rappel par une personne dans les deux jours serait un bon engagement.",
    ),
    Voice(
        key="citoyenne-mayotte", label="Citoyenne, Mamoudzou", territory="YT", channel="COUNTER",
        says="Traduisez d’abord les formulaires en shimaoré. L’intelligence peut attendre, la langue non.",
    ),
    Voice(
        key="citoyen-lens", label="Citoyen, Lens", themes=("securite",),
        says="Pas de reconnaissance des visages sous prétexte de simplifier l’accueil.",
    ),
    Voice(
        key="citoyenne-re", label="Citoyenne, Saint-Denis de La Réunion", territory="RE", themes=("education",),
        says="Apprenez aux enfants à s’en servir et à s’en passer ; aux adultes aussi.",
        adds="Des ateliers le samedi, dans les médiathèques, ouverts à tous.",
    ),
    Voice(
        key="citoyen-tard", label="Citoyen, Rodez",
        says="Je croyais avoir jusqu’à demain. Je voulais dire que le samedi compte aussi.",
    ),
)  # fmt: skip

COLLEGES: dict[str, tuple[Voice, ...]] = {
    "etat": _ETAT,
    "collectivites": _COLLECTIVITES,
    "agents": _AGENTS,
    "societe-civile": _SOCIETE_CIVILE,
    "citoyens": _CITOYENS,
}
"""The forty, by college: eight in each."""

CHANNELS = {
    "ONLINE": "en ligne", "PAPER": "papier", "COUNTER": "guichet", "PHONE": "téléphone", "HEARING": "audition",
}  # fmt: skip
"""The channels, as people read them."""

INVITED = "cooperative"
"""Whose organisation is invited by a letter: its representative becomes a member with the code."""
DESIGNATED = "metropole"
"""Who is given an organisation to speak for; a file goes with the answers."""
MENDED = "citoyen-lens"
"""Whose answers will not do at first: mended from the draft that was kept."""
REVISED = "rectorat"
"""Who sends a second version."""
WITHDRAWN = "etat-civil"
"""Who withdraws what they had sent."""
SUPERSEDED = "citoyenne-brest"
"""Who answers online, and whose form on paper then takes its place on the clerk's word."""
HEARD = "droits"
"""Who answers at a hearing."""
LATE = "citoyen-tard"
"""Who answers after the closing, in the first round."""
POSTED_IN_TIME = "consommateurs"
"""Whose letter, posted in time, is typed in after the closing."""
FOLLOWED = "citoyenne-gp"
"""Whose contribution is followed to its commitment."""
