"""What the SQL function submit_contribution answers when it refuses, as refusals."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from domain.receipts import short_reference
from domain.refusals import Code, Refusal


def read_refusal(answer: dict[str, Any], own: bool) -> Refusal:
    """Read a refusal. `own`: who asks speaks for themself, or for the organisation, and is no clerk."""
    code = Code(answer["refusal"])
    stage: dict[str, Any] = answer.get("stage") or {}
    match code:
        case Code.STAGE_NOT_OPEN:
            return Refusal(
                code,
                {
                    "stage": stage["key"],
                    "round": stage["round"],
                    "state": stage["state"],
                    "opensAt": _instant(stage["opens_at"]),
                    "closesAt": _instant(stage["closes_at"]),
                    "serverTime": _instant(answer["now"]),
                },
                ("stage",),
            )
        case Code.ALREADY_CONTRIBUTED:
            return Refusal(code, _other(answer["receipt"], own, answer["of_another"]), ("author",))
        case Code.UNKNOWN_CONTRIBUTION | Code.CONTRIBUTION_REPLACED | Code.CONTRIBUTION_WITHDRAWN:
            return Refusal(code, {}, ("contribution",))
        case Code.UNKNOWN_BATCH:
            return Refusal(code, {}, ("batch",))
        case Code.SUSPENDED:
            return Refusal(code, {"stage": stage["key"]}, ("stage",))
        case Code.STAGE_WRONG_KIND:
            return Refusal(code, {"stage": stage["key"], "kind": stage["kind"]}, ("stage",))
        case Code.CHANNEL_NOT_OFFERED:
            return Refusal(code, {"channels": ", ".join(stage["channels"])}, ("channel",))
        case Code.NOT_ADMITTED:
            path = ("author",) if answer["college"] is None else ("college",)
            return Refusal(code, {"admission": stage["admission"]}, path)
        case Code.UNKNOWN_THEME:
            return Refusal(code, {"theme": answer["theme"]}, ("themes",))
        case Code.INPUT_INVALID:
            return Refusal(code, {"serverTime": _instant(answer["now"])}, ("receivedAt",))
        case Code.IDEMPOTENCY_KEY_REUSED:
            return Refusal(code, {}, ("idempotencyKey",))
        case Code.UNKNOWN_CONCERTATION:
            return Refusal(code, {}, ("concertation",))
        case _:
            return Refusal(code, {}, ("stage",))


def _other(receipt: dict[str, Any], own: bool, of_another: bool) -> dict[str, str | int]:
    """Say of the contribution that is there what lets people find it, and opens it to nobody who may not read it.

    Who knows the code of a receipt may read: it is for its author alone. Representatives of one organisation may revise
    what the other one sent.
    """
    said = {
        "channel": receipt["channel"],
        "submittedAt": _instant(receipt["submitted_at"]),
        "reference": short_reference(receipt["digest"]),
        "speaker": "organisation" if of_another else "you" if own else "person",
    }
    if receipt["reference"] is not None:
        said["formReference"] = receipt["reference"]
    if own:
        said["contribution"] = receipt["contribution"]
    if own and not of_another:
        said["receiptCode"] = receipt["code"]
    return said


def _instant(text: str) -> str:
    return datetime.fromisoformat(text).isoformat()
