"""Lists of organisations and of participants: from the lines of a file to what is to be registered."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from uuid import UUID

from domain.csv_rows import CsvRow, LineFault, rows
from domain.free_text import read
from domain.noticing.letters import LONGEST_LINE, MOST_LINES, postal_address, read_lines
from domain.organisations.registration import (
    LONGEST_NAME,
    LONGEST_REFERENCE,
    OrganisationKind,
    Registration,
    checked,
    fault_of_place,
    is_email,
)
from domain.refusals import Code, Finding, Refusal

_COMMON = {
    "reference": "reference", "référence": "reference", "ref": "reference",
    "name": "name", "nom": "name",
    "college": "college", "collège": "college",
    "email": "email", "mail": "email", "courriel": "email",
    "address": "address", "postal_address": "address", "adresse": "address", "adresse_postale": "address",
    "place": "place", "lieu": "place", "commune": "place", "code_insee": "place", "territory": "place",
    "territoire": "place",
}  # fmt: skip
ORGANISATION_COLUMNS: Mapping[str, str] = {
    **_COMMON, "kind": "kind", "type": "kind", "nature": "kind", "siren": "siren", "siret": "siret",
}  # fmt: skip
"""What the header of a list of organisations may say, in French or in English."""
PARTICIPANT_COLUMNS: Mapping[str, str] = {
    **_COMMON, "organisation": "organisation", "organisme": "organisation", "pseudonym": "pseudonym",
    "pseudonyme": "pseudonym", "elected": "elected", "élu": "elected", "elu": "elected", "élue": "elected",
}  # fmt: skip
"""What the header of a list of participants may say."""

_KINDS: Mapping[str, OrganisationKind] = {
    **{kind.value: kind for kind in OrganisationKind},
    "état": OrganisationKind.STATE, "etat": OrganisationKind.STATE,
    "région": OrganisationKind.REGION, "département": OrganisationKind.DEPARTEMENT,
    "epci": OrganisationKind.INTERCOMMUNALITY, "intercommunalité": OrganisationKind.INTERCOMMUNALITY,
    "établissement public": OrganisationKind.PUBLIC_BODY, "organisme public": OrganisationKind.PUBLIC_BODY,
    "association d'élus": OrganisationKind.ELECTED_ASSOCIATION,
    "association d’élus": OrganisationKind.ELECTED_ASSOCIATION,
    "syndicat": OrganisationKind.UNION, "organisation patronale": OrganisationKind.EMPLOYERS,
    "recherche": OrganisationKind.RESEARCH, "entreprise": OrganisationKind.COMPANY, "autre": OrganisationKind.OTHER,
}  # fmt: skip
_YES = frozenset(("oui", "yes", "true", "vrai", "x", "1"))
_NO = frozenset(("", "non", "no", "false", "faux", "0"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Enlisted:
    """A participant of a list."""

    reference: str
    name: str
    college: str | None
    #: The reference of the organisation that they speak for.
    organisation: str | None = None
    place: str | None = None
    elected: bool = False
    email: str | None = None
    #: Their pseudonymous id, where they have one.
    pseudonym: str | None = None


@dataclass(frozen=True, slots=True)
class OrganisationLine:
    """A line that is an organisation."""

    row: CsvRow
    said: Registration
    #: Where letters go, in its one form; unset: it does not say.
    postal: str | None = None


@dataclass(frozen=True, slots=True)
class ParticipantLine:
    """A line that is a participant."""

    row: CsvRow
    said: Enlisted
    #: Where letters go, in its one form; unset: it does not say.
    postal: str | None = None


def organisations(lines: Iterable[str], colleges: Collection[str]) -> Iterator[OrganisationLine | LineFault]:
    """Read organisations, one line after the other; a line has all its faults told.

    Raises:
        Unreadable: the file has no usable header.
    """
    seen = _References()
    for row in rows(lines, ORGANISATION_COLUMNS, ("reference", "name", "kind", "college")):
        if isinstance(row, LineFault):
            yield row
            continue
        faults = [*_missing(row, ("reference", "name", "kind", "college")), *seen.fault(row)]
        kind = _KINDS.get(row.cells.get("kind", "").casefold())
        if kind is None and "kind" in row.cells:
            said = {"value": row.cells["kind"][:60], "allowed": ", ".join(OrganisationKind)}
            faults.append(row.fault("kind", Finding("organisation_kind_unknown", args={**said})))
        registration, refusals = checked(
            Registration(
                **{name: row.cells.get(name) for name in ("reference", "siren", "siret", "place", "email")},
                name=row.cells.get("name", "?"),
                college=row.cells.get("college", ""),
                kind=kind or OrganisationKind.OTHER,
            ),
            {*colleges, *({""} if "college" not in row.cells else ())},
        )
        faults += [row.fault(refusal.path[0], refusal) for refusal in refusals]
        faults += _postal_faults(row)
        if faults:
            yield from faults
        else:
            yield OrganisationLine(row, registration, _postal(row))


def participants(lines: Iterable[str], colleges: Collection[str]) -> Iterator[ParticipantLine | LineFault]:
    """Read participants, one line after the other; a line has all its faults told.

    Raises:
        Unreadable: the file has no usable header.
    """
    seen = _References()
    for row in rows(lines, PARTICIPANT_COLUMNS, ("reference", "name")):
        if isinstance(row, LineFault):
            yield row
            continue
        faults = [*_missing(row, ("reference", "name")), *seen.fault(row), *_faults(row, colleges)]
        name = read(row.cells.get("name", "?"), LONGEST_NAME, ("name",))
        reference = read(row.cells.get("reference", "?"), LONGEST_REFERENCE, ("reference",))
        if isinstance(name, Refusal) or isinstance(reference, Refusal) or faults:
            found = [text for text in (name, reference) if isinstance(text, Refusal)]
            yield from (*faults, *(row.fault(refusal.path[0], refusal) for refusal in found))
            continue
        yield ParticipantLine(
            row,
            Enlisted(
                reference=reference,
                name=name,
                college=row.cells.get("college"),
                organisation=row.cells.get("organisation"),
                place=row.cells.get("place"),
                elected=row.cells.get("elected", "").casefold() in _YES,
                email=row.cells.get("email"),
                pseudonym=str(UUID(row.cells["pseudonym"])) if "pseudonym" in row.cells else None,
            ),
            _postal(row),
        )


class _References:
    """References that a file has had: eight bytes of each."""

    def __init__(self) -> None:
        self._seen: set[bytes] = set()

    def fault(self, row: CsvRow) -> Iterator[LineFault]:
        """Say that a reference was there before."""
        reference = row.cells.get("reference")
        if reference is None:
            return
        key = blake2b(reference.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        if key in self._seen:
            yield row.fault("reference", Finding("reference_twice", args={"reference": reference[:60]}))
        self._seen.add(key)


def _missing(row: CsvRow, required: Iterable[str]) -> list[LineFault]:
    return [row.fault(name, Finding("cell_missing")) for name in required if name not in row.cells]


def _faults(row: CsvRow, colleges: Collection[str]) -> Iterator[LineFault]:
    cells = row.cells
    college = cells.get("college")
    if college is not None and college not in colleges:
        yield row.fault("college", Refusal(Code.UNKNOWN_COLLEGE, {"college": college[:60]}, ("college",)))
    if "place" in cells and (refusal := fault_of_place(cells["place"])):
        yield row.fault("place", refusal)
    if "email" in cells and not is_email(cells["email"]):
        yield row.fault("email", Refusal(Code.INPUT_INVALID, {"field": "email"}, ("email",)))
    yield from _postal_faults(row)
    if cells.get("elected", "").casefold() not in _YES | _NO:
        yield row.fault("elected", Finding("neither_yes_nor_no", args={"value": cells["elected"][:60]}))
    if "pseudonym" in cells and not _is_uuid(cells["pseudonym"]):
        yield row.fault("pseudonym", Refusal(Code.INPUT_INVALID, {"field": "pseudonym"}, ("pseudonym",)))


def _postal(row: CsvRow) -> str | None:
    return postal_address(read_lines(row.cells["address"])) if "address" in row.cells else None


def _postal_faults(row: CsvRow) -> Iterator[LineFault]:
    if "address" in row.cells and _postal(row) is None:
        said = {"lines": MOST_LINES, "signs": LONGEST_LINE}
        yield row.fault("address", Finding("postal_address_too_long", args={**said}))


def _is_uuid(text: str) -> bool:
    try:
        return bool(UUID(text))
    except ValueError:
        return False
