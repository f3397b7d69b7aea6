"""Make domain/geography/places.tsv.xz from the npm package @etalab/decoupage-administratif.

    npm install --no-save --ignore-scripts @etalab/decoupage-administratif@6.0.0
    python tools/convert_geography.py node_modules/@etalab/decoupage-administratif 2026

The second argument is the vintage of the official geographic code, as the package's README tells it. The same package
gives the same bytes. What the columns mean is said in domain/geography/places.py, which reads them.
"""

from __future__ import annotations

import json
import lzma
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parents[1] / "domain" / "geography" / "places.tsv.xz"
_REGIONS = {
    "01": "GP", "02": "MQ", "03": "GF", "04": "RE", "06": "YT",
    "11": "FR-IDF", "24": "FR-CVL", "27": "FR-BFC", "28": "FR-NOR", "32": "FR-HDF", "44": "FR-GES", "52": "FR-PDL",
    "53": "FR-BRE", "75": "FR-NAQ", "76": "FR-OCC", "84": "FR-ARA", "93": "FR-PAC", "94": "FR-COR",
    "975": "PM", "977": "BL", "978": "MF", "984": "TF", "986": "WF", "987": "PF", "988": "NC",
}  # fmt: skip
"""From the codes of INSEE, which départements have too (01 is Guadeloupe and Ain), to those of ISO 3166."""

Row = tuple[str, str, str, str, str, str, str]


def main(package: Path, vintage: str) -> None:
    """Write the file, and say what is in it."""
    source = json.loads((package / "package.json").read_text())
    head = ("vintage", vintage, f"{source['name']} {source['version']}", "Licence Ouverte 2.0", "", "", "")
    rows = [head, *_rows(package / "data")]
    content = "".join("\t".join(row) + "\n" for row in rows).encode()
    TARGET.write_bytes(lzma.compress(content, preset=9 | lzma.PRESET_EXTREME))
    print(f"{TARGET.name}: {TARGET.stat().st_size} bytes", dict(Counter(row[0] for row in rows)))


def _rows(data: Path) -> Iterator[Row]:
    """Give the rows in the order of their codes: kind, code, name, département, region, within, form."""

    def read(name: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads((data / f"{name}.json").read_text())
        return sorted(found, key=lambda item: str(item["code"]))

    communes = read("communes")
    for region in read("regions"):
        if region["code"] in _REGIONS:
            yield ("region", _REGIONS[region["code"]], region["nom"], "", "", "", "")
    for one in read("departements"):
        if one["region"] in _REGIONS:
            yield ("departement", one["code"], one["nom"], one["code"], _REGIONS[one["region"]], "", "")
    current = {c["code"]: c for c in communes if c["type"] == "commune-actuelle" and c["region"] in _REGIONS}
    of_commune: dict[str, str] = {}
    for group in [*read("epci"), *read("ept")]:
        inhabitants: Counter[str] = Counter()
        for member in group["membres"]:
            inhabitants[current[member["code"]]["departement"]] += member["populationTotale"] or 0
            if group["type"] != "EPT":
                of_commune[member["code"]] = group["code"]
        departement = inhabitants.most_common(1)[0][0]
        its_region = _REGIONS[
            next(str(c["region"]) for c in current.values() if c["departement"] == departement)
        ]
        yield (
            "intercommunality", group["code"], group["nom"], departement, its_region, "", group["type"]
        )  # fmt: skip
    for code, one in current.items():
        yield (
            "commune", code, one["nom"], one["departement"], _REGIONS[one["region"]], of_commune.get(code, ""), ""
        )  # fmt: skip
    for one in communes:
        if one["code"] in current or one.get("region") not in _REGIONS:
            continue
        kind = "district" if one["type"] == "arrondissement-municipal" else "former_commune"
        within = one["commune"] if kind == "district" else one["chefLieu"]
        yield (kind, one["code"], one["nom"], one["departement"], _REGIONS[one["region"]], within, "")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
