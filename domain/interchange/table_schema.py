"""The Table Schema (Data Package 2.0) of an export: what anybody needs to read it, as data that is published."""

from __future__ import annotations

from typing import Any

from domain.interchange.columns import COLUMNS, Column, Type, Variant
from domain.interchange.meanings import DESCRIPTIONS, FORMULAS, MEANINGS, TITLES

PROFILE = "https://datapackage.org/profiles/2.0/tableschema.json"


def table_schema(variant: Variant) -> dict[str, Any]:
    """Describe the columns of a variant. Titles and descriptions in French; those in English under `translations`."""
    described = {
        language: f"{DESCRIPTIONS[variant][language]} {FORMULAS[language]}" for language in ("fr", "en")
    }
    return {
        "$schema": PROFILE,
        "name": f"contributions-{variant}",
        "title": TITLES[variant]["fr"],
        "description": described["fr"],
        "translations": {"en": {"title": TITLES[variant]["en"], "description": described["en"]}},
        "fields": [_field(column) for column in COLUMNS[variant]],
        "primaryKey": ["id"],
        "missingValues": [""],
    }


def _field(column: Column) -> dict[str, Any]:
    title, description = MEANINGS[column.name]
    constraints: dict[str, Any] = {}
    if column.required:
        constraints["required"] = True
    if column.pattern:
        constraints["pattern"] = column.pattern
    if column.values:
        constraints["enum"] = list(column.values)
    return {
        "name": column.name,
        "type": column.type.value,
        **({"format": column.format} if column.format else {}),
        **({"format": "default"} if column.type in (Type.DATE, Type.DATETIME) else {}),
        "title": title["fr"],
        "description": description["fr"],
        "translations": {"en": {"title": title["en"], "description": description["en"]}},
        **({"constraints": constraints} if constraints else {}),
    }
