"""`concertation audit`: who came in and who was turned away, lately."""

from __future__ import annotations

import argparse
import json
import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from domain.auditing import What
from server.settings import Settings

if TYPE_CHECKING:
    from store.audit import Row

TEXTS = {
    "fr": {
        What.SIGNED_IN: "connexion",
        What.SIGNED_OUT: "déconnexion",
        What.TOKEN_CREATED: "jeton créé",
        What.TOKEN_REVOKED: "jeton révoqué",
        What.ROLE_GRANTED: "rôle accordé",
        What.ROLE_WITHDRAWN: "rôle retiré",
        What.SIGN_IN_FAILED: "connexion échouée",
        What.TOKEN_REFUSED: "jeton refusé",
        What.CODE_WRONG: "code inconnu",
        What.NOT_ALLOWED: "action non permise",
        What.ASKED_TOO_MUCH: "requête trop lourde",
        What.RATE_LIMITED: "trop de requêtes",
        What.DROPPED: "refus non écrits, trop nombreux",
        "none": "Rien depuis le {since}.",
        "more": "Ce sont les {most} dernières lignes ; d’autres précèdent : --most, ou une date plus proche.",
    },
    "en": {
        What.SIGNED_IN: "signed in",
        What.SIGNED_OUT: "signed out",
        What.TOKEN_CREATED: "token created",
        What.TOKEN_REVOKED: "token revoked",
        What.ROLE_GRANTED: "role granted",
        What.ROLE_WITHDRAWN: "role withdrawn",
        What.SIGN_IN_FAILED: "sign-in failed",
        What.TOKEN_REFUSED: "token refused",
        What.CODE_WRONG: "unknown code",
        What.NOT_ALLOWED: "not allowed",
        What.ASKED_TOO_MUCH: "asked too much at once",
        What.RATE_LIMITED: "asked too often",
        What.DROPPED: "refusals not written, too many",
        "none": "Nothing since {since}.",
        "more": "These are the latest {most} rows; there are earlier ones: --most, or a later date.",
    },
}
_UNITS = {"m": 60, "h": 3600, "d": 86400}


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--since", type=_since, default="1h", metavar="WHEN", help="30m, 2h, 7d, or a date (default: 1h)"
    )
    parser.add_argument(
        "--what",
        action="append",
        type=What,
        choices=list(What),
        metavar="KIND",
        help=f"of this kind alone; may be repeated: {', '.join(What)}",
    )
    parser.add_argument("--member", metavar="ID", help="by this member alone")
    parser.add_argument("--address", type=_address, help="from this address alone, or its network of 64 bits")
    parser.add_argument("--most", type=_count, default=1000, help="so many rows, the latest (default: 1000)")
    parser.add_argument("--json", action="store_true", help="for programs: a line for each row")
    parser.add_argument(
        "--language", choices=("fr", "en"), help="language of the words (default: the setting)"
    )


async def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Print it, the latest last."""
    from server.embedded.standing import looking_into
    from store import audit
    from store.clock import instant

    language = arguments.language or settings.language
    async with looking_into(settings, "audit") as connection:
        now = await instant(connection)
        since = now - arguments.since if isinstance(arguments.since, timedelta) else arguments.since
        rows = await audit.since(
            connection,
            since,
            what=arguments.what or (),
            member=arguments.member,
            address=arguments.address,
            most=arguments.most,
        )
    if arguments.json:
        for row in rows:
            print(json.dumps(_as_json(row), ensure_ascii=False))
        return 0
    _print(rows, since, arguments.most, language)
    return 0


def _print(rows: list[Row], since: datetime, most: int, language: str) -> None:
    from domain.texts import instant

    own = TEXTS[language]
    if not rows:
        print(own["none"].format(since=instant(since, language)))
    for row in rows:
        times = f" × {row.count}" if row.count > 1 else ""
        said = [instant(row.last_at, language), f"{own[row.what]}{times}"]
        said += [part for part in (row.member, row.address, row.about, row.reference) if part]
        print(" · ".join(said))
    if len(rows) == most:
        print(own["more"].format(most=most))


def _as_json(row: Row) -> dict[str, object]:
    return {
        "first_at": row.first_at.isoformat(),
        "last_at": row.last_at.isoformat(),
        "what": row.what.value,
        "member": row.member,
        "address": row.address,
        "about": row.about,
        "reference": row.reference,
        "count": row.count,
    }


def _address(text: str) -> str:
    from server.addresses import counted_as

    return counted_as(text.partition("/")[0])


def _count(text: str) -> int:
    if not re.fullmatch(r"[1-9][0-9]{0,6}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of rows")
    return int(text)


def _since(text: str) -> timedelta | datetime:
    found = re.fullmatch(r"([1-9][0-9]{0,5})([mhd])", text)
    if found:
        return timedelta(seconds=int(found[1]) * _UNITS[found[2]])
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is neither 30m, 2h, 7d nor a date") from None
    return at if at.tzinfo else at.astimezone()
