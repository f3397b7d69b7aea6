"""GET /styles/{name}: the style sheets of pages. Their names hold the digest of what they say, so they never change."""

from functools import cached_property
from hashlib import sha256

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

_SIMPLE = """\
body { font: 1.1rem/1.5 sans-serif; max-width: 40rem; margin: 3rem auto; padding: 0 1rem; }
button { font: inherit; padding: 0.5rem 1rem; }
"""
_PUBLISHED = """\
:root { color: #1d1d1f; background: #ffffff; font: 1.05rem/1.5 system-ui, sans-serif; }
body { max-width: 46rem; margin: 0 auto; padding: 0 1rem 4rem; }
h1, h2 { line-height: 1.2; }
a { color: #1b4f8a; }
a:focus-visible { outline: 3px solid #9a4a00; outline-offset: 2px; }
.skip { position: absolute; left: -100rem; }
.skip:focus { position: static; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.3rem 1.5rem; }
dt { font-weight: bold; }
dd { margin: 0; overflow-wrap: anywhere; }
.standing { border-left: 4px solid #1b4f8a; padding: 0.5rem 1rem; background: #eef1f4; }
.replaced { border-color: #9a4a00; }
article { overflow-wrap: anywhere; }
code { overflow-wrap: anywhere; }
@media (max-width: 40rem) { dl { display: block; } }
@media print { nav, .skip { display: none; } }
"""


class StyleSheet:
    """One style sheet."""

    def __init__(self, name: str, text: str) -> None:
        """Keep its text under a name."""
        self._name = name
        self.text = text

    @cached_property
    def address(self) -> str:
        """Its path on this site."""
        return f"/styles/{self._name}-{sha256(self.text.encode()).hexdigest()[:16]}.css"


SIMPLE, PUBLISHED = StyleSheet("simple", _SIMPLE), StyleSheet("published", _PUBLISHED)
"""That of pages of few words; that of published decisions."""


async def style_sheet(request: Request) -> Response:
    """Give one; 404 for a name that none has now."""
    for sheet in (SIMPLE, PUBLISHED):
        if request.scope["path"] == sheet.address:
            headers = {"cache-control": "public, max-age=31536000, immutable"}
            return Response(sheet.text, headers=headers, media_type="text/css")
    return PlainTextResponse("Feuille de style inconnue. / There is no such style sheet.\n", 404)
