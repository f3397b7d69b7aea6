"""What the columns of an export are called and mean: labels in French and English, as procedures have them."""

from __future__ import annotations

from collections.abc import Mapping

Label = Mapping[str, str]

TITLES: Mapping[str, Label] = {
    "public": {"fr": "Contributions, version publique", "en": "Contributions, public"},
    "complete": {"fr": "Contributions, version complète", "en": "Contributions, complete"},
}
DESCRIPTIONS: Mapping[str, Label] = {
    "public": {
        "fr": "Les contributions en vigueur des étapes publiques d’une concertation, une par ligne, dans l’ordre de "
        "réception. Rien n’y désigne qui s’est exprimé : ni nom, ni identifiant, ni commune, ni heure, ni référence de "
        "formulaire. Les textes sont ceux de leurs auteurs ; les données personnelles qu’ils contiendraient sont "
        "retirées par la modération.",
        "en": "The contributions in force of the public stages of a concertation, one a line, in the order of "
        "reception. Nothing in it tells who spoke: no name, identifier, commune, hour or reference of a form. The "
        "texts are those of their authors; personal data in them are for moderation to remove.",
    },
    "complete": {
        "fr": "Toutes les versions de toutes les contributions d’une concertation, avec ce qu’il faut pour les "
        "vérifier et les rétablir. À usage restreint : données personnelles, codes de récépissé, sels.",
        "en": "Every version of every contribution of a concertation, with what it takes to verify and to restore it. "
        "Restricted: personal data, codes of receipts, salts.",
    },
}
FORMULAS: Label = {
    "fr": "En CSV, un texte qui commencerait par =, +, -, @, une tabulation ou une fin de ligne, précédés ou non "
    "d’apostrophes, reçoit une apostrophe de plus : un tableur ne le prend pas pour une formule. Ôter une apostrophe "
    "à ces textes rend l’original. JSON Lines n’en a pas besoin.",
    "en": "In CSV, a text that would begin with =, +, -, @, a tab or an end of line, with or without apostrophes "
    "before it, gets one more apostrophe, so that no spreadsheet takes it for a formula. Taking one apostrophe "
    "away from such texts gives the original back. JSON Lines needs none of this.",
}

