"""The papers of the concertation: what the coordination, the council, the rapporteurs and the authority write."""

TITLE = "Assises territoriales de l’intelligence artificielle"

INFORMATION_FILE = """\
Objet : décider, avant toute généralisation, où et comment l’intelligence artificielle générative peut servir le
service public. Trois axes : les politiques publiques, la vie publique, les métiers des agents publics.
Ce dossier réunit les bilans des expérimentations connues, le cadre de droit applicable et la grille d’évaluation
proposée : effets économiques, sociaux, environnementaux, juridiques, éthiques, démocratiques, effets pour les usagers
et pour les agents."""

INFORMATION_FILE_2 = (
    INFORMATION_FILE
    + """
Complété à la demande du conseil scientifique : temps de relecture mesuré dans quatre services, consommation d’énergie
et d’eau par service et par an, modalités de reprise de la main par une personne."""
)

PLACE = "Salle de réunion de la préfecture de région, et par visioconférence"

ROOMS = {"politiques-publiques": "Salle 1", "vie-publique": "Salle 2", "metiers": "Salle 3"}
"""Where the hearings take place, by axis."""

REQUESTS = {
    "politiques-publiques": "Nous avons comparé quatre outils dans deux services : en voici les résultats.",
    "vie-publique": "Ce que change, pour un usager, une réponse préparée par un outil.",
    "metiers": "Une petite mairie, un seul agent : ce que l’outil lui prend et lui rend.",
}
"""Requests to be heard, by axis."""

RECORDS = {
    "politiques-publiques": "Les deux personnes auditionnées demandent une évaluation comparée avant tout achat.",
    "vie-publique": "Les deux personnes auditionnées demandent que chaque réponse préparée par un outil le dise.",
    "metiers": "Les deux personnes auditionnées demandent la saisine du comité social avant tout essai.",
}
"""The records of the hearings, by axis."""

EXTENSION = "Une réunion publique a été ajoutée en Guadeloupe ; ses participants doivent pouvoir répondre"

OBSERVATION = "Le calendrier annoncé est tenu ; la part du papier et du guichet est publiée chaque jour."

WITHDRAWAL = "Intérêt déclaré : participation au capital d’un éditeur d’assistants conversationnels"

POSITIONS = {
    "conseil-2": (
        "REFER_BACK",
        "Les effets sur les agents ne sont pas documentés : le temps de relecture n’est mesuré nulle part.",
    ),
    "conseil-4": (
        "REFER_BACK",
        "Aucune contribution ne chiffre l’empreinte environnementale ; on ne peut pas conclure sans elle.",
    ),
    "conseil-5": (
        "FAVOURABLE_WITH_RESERVATIONS",
        "Les attentes des usagers sont claires ; le reste peut être complété pendant la synthèse.",
    ),
}
"""Individual positions before the opinion of the first round: conclusion and reasons, by the key of the person."""

OPINION_1 = """\
Le conseil scientifique salue la diversité des contributions. Il constate que les effets sur le travail des agents et
sur l’environnement ne sont pas documentés. Il renvoie le dossier pour réexamen et demande un second appel, limité à
ces deux points."""

OPINION_2 = """\
Le conseil scientifique constate que ses demandes ont reçu réponse. Il rend un avis favorable, avec une réserve sur la
publication annuelle des consommations."""

TAUGHT = "conseil-6"
"""The member who declared an interest in an organisation that is heard."""

NO_WITHDRAWAL = "Trois heures de cours il y a douze ans ; aucun lien depuis."

AGENDA = "Examen des contributions et des auditions ; vote de l’avis."

MINUTES = """\
Le conseil, régulièrement convoqué, a constaté son quorum. Il a examiné les contributions, les comptes rendus d’audition
et la grille d’évaluation, puis mis l’avis aux voix."""

EVALUATION = (
    ("economique", "Les coûts complets ne sont connus que pour deux services sur trois."),
    ("social", "Le guichet reste ouvert ; les files se sont raccourcies."),
    ("environnemental", "Aucune mesure avant et après."),
    ("juridique", "La base légale est citée ; la motivation des décisions reste à écrire."),
    ("ethique", "Une personne relit chaque réponse."),
    ("democratique", "Le conseil municipal a délibéré."),
    ("usagers", "Les réponses sont plus rapides et plus claires."),
    ("agents", "La charge s’est déplacée vers la relecture."),
)
"""The criteria of the evaluation, and the justification that is given."""

