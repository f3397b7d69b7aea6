"""`concertation token`."""

import argparse
import re
from datetime import timedelta
from uuid import UUID

from server.settings import Settings

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--as", dest="roles", action="append", required=True, metavar="ROLE", help="may be repeated"
    )
    parser.add_argument(
        "--member", type=UUID, help="id of the member (default: the demo member of the first role)"
    )
    parser.add_argument(
        "--link",
        action="store_true",
        help="an address instead, which signs a browser in, once, on this machine",
    )
    parser.add_argument("--ttl", type=_duration, help="life of the token: 90s, 30m, 12h, 7d (default: 12h)")


async def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Print the token, or the address, alone on standard output."""
    from server.data_folder import DataFolder
    from server.errors import CommandFailed
    from server.sign_in.links import require_trusted, sign_link
    from server.tokens import demo_member, require_known, sign_token

    require_known(arguments.roles)
    member = arguments.member or demo_member(arguments.roles[0])
    if arguments.link:
        require_trusted(settings)
        port = settings.port or DataFolder(settings.data_dir).known_ports().get("api")
        if port is None:
            raise CommandFailed(
                f"No service was ever started on {settings.data_dir}: `concertation up` starts one, and gives links."
            )
        path = sign_link(settings, roles=arguments.roles, member=member, ttl=arguments.ttl)
        print(f"http://127.0.0.1:{port}{path}")
        return 0
    print(sign_token(settings, roles=arguments.roles, member=member, ttl=arguments.ttl))
    return 0


def _duration(text: str) -> timedelta:
    found = re.fullmatch(r"([1-9][0-9]{0,5})([smhd])", text)
    if found is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no duration such as 90s, 30m, 12h or 7d")
    return timedelta(seconds=int(found[1]) * _UNITS[found[2]])
