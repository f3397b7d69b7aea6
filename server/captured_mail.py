"""GET /development/mail: the mails that were kept instead of being sent. Mounted in development on loopback alone."""

import email
import email.policy
from email.message import EmailMessage
from html import escape
from pathlib import Path
from uuid import UUID

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

_MOST = 200


class CapturedMail:
    """The list, the latest first, and each mail as plain text."""

    def __init__(self, folder: Path) -> None:
        """Read from this folder."""
        self._folder = folder

    async def index(self, request: Request) -> Response:
        """List them."""
        files = sorted(self._folder.glob("*.eml"), key=lambda file: file.stat().st_mtime, reverse=True)
        rows = "".join(_row(file) for file in files[:_MOST])
        return HTMLResponse(
            '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Mails</title></head><body>'
            f"<h1>Mails that would have been sent ({len(files)})</h1>"
            f"<table><tr><th>to<th>subject</tr>{rows}</table></body></html>"
        )

    async def mail(self, request: Request) -> Response:
        """Give one, as plain text."""
        try:
            file = self._folder / f"{UUID(request.path_params['id'])}.eml"
            mail = _read(file)
        except (ValueError, FileNotFoundError):
            return PlainTextResponse("There is no such mail.\n", 404)
        headers = "".join(f"{name}: {value}\n" for name, value in mail.items())
        part = mail.get_body(("plain",))
        return PlainTextResponse(f"{headers}\n{part.get_content() if part else ''}")


def _row(file: Path) -> str:
    mail = _read(file)
    return f'<tr><td>{escape(str(mail["To"]))}<td><a href="mail/{file.stem}">{escape(str(mail["Subject"]))}</a></tr>'


def _read(file: Path) -> EmailMessage:
    return email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
