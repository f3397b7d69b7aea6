"""Which language a person reads: Accept-Language, French by default."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

DEFAULT = "fr"


def accepted(header: str | None) -> tuple[str, ...]:
    """Give the language tags of an Accept-Language header, the best first, French last (RFC 9110, 12.5.4)."""
    weighted: list[tuple[float, str]] = []
    for item in (header or "")[:500].split(","):
        tag, _, parameter = item.strip().partition(";")
        name, _, value = parameter.strip().partition("=")
        try:
            weight = float(value) if name.strip() == "q" else 1.0
        except ValueError:
            weight = 0.0
        tag = tag.strip().lower()
        if weight > 0 and tag and tag != "*":
            weighted.append((weight, tag))
    weighted.sort(key=lambda pair: -pair[0])
    return tuple(dict.fromkeys([tag for _, tag in weighted] + [DEFAULT]))


def localised(labels: Mapping[str, str], languages: Sequence[str]) -> str:
    """Give the text in the first language that it exists in: the exact tag, then its primary language."""
    known = {tag.lower(): text for tag, text in labels.items()}
    for tag in languages:
        text = known.get(tag) or known.get(tag.partition("-")[0])
        if text:
            return text
    return known.get(DEFAULT, "")
