"""Letters that are to be printed."""

from __future__ import annotations

import strawberry

from api.context import Info
from api.ids import global_id
from api.letter_batches import LettersAccepted, PrintLettersInput, PrintLettersResult, batches_of
from api.mutations.addressing import conducts, mutation_of, seen
from api.performing import Refusing, refuse
from domain.free_text import key_fault
from domain.refusals import Code
from store import letters
from store.identifiers import derived


async def _print(info: Info, input: PrintLettersInput) -> LettersAccepted:
    at = await seen(info, input.concertation_id)
    by = conducts(info, at, "keep_notices")
    fault = key_fault(input.idempotency_key)
    if fault is not None:
        raise Refusing(fault)
    id = derived(by, input.idempotency_key, "letters")
    made = await info.context.reading.ask(
        lambda connection: letters.print_batch(connection, id=id, concertation=at.id, by=by)
    )
    if made is False:
        raise refuse(Code.IDEMPOTENCY_KEY_REUSED, "idempotency_key")
    if made is None:
        return LettersAccepted(batch=None)
    info.context.changed = True
    wanted = global_id("LetterBatch", at.id, id)
    return LettersAccepted(batch=next(one for one in await batches_of(info, at) if one.id == wanted))


@strawberry.type
class LetterMutations:
    """Fields of the type Mutation."""

    print_letters = mutation_of(
        PrintLettersInput, _print, PrintLettersResult,
        "Print the letters that wait for those who have no mail address that works, as one PDF.",
    )  # fmt: skip
