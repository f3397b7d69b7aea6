"""A decision, or its reasons, as a page: no script, nothing from anywhere else, readable aloud and in print."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from domain.process import Decision
from server.published_words import TEXTS, What, line
from server.styles import PUBLISHED


def page(said: Mapping[str, Any], what: What, shown: Decision, out: Sequence[Decision], base: str) -> str:
    """Write the page of a version. `base` is the address of the concertation on this site."""
    language = said["language"]
    canonical = f"{base}/{what}/{shown.version}"
    return "".join((
        f'<!DOCTYPE html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n',
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
        f'<title>{escape(said["title"])}</title>\n<link rel="canonical" href="{escape(canonical)}">\n',
        f'<link rel="stylesheet" href="{PUBLISHED.address}">\n</head>\n<body>\n',
        f'<a class="skip" href="#text">{escape(said["skip"])}</a>\n',
        f"<header>\n<p>{escape(said['concertation'])}</p>\n<h1>{escape(said['what'])}</h1>\n</header>\n<main>\n",
        *_standing(said, what, out[-1], base),
        *_facts(said),
        *_texts(said),
        f"<h2>{escape(said['digest'])}</h2>\n<p><code>{escape(said['named'])}</code></p>\n",
        f"<p>{escape(said['proof'])}</p>\n</main>\n",
        *_nav(said, what, shown, out, base),
        "</body>\n</html>\n",
    ))  # fmt: skip


def _standing(said: Mapping[str, Any], what: What, latest: Decision, base: str) -> Iterator[str]:
    replaced = "" if said["is_latest"] else " replaced"
    yield f'<p class="standing{replaced}">{escape(said["standing"])}'
    if not said["is_latest"]:
        yield f' <a href="{escape(base)}/{what}/{latest.version}">{escape(said["see"])}</a>'
    yield "</p>\n"


def _facts(said: Mapping[str, Any]) -> Iterator[str]:
    yield "<dl>\n"
    yield from (f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>\n" for name, value in said["facts"])
    yield "</dl>\n"


def _texts(said: Mapping[str, Any]) -> Iterator[str]:
    """Write the text in each language that it has, marked with it; a heading only where there are several."""
    for number, one in enumerate(said["texts"]):
        place = ' id="text"' if number == 0 else ""
        yield f'<article{place} lang="{escape(one["language"])}" aria-label="{escape(one["name"])}">\n'
        if len(said["texts"]) > 1:
            yield f'<h2 lang="{said["language"]}">{escape(one["name"])}</h2>\n'
        for paragraph in one["text"].split("\n\n"):
            yield "<p>" + "<br>\n".join(map(escape, paragraph.split("\n"))) + "</p>\n"
        yield "</article>\n"


def _nav(
    said: Mapping[str, Any], what: What, shown: Decision, out: Sequence[Decision], base: str
) -> Iterator[str]:
    own, address = TEXTS[said["language"]], escape(base)
    yield f'<nav aria-labelledby="other">\n<h2 id="other">{escape(said["other"])}</h2>\n<ul>\n'
    yield f'<li><a href="{address}/{what}/{shown.version}.pdf">{escape(said["pdf"])}</a></li>\n'
    other = What.REASONS if what is What.DECISION else What.DECISION
    if other is What.DECISION or shown.reasons is not None:
        yield f'<li><a href="{address}/{other}/{shown.version}">{escape(own[other])}</a></li>\n'
    yield f"</ul>\n<h2>{escape(said['versions'])}</h2>\n<ul>\n"
    for decision in reversed(out):
        if what is What.REASONS and decision.reasons is None:
            continue
        here = ' aria-current="page"' if decision is shown else ""
        words = escape(line(decision, said["language"]))
        yield f'<li><a{here} href="{address}/{what}/{decision.version}">{words}</a></li>\n'
    yield "</ul>\n</nav>\n"