MARKS = {
    "presidence": (3, 4, 2, 3, 4, 4, 4, 2),
    "conseil-2": (3, 4, 1, 3, 4, 3, 4, 2),
    "conseil-6": (2, 3, 1, 4, 3, 4, 4, 3),
    "conseil-4": (3, 5, 2, 3, 5, 4, 5, 1),
    "conseil-5": (4, 4, 2, 2, 4, 4, 4, 2),
}
"""Marks by the key of the person, in the order of the criteria."""

ARTICLE_TITLE = "Une personne répond de chaque réponse"

ARTICLE = "Toute réponse préparée par un outil est relue par une personne avant son envoi."

AMENDMENT = "Cette personne est nommée à l’usager."

WHY_ADOPTED = "L’usager doit savoir à qui s’adresser."

AMENDED = "Toute réponse préparée par un outil est relue avant son envoi par une personne, nommée à l’usager."
"""The article of the second opinion, as it is drafted, amended, and put to the vote."""

RESERVATION = "La consommation d’énergie et d’eau de chaque outil est publiée chaque année, par service."

CHAPTERS = {
    "politiques-publiques": "Évaluer d’abord, généraliser ensuite : une grille commune, publiée, fixée avant l’essai.",
    "vie-publique": "Le droit de parler à une personne, au guichet comme au téléphone, aux mêmes heures partout.",
    "metiers": "Le comité social saisi avant tout essai ; la formation avant l’outil ; le temps de relecture compté.",
}
"""The chapters of the synthesis, by axis."""

RECOMMENDATION_GUICHET = """\
Garantir, pour chaque démarche, un guichet tenu par une personne, aux mêmes horaires que le service en ligne."""

RECOMMENDATION_BILAN = """\
Publier chaque année, par service, le temps de relecture et les consommations d’énergie et d’eau de chaque outil."""

ASCERTAINMENT = "Partout la même demande : une personne qui répond, et des essais que l’on sait arrêter."

RESERVATION_ANSWER = "La deuxième recommandation la reprend : elle est levée."

SYNTHESIS = """\
L’intelligence artificielle est choisie et non subie : elle s’essaie, s’évalue et s’arrête. Une personne décide, relit
et répond. Deux recommandations sont adressées à leurs destinataires, qui doivent chacun une réponse motivée."""

RESPONSES = {
    ("guichet", "ministere"): (
        "FOLLOWED",
        "Le maintien d’un guichet tenu par une personne sera inscrit dans la charte des services publics.",
    ),
    ("guichet", "associations-elus"): (
        "FOLLOWED_IN_PART",
        "D’accord sur le principe ; les petites communes demandent un guichet mutualisé à l’échelle intercommunale.",
    ),
    ("bilan", "ministere"): (
        "FOLLOWED",
        "Le registre public des outils comportera ces deux chiffres dès sa première édition.",
    ),
}
"""Answer and reasons, by recommendation and addressee."""

DECISION = """\
Aucun outil n’est généralisé avant évaluation. Un guichet tenu par une personne est garanti pour chaque démarche. Le
registre public des outils, avec leurs consommations, est ouvert dans l’année."""

REASONS = """\
Les évaluations manquent encore, et quatre contributions sur cinq demandent qu’une personne reste joignable. Les
réserves du conseil sur les consommations sont levées par le registre."""

COMMITMENT = "Ouvrir ou maintenir 120 guichets tenus par une personne."

INDICATOR = "Nombre d’heures d’ouverture par semaine, guichet par guichet, publié chaque trimestre."

GUARANTOR_REPORT = (
    "Les délais ont été tenus, les canaux non numériques ont compté autant que les autres. Le défaut de quorum a été "
    "constaté en public. Il reste à dire quand le registre ouvrira."
)

GUARANTOR_ANSWER = (
    "Le registre ouvre avant la fin de l’année ; sa date sera publiée dans le premier point d’étape."
)

PROGRESS = "Quarante-deux guichets ouverts ; les conventions intercommunales sont en cours de signature."

REPORT = (
    "Bilan de la première année : engagements tenus ou en cours, registre public ouvert, horaires publiés."
)