MEANINGS: Mapping[str, tuple[Label, Label]] = {
    "round": (
        {"fr": "Tour", "en": "Round"},
        {
            "fr": "Le tour de délibération, compté à partir de 1.",
            "en": "The pass of deliberation, counted from 1.",
        },
    ),
    "stage": (
        {"fr": "Étape", "en": "Stage"},
        {"fr": "La clé de l’étape dans la procédure.", "en": "The key of the stage in the procedure."},
    ),
    "id": (
        {"fr": "Contribution", "en": "Contribution"},
        {
            "fr": "L’identifiant de cette version de la contribution : celui que citent les recommandations.",
            "en": "The identifier of this version of the contribution: the one that recommendations cite.",
        },
    ),
    "version": (
        {"fr": "Version", "en": "Version"},
        {"fr": "Comptée à partir de 1.", "en": "Counted from 1."},
    ),
    "submitted_on": (
        {"fr": "Date de réception", "en": "Date of reception"},
        {
            "fr": "Le jour, à Paris, où elle a été reçue ou saisie.",
            "en": "The day, in Paris, on which it was received or entered.",
        },
    ),
    "channel": (
        {"fr": "Canal", "en": "Channel"},
        {
            "fr": "Comment elle est arrivée : online (en ligne), paper (papier), counter (guichet), phone (téléphone), "
            "hearing (audition).",
            "en": "How it arrived: online, paper, counter, phone, hearing.",
        },
    ),
    "college": (
        {"fr": "Collège", "en": "College"},
        {"fr": "Le collège dans lequel elle compte.", "en": "The college that it is counted in."},
    ),
    "organisation": (
        {"fr": "Organisme", "en": "Organisation"},
        {
            "fr": "L’identifiant de l’organisme au nom duquel elle est faite.",
            "en": "The identifier of the organisation in whose name it was made.",
        },
    ),
    "organisation_name": (
        {"fr": "Nom de l’organisme", "en": "Name of the organisation"},
        {"fr": "Son nom, tel qu’enregistré.", "en": "Its name, as registered."},
    ),
    "departement": (
        {"fr": "Département", "en": "Département"},
        {
            "fr": "Le département ou la collectivité d’outre-mer de l’auteur ; jamais sa commune.",
            "en": "The département or overseas collectivity of the author; never the commune.",
        },
    ),
    "themes": (
        {"fr": "Thèmes", "en": "Themes"},
        {"fr": "Les clés de ses thèmes, en liste JSON.", "en": "The keys of its themes, as a JSON list."},
    ),
    "body": (
        {"fr": "Texte", "en": "Text"},
        {
            "fr": "Ce qu’elle dit ; les réponses libres réunies, là où il y a un questionnaire. Vide si la modération "
            "l’a masquée (version publique) ou supprimée.",
            "en": "What it says; the free answers together where there is a questionnaire. Empty where moderation hid "
            "it (public variant) or destroyed it.",
        },
    ),
    "answers": (
        {"fr": "Réponses", "en": "Answers"},
        {
            "fr": "Un objet JSON, par question ; le questionnaire publie son JSON Schema.",
            "en": "A JSON object, by question; the questionnaire publishes its JSON Schema.",
        },
    ),
    "questionnaire": (
        {"fr": "Questionnaire", "en": "Questionnaire"},
        {
            "fr": "L’empreinte du questionnaire auquel elle répond.",
            "en": "The digest of the questionnaire answered.",
        },
    ),
    "hidden_at": (
        {"fr": "Masquée le", "en": "Hidden at"},
        {
            "fr": "Depuis quand la modération masque son texte. Elle compte toujours.",
            "en": "Since when moderation hides its text. It still counts.",
        },
    ),
    "redacted_at": (
        {"fr": "Texte supprimé le", "en": "Redacted at"},
        {
            "fr": "Quand son texte a été supprimé définitivement. Elle compte toujours.",
            "en": "When its text was destroyed for good. It still counts.",
        },
    ),
    "leaf": (
        {"fr": "Feuille", "en": "Leaf"},
        {
            "fr": "Son empreinte salée : la feuille du sceau, en hexadécimal.",
            "en": "Its salted digest: the leaf of the seal, in hexadecimal.",
        },
    ),
    "concertation": (
        {"fr": "Concertation", "en": "Concertation"},
        {"fr": "L’identifiant de la concertation.", "en": "The identifier of the concertation."},
    ),
    "member": (
        {"fr": "Auteur", "en": "Author"},
        {"fr": "L’identifiant pseudonyme de l’auteur.", "en": "The pseudonymous identifier of the author."},
    ),
    "territory": (
        {"fr": "Territoire", "en": "Territory"},
        {"fr": "Le code du territoire de l’auteur.", "en": "The code of the author’s territory."},
    ),
    "posted_at": (
        {"fr": "Postée le", "en": "Posted at"},
        {"fr": "Le cachet de la poste.", "en": "The postmark."},
    ),
    "received_at": (
        {"fr": "Remise le", "en": "Handed in at"},
        {"fr": "Quand elle est parvenue au service.", "en": "When it came into the hands of the service."},
    ),
    "submitted_at": (
        {"fr": "Reçue le", "en": "Received at"},
        {"fr": "L’instant de l’envoi ou de la saisie.", "en": "The instant at which it was sent or entered."},
    ),
    "actor": (
        {"fr": "Envoyée par", "en": "Sent by"},
        {
            "fr": "Qui l’a envoyée : son auteur, ou l’agent de saisie.",
            "en": "Who sent it: its author, or the clerk who typed it.",
        },
    ),
    "place": (
        {"fr": "Lieu", "en": "Place"},
        {"fr": "Où elle a été remise ou entendue.", "en": "Where it was handed in or heard."},
    ),
    "reference": (
        {"fr": "Référence", "en": "Reference"},
        {"fr": "Comment le service appelle le formulaire.", "en": "What the service calls the form."},
    ),
    "batch": (
        {"fr": "Lot", "en": "Batch"},
        {"fr": "Le lot annoncé dont elle fait partie.", "en": "The announced batch that it belongs to."},
    ),
    "supersedes": (
        {"fr": "Remplace", "en": "Replaces"},
        {"fr": "La version précédente.", "en": "The version before."},
    ),
    "superseded_at": (
        {"fr": "Remplacée le", "en": "Replaced at"},
        {
            "fr": "Depuis quand une version suivante compte à sa place.",
            "en": "Since when a later version counts in its place.",
        },
    ),
    "supersede_reason": (
        {"fr": "Motif du remplacement", "en": "Reason of replacement"},
        {
            "fr": "Pourquoi un formulaire a pris la place de ce qui était venu autrement.",
            "en": "Why a form took the place of what had come by another way.",
        },
    ),
    "withdrawn_at": (
        {"fr": "Retirée le", "en": "Withdrawn at"},
        {"fr": "Quand son auteur l’a retirée.", "en": "When its author withdrew it."},
    ),
    "carried_from": (
        {"fr": "Reprise de", "en": "Carried from"},
        {
            "fr": "La contribution du tour précédent qu’elle reprend telle quelle.",
            "en": "The contribution of the round before that counts in this one as it stood.",
        },
    ),
    "measure": (
        {"fr": "Mesure de modération", "en": "Measure of moderation"},
        {"fr": "La dernière mesure prise à son égard.", "en": "The latest measure against it."},
    ),
    "receipt": (
        {"fr": "Récépissé", "en": "Receipt"},
        {"fr": "Le code du récépissé.", "en": "The code of the receipt."},
    ),
    "command": (
        {"fr": "Clé d’envoi", "en": "Key of the command"},
        {
            "fr": "L’empreinte de la clé qui empêche de la recevoir deux fois.",
            "en": "The digest of the key that keeps it from being taken twice.",
        },
    ),
    "salt": (
        {"fr": "Sel", "en": "Salt"},
        {
            "fr": "Ce qui a été haché avant le contenu pour faire la feuille.",
            "en": "What was hashed before the content to make the leaf.",
        },
    ),
}
"""Title and description of each column."""
