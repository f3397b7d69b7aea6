"""`concertation grant`: who has which role on the platform: granted, withdrawn, listed."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING
from uuid import UUID

from domain.auditing import What
from domain.rights import PlatformRole
from server.errors import CommandFailed
from server.settings import Settings

if TYPE_CHECKING:
    from store.accounts import Granted
    from store.pool import Connection

TEXTS = {
    "fr": {
        "asked": "Indiquez un rôle et à qui : --member ID, ou --issuer et --subject. Ou bien --list.",
        "granted": "{member} a désormais le rôle {role}, sous cinq secondes partout.",
        "had": "{member} avait déjà le rôle {role}. Rien n’a changé.",
        "withdrawn": "{member} n’a plus le rôle {role}, sous cinq secondes partout.",
        "lacked": "{member} n’avait pas le rôle {role}. Rien n’a changé.",
        "none": "Aucun rôle n’a été accordé.",
        "one": "{role} · {member} · depuis le {at}{who}",
    },
    "en": {
        "asked": "Name a role and to whom: --member ID, or --issuer and --subject. Or else --list.",
        "granted": "{member} has the role {role} from now on, everywhere within five seconds.",
        "had": "{member} had the role {role} already. Nothing has changed.",
        "withdrawn": "{member} has the role {role} no more, anywhere within five seconds.",
        "lacked": "{member} did not have the role {role}. Nothing has changed.",
        "none": "No role was granted.",
        "one": "{role} · {member} · since {at}{who}",
    },
}


_WRITTEN = {"granted": What.ROLE_GRANTED, "withdrawn": What.ROLE_WITHDRAWN}


class NotGranted(CommandFailed):
    """What was asked for is not whole."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "role", nargs="?", choices=[role.value for role in PlatformRole], help="the role on the platform"
    )
    whom = parser.add_mutually_exclusive_group()
    whom.add_argument("--member", type=UUID, metavar="ID", help="the pseudonymous id of a member")
    whom.add_argument("--issuer", help="who names them: the `iss` of their tokens; with --subject")
    parser.add_argument(
        "--subject", help="what the issuer calls them: `sub`. Their account is made if need be"
    )
    parser.add_argument("--withdraw", action="store_true", help="take the role back")
    parser.add_argument("--list", action="store_true", help="print who has which role")
    parser.add_argument(
        "--json", action="store_true", help="print the list for programs, a line for each role"
    )
    parser.add_argument(
        "--language", choices=("fr", "en"), help="language of messages (default: the setting)"
    )


async def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Grant or withdraw, which may be said again without harm; or list."""
    from server.embedded.standing import looking_into
    from store import accounts, audit
    from store.audit import Happened

    language = arguments.language or settings.language
    own = TEXTS[language]
    someone = arguments.member or (arguments.issuer and arguments.subject)
    if arguments.list == bool(arguments.role and someone):
        raise NotGranted(own["asked"])
    async with looking_into(settings, "grant") as connection:
        if arguments.list:
            _print(await accounts.granted(connection), language, as_json=arguments.json)
            return 0
        member, role = await _member(connection, arguments), PlatformRole(arguments.role)
        if arguments.withdraw:
            said = "withdrawn" if await accounts.withdraw(connection, member, role) else "lacked"
        else:
            said = "granted" if await accounts.grant(connection, member, role) else "had"
        if said in _WRITTEN:
            await audit.write(connection, [Happened(what=_WRITTEN[said], member=member, about=role.value)])
    print(own[said].format(member=member, role=role.value))
    return 0


async def _member(connection: Connection, arguments: argparse.Namespace) -> str:
    from store.accounts import account

    if arguments.member:
        return str(arguments.member)
    return (await account(connection, arguments.issuer, arguments.subject)).member


def _print(granted: list[Granted], language: str, *, as_json: bool) -> None:
    from domain.texts import instant

    if as_json:
        for one in granted:
            row = {
                "member": one.member,
                "role": one.role.value,
                "granted_at": one.granted_at.isoformat(),
                "issuer": one.issuer,
                "subject": one.subject,
            }
            print(json.dumps(row, ensure_ascii=False))
        return
    own = TEXTS[language]
    for one in granted:
        who = f" · {one.subject} ({one.issuer})" if one.issuer else ""
        at = instant(one.granted_at, language)
        print(own["one"].format(role=one.role.value, member=one.member, at=at, who=who))
    if not granted:
        print(own["none"])
