"""Reading a page strictly: what is not closed, named twice, empty or from elsewhere is a fault."""

from __future__ import annotations

from html.parser import HTMLParser

VOID = {"meta", "link", "br", "hr", "img", "input"}
DRAWN = {"svg", "rect", "path", "line", "text"}
KNOWN = {
    "html", "head", "title", "body", "header", "nav", "main", "section", "article", "h1", "h2", "h3", "p", "a", "span",
    "div", "dl", "dt", "dd", "ol", "li", "table", "caption", "thead", "tbody", "tr", "th", "td", "figure",
    "figcaption", "details", "summary",
} | VOID | DRAWN  # fmt: skip
LANGUAGES = {"fr", "en", "pt-PT"}


class Page(HTMLParser):
    """A page that was read, and what is wrong with it."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []
        self.ids: list[str] = []
        self.pointed: list[str] = []
        self.addresses: list[str] = []
        self.headings: list[int] = []
        self.landmarks: list[str] = []
        self.count: dict[str, int] = {}
        self.said: list[str] = []
        self._open: list[str] = []
        self._words: list[bool] = []
        self.feed(text)
        self.close()
        self.faults += [f"{name} is not closed" for name in self._open]
        self.faults += [f"id {name} twice" for name in {n for n in self.ids if self.ids.count(n) > 1}]
        self.faults += [f"{name} points to nothing" for name in self.pointed if name not in self.ids]
        self.faults += [
            f"h{after} after h{before}"
            for before, after in zip(self.headings, self.headings[1:], strict=False)
            if after > before + 1
        ]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.count[tag] = self.count.get(tag, 0) + 1
        if len(given) < len(attrs):
            self.faults.append(f"{tag} says something twice")
        if tag not in KNOWN:
            self.faults.append(f"{tag} is no part of a page")
        if any(name.startswith("on") for name in given):
            self.faults.append(f"{tag} does something by itself")
        if tag in ("main", "nav", "header"):
            self.landmarks.append(tag)
        if tag in ("h1", "h2", "h3"):
            self.headings.append(int(tag[1]))
        if tag == "svg" and (given.get("role") != "img" or not given.get("aria-label")):
            self.faults.append("a drawing without a name")
        if tag == "th" and given.get("scope") not in ("row", "col"):
            self.faults.append("a heading of a table that says not of what")
        if tag == "p" and "p" in self._open:
            self.faults.append("a paragraph in a paragraph")
        if "lang" in given and given["lang"] not in LANGUAGES:
            self.faults.append(f"lang {given['lang']}")
        self._point(given)
        if tag not in VOID:
            self._open.append(tag)
            self._words.append(False)

    def _point(self, given: dict[str, str | None]) -> None:
        if name := given.get("id"):
            self.ids.append(name)
        if name := given.get("aria-labelledby"):
            self.pointed.append(name)
        for name in ("href", "src"):
            if address := given.get(name):
                self.addresses.append(address)
                if address.startswith("#"):
                    self.pointed.append(address[1:])

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag in DRAWN:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1] != tag:
            self.faults.append(f"/{tag} closes {self._open[-1] if self._open else 'nothing'}")
            return
        self._open.pop()
        if not self._words.pop() and tag in ("h1", "h2", "h3", "p", "th", "td", "caption", "a", "dt", "dd"):
            self.faults.append(f"an empty {tag}")
        if tag in ("span",) and self._words:
            self._words[-1] = True

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.said.append(data)
            if self._words:
                self._words[-1] = True
