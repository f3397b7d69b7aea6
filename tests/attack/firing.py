"""Firing one volley: what became of it, and how long it took."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter

import httpx

from tests.attack.gun import Gun
from tests.attack.volleys import Volley


@dataclass(frozen=True, kw_only=True)
class Fired:
    """One volley."""

    name: str
    #: Seconds from the first byte to the last answer.
    seconds: float
    shots: int
    turned_away: int
    #: Why what came back is not what must; nothing if it is.
    why: str


async def fire(volley: Volley, gun: Gun) -> Fired:
    """Fire it. Whoever is cut off, or not let in, is turned away; whoever waits in vain is not."""
    shots, turned_away, start, why = gun.shots, gun.turned_away, perf_counter(), ""
    try:
        await volley(gun)
    except httpx.TimeoutException as fault:
        why = f"no answer: {type(fault).__name__}"
    except (httpx.TransportError, ConnectionError):
        gun.turned_away += 1
    except Exception as fault:  # whatever it is, it is what the table tells
        why = f"{type(fault).__name__}: {fault}"[:1_000]
    return Fired(
        name=volley.__name__,
        seconds=perf_counter() - start,
        shots=gun.shots - shots,
        turned_away=gun.turned_away - turned_away,
        why=why,
    )
