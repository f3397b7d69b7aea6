"""`concertation doctor`."""

import argparse
from datetime import timedelta

from server.settings import Settings

#: A deadline is late by seconds when all is well; after this long nobody wakes the concertation.
ASLEEP_AFTER = timedelta(minutes=2)

TEXTS = {
    "fr": {
        "well": "Tout est en ordre : le schéma est à jour, et tout ce qui dérive du journal lui est conforme.",
        "pending": "Le schéma n’est pas à jour ({names}). Remède : `concertation migrate`.",
        "asleep": "Concertation {concertation} : une échéance est passée et rien ne l’a réveillée. "
        "Remède : démarrer `concertation worker`, puis `concertation reconcile`.",
        "mendable": "Concertation {concertation} : {table} {row}, « {name} » n’est pas conforme au journal. "
        "Remède : `concertation doctor --mend`.",
        "mended": "Concertation {concertation} : refaite à partir du journal.",
        "ledger": "Concertation {concertation} : le journal lui-même est altéré (n° ou objet : {row} ; {name}). "
        "Aucun programme n’y remédie : `concertation verify-ledger` en dit plus ; "
        "comparez avec une sauvegarde ou une archive de clôture.",
        "stranger": "Concertation {concertation} : {table} {row} est inconnu du journal. "
        "Remède : chercher qui l’a ajouté, puis le supprimer avec le compte propriétaire.",
    },
    "en": {
        "well": "All is well: the schema is up to date, and all that follows from the ledger agrees with it.",
        "pending": "The schema is behind ({names}). Mend: `concertation migrate`.",
        "asleep": "Concertation {concertation}: a deadline has passed and nothing woke it. "
        "Mend: start `concertation worker`, then `concertation reconcile`.",
        "mendable": "Concertation {concertation}: {table} {row}, “{name}” is not as the ledger says. "
        "Mend: `concertation doctor --mend`.",
        "mended": "Concertation {concertation}: made again from the ledger.",
        "ledger": "Concertation {concertation}: the ledger itself was changed (number or object: {row}; {name}). "
        "No program mends that: `concertation verify-ledger` tells more; "
        "compare with a backup or a closing archive.",
        "stranger": "Concertation {concertation}: {table} {row} is unknown to the ledger. "
        "Mend: find out who added it, then remove it as the owner.",
    },
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--concertation", metavar="ID", help="look at this one only (default: all)")
    parser.add_argument("--mend", action="store_true", help="make again what follows from the ledger")
    parser.add_argument("--language", choices=TEXTS, help="fr or en (default: the setting, else fr)")


async def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Print what is wrong and its mend, a line each; exit code 1 if anything is left to do."""
    from server.embedded.standing import looking_into, standing_database
    from server.migrating import pending
    from server.provisioning import Role
    from store.examination import asleep, examine, rederive

    said = TEXTS.get(arguments.language or settings.language, TEXTS["fr"])
    missing = await pending(standing_database(settings, Role.OWNER))
    if missing:
        print(said["pending"].format(names=", ".join(missing)))
        return 1
    async with looking_into(settings, "doctor") as connection:
        findings = await examine(connection, arguments.concertation)
        mended = (
            sorted({found.concertation for found in findings if found.mendable}) if arguments.mend else []
        )
        for concertation in mended:
            await rederive(connection, concertation)
            print(said["mended"].format(concertation=concertation))
        left = [found for found in findings if not (found.mendable and arguments.mend)]
        for found in left:
            kind = "mendable" if found.mendable else "ledger" if found.table == "ledger" else "stranger"
            print(
                said[kind].format(
                    concertation=found.concertation, table=found.table, row=found.row, name=found.name
                )
            )
        late = await asleep(connection, ASLEEP_AFTER)
        for concertation in late:
            print(said["asleep"].format(concertation=concertation))
    if left or late:
        return 1
    if not mended:
        print(said["well"])
    return 0
