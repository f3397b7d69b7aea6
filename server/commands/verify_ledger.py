"""`concertation verify-ledger`."""

import argparse

from server.settings import Settings

TEXTS = {
    "fr": {
        "whole": "Le journal est intact : {concertations} concertations, {events} événements, "
        "{contributions} contributions scellées.",
        "none": "Aucune concertation à vérifier.",
        "unknown": "La concertation {concertation} n’existe pas.",
        "faulty": "{concertations} concertations altérées ; pour chacune, la première anomalie est ci-dessus. "
        "Rien n’a été modifié. Comparez avec une sauvegarde ou une archive de clôture.",
        "place": "Concertation {concertation}, événement n° {seq} : {what}",
        "place_without_row": "Concertation {concertation} : {what}",
        "missing": "la ligne manque, ou porte un autre numéro ou une autre concertation.",
        "previous": "la ligne ne porte pas l’empreinte de celle qui la précède.",
        "content": "le contenu n’est pas celui dont l’empreinte a été prise.",
        "hash": "l’empreinte a été changée ; le contenu est bien celui que la ligne suivante confirme.",
        "column": "la colonne « {name} » dit autre chose que le contenu.",
        "unreadable": "le contenu n’est pas un événement possible à cet endroit.",
        "end": "c’est la dernière ligne du journal, mais la concertation en désigne une autre : "
        "des lignes ont été retranchées ou ajoutées.",
        "snapshot": "l’instantané n’est pas ce que dit le journal (« {name} »). "
        "`concertation doctor --mend` le refait à partir du journal.",
        "orphan": "le journal a des lignes, la concertation n’existe plus.",
        "seal": "les contributions de « {name} » (tour/étape) ne donnent pas la racine scellée.",
        "contribution": "la contribution {name} n’est plus celle qui a été scellée.",
    },
    "en": {
        "whole": "The ledger is whole: {concertations} concertations, {events} events, "
        "{contributions} sealed contributions.",
        "none": "There is no concertation to verify.",
        "unknown": "There is no concertation {concertation}.",
        "faulty": "{concertations} concertations were changed; the first fault of each is above. "
        "Nothing was modified. Compare with a backup or a closing archive.",
        "place": "Concertation {concertation}, event no. {seq}: {what}",
        "place_without_row": "Concertation {concertation}: {what}",
        "missing": "the row is missing, or carries another number or concertation.",
        "previous": "the row does not carry the hash of the row before it.",
        "content": "the content is not the one that was hashed.",
        "hash": "the hash was changed; the content is the one that the next row confirms.",
        "column": "the column “{name}” says otherwise than the content.",
        "unreadable": "the content is no event that is possible here.",
        "end": "this is the last row of the ledger, but the concertation names another one: "
        "rows were cut off or added.",
        "snapshot": "the snapshot is not what the ledger says (“{name}”). "
        "`concertation doctor --mend` makes it again from the ledger.",
        "orphan": "the ledger has rows, the concertation is gone.",
        "seal": "the contributions of “{name}” (round/stage) do not give the root that was sealed.",
        "contribution": "the contribution {name} is not the one that was sealed.",
    },
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--concertation", metavar="ID", help="look through this one only (default: all)")
    parser.add_argument("--language", choices=TEXTS, help="fr or en (default: the setting, else fr)")


async def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Print the first fault of each concertation, and a sentence at the end; exit code 1 if there is any."""
    from server.embedded.standing import looking_into
    from store.verification import verify

    said = TEXTS.get(arguments.language or settings.language, TEXTS["fr"])
    counts = {"concertations": 0, "events": 0, "contributions": 0}
    faults = 0
    async with looking_into(settings, "verify-ledger") as connection:
        async for verified in verify(connection, arguments.concertation):
            counts["concertations"] += 1
            counts["events"] += verified.events
            counts["contributions"] += verified.contributions
            if (fault := verified.fault) is not None:
                faults += 1
                what = said[fault.what].format(name=fault.name)
                place = said["place" if fault.seq is not None else "place_without_row"]
                print(place.format(concertation=fault.concertation, seq=fault.seq, what=what))
    if faults:
        print(said["faulty"].format(concertations=faults))
        return 1
    if arguments.concertation and not counts["concertations"]:
        print(said["unknown"].format(concertation=arguments.concertation))
        return 1
    print(said["whole" if counts["concertations"] else "none"].format(**counts))
    return 0
