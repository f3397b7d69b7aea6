"""The printable receipt: a PDF with a QR code, set by typst from server/receipt.typ."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from typing import Any

import segno
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from api.reading import Reading
from domain.digests import canonical_text
from domain.process import Process
from domain.receipts import ReceiptDocument, read_code
from domain.texts import instant, label, language_of, localised, negotiate
from server import typesetting
from store.faults import StoreFault
from store.pool import Pool

_AT_ONCE = 2
"""So many pages are set at the same time: each takes a processor for some tenth of a second."""

TEXTS = {
    "fr": {
        "title": "Récépissé de contribution",
        "qr_means": "Code QR : l’adresse de ce récépissé",
        "stage": "Étape",
        "round": "Tour",
        "version": "Version",
        "superseded": "Remplacée par une version ultérieure le",
        "withdrawn": "Retirée par l’auteur ou l’autrice le",
        "at": "Reçue le",
        "channel": "Canal",
        "sealed_title": "Scellement",
        "sealed_at": "Scellée le",
        "supplementary_at": "Sceau complémentaire du",
        "place": "Rang",
        "of": "{place} sur {size}",
        "root": "Racine publiée",
        "not_sealed": "L’étape n’est pas encore scellée. Redemandez ce récépissé après le scellement : "
        "il dira dans quel ensemble publié se trouve la contribution.",
        "digest_title": "Empreinte (SHA-256)",
        "keep": "Gardez ce code pour vous : qui le connaît peut lire la contribution et suivre ce qu’elle devient, "
        "sans compte. Le fichier JSON du récépissé se vérifie hors ligne avec « concertation verify-receipt ».",
        "body_title": "Ce qui a été reçu",
        "redacted": "Le texte a été détruit le {at}, par une mesure de modération. Son empreinte reste dans l’ensemble "
        "scellé ; un récépissé enregistré auparavant prouve toujours ce qui avait été reçu.",
        "none": "Aucun récépissé ne porte ce code. Vérifiez-le et réessayez.\n",
        "later": "Le récépissé n’a pas pu être établi. Rien n’est perdu. Réessayez dans quelques minutes.\n",
    },
    "en": {
        "title": "Receipt of a contribution",
        "qr_means": "QR code: the address of this receipt",
        "stage": "Stage",
        "round": "Round",
        "version": "Version",
        "superseded": "Replaced by a later version",
        "withdrawn": "Withdrawn by its author",
        "at": "Received",
        "channel": "Channel",
        "sealed_title": "Seal",
        "sealed_at": "Sealed",
        "supplementary_at": "Supplementary seal of",
        "place": "Place",
        "of": "{place} of {size}",
        "root": "Published root",
        "not_sealed": "The stage is not sealed yet. Ask for this receipt again after the sealing: it will say in which "
        "published set the contribution is.",
        "digest_title": "Digest (SHA-256)",
        "keep": "Keep this code to yourself: whoever knows it can read the contribution and follow what becomes of it, "
        "without an account. The JSON file of the receipt is verified offline with “concertation verify-receipt”.",
        "body_title": "What was received",
        "redacted": "The text was destroyed on {at}, by a measure of moderation. Its digest stays in the sealed set; a "
        "receipt saved before still proves what had been received.",
        "none": "No receipt has this code. Check it and try again.\n",
        "later": "The receipt could not be made. Nothing is lost. Try again in a few minutes.\n",
    },
}


class ReceiptPage:
    """Answers GET /receipts/{code}.pdf, whoever asks."""

    def __init__(self, pool: Pool, within: float) -> None:
        """Read through this pool, waiting at most `within` seconds."""
        self._pool = pool
        self._within = within
        self._setting = asyncio.Semaphore(_AT_ONCE)

    async def __call__(self, request: Request) -> Response:
        """Give the receipt of the code; 404 for every code that there is not."""
        language = language_of(negotiate(request.headers.get("accept-language")))
        code = read_code(request.path_params["code"])
        reading = Reading(self._pool, within=self._within)
        try:
            receipt = await reading.receipt(code) if code else None
            at = await reading.snapshot(receipt.concertation) if receipt else None
        except StoreFault:
            return PlainTextResponse(TEXTS[language]["later"], 503)
        if receipt is None or at is None:
            return PlainTextResponse(TEXTS[language]["none"], 404)
        said = words(receipt, at.process, str(request.url.replace(query="")), language)
        async with self._setting:
            page = await asyncio.to_thread(pdf, said)
        return Response(
            page,
            media_type="application/pdf",
            headers={
                "cache-control": "private, no-store",
                "content-disposition": f'inline; filename="{receipt.code}.pdf"',
                "referrer-policy": "no-referrer",
                "vary": "accept-language",
            },
        )


def words(receipt: ReceiptDocument, process: Process, address: str, language: str) -> dict[str, Any]:
    """Give what the page says, in one language. `address` goes into the QR code."""
    own, languages = TEXTS[language], (language,)
    stage = process.stages[receipt.stage]
    return {
        **{name: own[name] for name in ("title", "qr_means", "sealed_title", "not_sealed", "digest_title")},
        **{name: own[name] for name in ("keep", "body_title")},
        "language": language,
        "code": receipt.code,
        "concertation": localised(process.title, languages),
        "qr": _qr(address),
        "received": [
            [own["stage"], localised(stage.label, languages)],
            [own["round"], str(receipt.round)],
            [own["version"], str(receipt.contribution_version)],
            [own["at"], instant(datetime.fromisoformat(receipt.submitted_at), language)],
            [own["channel"], label(receipt.channel, languages, "channel")],
            *_since(receipt, language),
        ],
        "sealed": _seals(receipt, language),
        "digest": receipt.digest,
        "body": _body(receipt, language),
    }


def pdf(said: dict[str, Any]) -> bytes:
    """Set the page: the same bytes for the same words."""
    return typesetting.pdf("receipt.typ", said)


def _body(receipt: ReceiptDocument, language: str) -> str | None:
    if receipt.redacted_at is not None:
        return TEXTS[language]["redacted"].format(at=instant(receipt.redacted_at, language))
    if receipt.content is None:
        return None
    answers = receipt.content.get("answers")
    if answers is None:
        return str(receipt.content["body"])
    # Every answer as it was hashed, by the key of its question; texts without quotation marks.
    return "\n".join(
        f"{key}: {answer if isinstance(answer, str) else canonical_text(answer)}"
        for key, answer in answers.items()
    )


def _since(receipt: ReceiptDocument, language: str) -> list[list[str]]:
    own = TEXTS[language]
    return [
        [own[name], instant(at, language)]
        for name, at in (("superseded", receipt.superseded_at), ("withdrawn", receipt.withdrawn_at))
        if at is not None
    ]


def _seals(receipt: ReceiptDocument, language: str) -> Sequence[dict[str, Any]]:
    own = TEXTS[language]
    return [
        {
            "rows": [
                [
                    own["supplementary_at" if proof.supplementary else "sealed_at"],
                    instant(proof.sealed_at, language),
                ],
                [own["place"], own["of"].format(place=proof.index + 1, size=proof.size)],
                [own["root"], ""],
            ],
            "root": proof.root,
        }
        for proof in receipt.proofs
    ]


def _qr(address: str) -> str:
    image = BytesIO()
    segno.make_qr(address, error="m").save(image, kind="svg", border=2)
    return image.getvalue().decode()
