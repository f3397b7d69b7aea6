"""What the SQL function submit_contribution answers when it refuses, as refusals."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from domain.refusals import Code, Refusal


def read_refusal(answer: dict[str, Any], own: bool) -> Refusal:
    """Read a refusal. `own`: the author asks, who may learn the code of a receipt that they already have."""
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
            receipt = answer["receipt"]
            known = {"receiptCode": receipt["code"]} if own else {}
            return Refusal(code, {**known, "channel": receipt["channel"]}, ("author",))
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


def _instant(text: str) -> str:
    return datetime.fromisoformat(text).isoformat()
