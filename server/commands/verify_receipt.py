"""`concertation verify-receipt`: offline, without settings, database or network."""

import argparse
import re
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from server.errors import CommandFailed
from server.settings import Settings

if TYPE_CHECKING:
    from domain.receipts import ReceiptDocument, Verdict

TEXTS = {
    "fr": {
        "receipt": "Récépissé {code}, concertation « {slug} », étape « {stage} », tour {round}, reçu le {at}.",
        "has_content": "Le contenu est bien celui dont l’empreinte a été prise : {digest}",
        "redacted": "Le contenu a été retiré de la publication ; seule son empreinte est vérifiée : {digest}",
        "proof": "Il est dans l’ensemble scellé le {at} : numéro {place} sur {size}, racine {root}",
        "supplementary": "Il est dans l’ensemble du sceau complémentaire du {at} : numéro {place} sur {size}, "
        "racine {root}",
        "unsealed_yet": "L’étape n’était pas encore scellée quand ce récépissé a été établi. "
        "Demandez-le de nouveau après le scellement.",
        "compared": "Cette racine est bien celle qui a été publiée. Le récépissé est vérifié.",
        "alone": "Le récépissé est cohérent avec lui-même. Pour le prouver, comparez la racine avec celle qui a été "
        "publiée : --root, ou --ledger avec un export du journal.",
        "ledger": "Le journal est une chaîne intacte jusqu’à la ligne {seq}, d’empreinte {head}",
        "withheld": "{count} lignes du journal ne sont pas encore publiées : leur empreinte est prise telle quelle.",
        "content": "Le contenu n’est pas celui dont l’empreinte a été prise.",
        "header": "L’en-tête du récépissé dit autre chose que son contenu.",
        "proof_fault": "L’empreinte ne mène pas à la racine qu’indique le récépissé.",
        "unsealed": "Ce récépissé n’a pas encore de preuve : il a été établi avant le scellement. "
        "Demandez-le de nouveau.",
        "root": "La racine publiée n’est pas celle à laquelle mène ce récépissé. S’il y a eu depuis un sceau "
        "complémentaire, demandez le récépissé de nouveau.",
        "faulty": "Le récépissé n’est pas vérifié. Le fichier n’a pas été modifié.",
        "unreadable": "{file} n’est pas un récépissé que cette version sait lire ({reason}). "
        "Enregistrez tel quel le champ « document » de la requête « receipt ».",
        "missing": "{file} ne peut pas être lu : {reason}.",
        "ledger_unreadable": "{file} n’est pas un export du journal ({reason}). "
        "Enregistrez la réponse de l’opération « Ledger », ou ses lignes en JSON Lines.",
        "ledger_broken": "{file} : la ligne {seq} du journal ne suit pas de la précédente, son contenu a été changé, "
        "ou elle est d’une autre concertation.",
    },
    "en": {
        "receipt": "Receipt {code}, concertation “{slug}”, stage “{stage}”, round {round}, received {at}.",
        "has_content": "The content is the one that was hashed: {digest}",
        "redacted": "The content was redacted; its hash alone is verified: {digest}",
        "proof": "It is in the set sealed {at}: number {place} of {size}, root {root}",
        "supplementary": "It is in the set of the supplementary seal of {at}: number {place} of {size}, root {root}",
        "unsealed_yet": "The stage was not sealed yet when this receipt was made. Ask for it again after the sealing.",
        "compared": "This root is the one that was published. The receipt is verified.",
        "alone": "The receipt agrees with itself. To prove it, compare the root with the published one: --root, "
        "or --ledger with an export of the ledger.",
        "ledger": "The ledger is an unbroken chain up to row {seq}, whose hash is {head}",
        "withheld": "{count} rows of the ledger are not published yet: their hash is taken as it stands.",
        "content": "The content is not the one that was hashed.",
        "header": "The header of the receipt says otherwise than its content.",
        "proof_fault": "The hash does not lead to the root that the receipt names.",
        "unsealed": "This receipt has no proof yet: it was made before the sealing. Ask for it again.",
        "root": "The published root is not the one that this receipt leads to. If there was a supplementary seal "
        "since, ask for the receipt again.",
        "faulty": "The receipt is not verified. The file was not changed.",
        "unreadable": "{file} is no receipt that this version can read ({reason}). "
        "Save the field `document` of the query `receipt` as it is.",
        "missing": "{file} cannot be read: {reason}.",
        "ledger_unreadable": "{file} is no export of the ledger ({reason}). "
        "Save the answer of the operation `Ledger`, or its rows as JSON Lines.",
        "ledger_broken": "{file}: row {seq} of the ledger does not follow from the one before it, its content was "
        "changed, or it is of another concertation.",
    },
}


class ReceiptNotRead(CommandFailed):
    """A file that was named is not what it should be."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("file", type=Path, metavar="FILE", help="the receipt: the field `document`, in JSON")
    against = parser.add_mutually_exclusive_group()
    against.add_argument(
        "--root", type=_root, metavar="HEX", help="a root that was published, to compare with"
    )
    against.add_argument(
        "--ledger", type=Path, metavar="EXPORT", help="an exported ledger, whose chain is verified, too"
    )
    parser.add_argument("--language", choices=TEXTS, help="fr or en (default: the setting, else fr)")


async def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Say what the receipt proves; exit code 1 if something does not hold."""
    from domain.receipts import LARGEST, ReceiptUnreadable, read_receipt, verify_receipt

    said = TEXTS.get(arguments.language or settings.language, TEXTS["fr"])
    file: Path = arguments.file
    try:
        receipt = read_receipt(_bytes(file, said, LARGEST + 1))
    except ReceiptUnreadable as fault:
        raise ReceiptNotRead(said["unreadable"].format(file=file, reason=fault)) from None
    published: Collection[str] | None = {arguments.root} if arguments.root else None
    if arguments.ledger:
        published = _published(arguments.ledger, receipt, said)
    return _tell(receipt, verify_receipt(receipt, published), said)


def _published(file: Path, receipt: "ReceiptDocument", said: dict[str, str]) -> Collection[str]:
    """Give the roots that an exported ledger has for the stage of the receipt."""
    from store.exported_ledger import LedgerBroken, LedgerUnreadable, read_ledger

    try:
        ledger = read_ledger(_bytes(file, said).decode(), receipt.concertation)
    except (LedgerUnreadable, UnicodeDecodeError) as fault:
        raise ReceiptNotRead(said["ledger_unreadable"].format(file=file, reason=fault)) from None
    except LedgerBroken as fault:
        raise ReceiptNotRead(said["ledger_broken"].format(file=file, seq=fault.seq)) from None
    print(said["ledger"].format(seq=ledger.seq, head=ledger.head))
    if ledger.withheld:
        print(said["withheld"].format(count=ledger.withheld))
    return ledger.roots.get((receipt.round, receipt.stage), frozenset())


def _tell(receipt: "ReceiptDocument", verdict: "Verdict", said: dict[str, str]) -> int:
    print(
        said["receipt"].format(
            code=receipt.code,
            slug=receipt.slug,
            stage=receipt.stage,
            round=receipt.round,
            at=receipt.submitted_at,
        )
    )
    for fault in verdict.faults:
        print(said["proof_fault" if fault == "proof" else fault])
    if "content" not in verdict.faults:
        print(said["has_content" if verdict.has_content else "redacted"].format(digest=receipt.digest))
    for proof in verdict.proofs:
        template = said["supplementary" if proof.supplementary else "proof"]
        at = proof.sealed_at.isoformat()
        print(template.format(at=at, place=proof.index + 1, size=proof.size, root=proof.root))
    if verdict.faults:
        print(said["faulty"])
        return 1
    print(said["compared" if verdict.compared else "alone" if verdict.proofs else "unsealed_yet"])
    return 0


def _bytes(file: Path, said: dict[str, str], most: int = -1) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(most)
    except OSError as fault:
        reason = fault.strerror or type(fault).__name__
        raise ReceiptNotRead(said["missing"].format(file=file, reason=reason)) from None


def _root(text: str) -> str:
    plain = re.sub(r"\s", "", text).lower()
    if not re.fullmatch(r"[0-9a-f]{64}", plain):
        raise argparse.ArgumentTypeError("a root has 64 hexadecimal digits")
    return plain
