"""From a global id to its object: one snapshot, and the key within it."""

from __future__ import annotations

from collections.abc import Callable

from api.articles import amendment_by_key, article_by_key, sees_article
from api.ballots import ballot_of
from api.commitments import commitment_of, guarantor_report_of
from api.concertation import concertation_of
from api.context import Info
from api.contributions import contribution_of
from api.decisions import decision_of
from api.events import event_of
from api.files import find_file
from api.grouping import grouping_by_key
from api.hearings import hearing_of, request_of
from api.ids import read_global_id, uuid_text
from api.items import is_seen, item_by_key
from api.meetings import meeting_by_key
from api.moderation import measure_by_key
from api.nodes import Node
from api.organisations import find_organisation, organisation_of
from api.people import delegation_of, member_of, office_of, person_of
from api.procedures import procedure_of
from api.publication import sees, sees_decision
from api.review import opinion_of, reservation_of
from api.snapshot import Snapshot
from api.stages import stage_of
from api.structure import document_of
from api.synthesis import recommendation_by_key, recommendations_seen, synthesis_of
from api.viewing import sees_author
from domain import process
from domain.treatment.lineage import all_items
from store import contributions


def _office(at: Snapshot, key: str) -> Node | None:
    found = at.process.offices.get(key)
    return office_of(at, found) if found else None


def _delegation(at: Snapshot, key: str) -> Node | None:
    found = at.process.delegations.get(key)
    return delegation_of(at, found) if found else None


def _document(at: Snapshot, key: str) -> Node | None:
    found = at.process.documents.get(key)
    return document_of(at, found) if found else None


def _hearing(at: Snapshot, key: str) -> Node | None:
    found = at.process.hearings.get(key)
    return hearing_of(at, found) if found else None


def _request(at: Snapshot, key: str) -> Node | None:
    found = at.process.requests.get(key)
    return request_of(at, found) if found else None


def _opinion(at: Snapshot, key: str) -> Node | None:
    found = at.process.opinions.get(key)
    return opinion_of(at, found) if found else None


def _reservation(at: Snapshot, key: str) -> Node | None:
    found = next((o.reservations[key] for o in at.process.opinions.values() if key in o.reservations), None)
    return reservation_of(at, found) if found else None


def _synthesis(at: Snapshot, key: str) -> Node | None:
    found = at.process.syntheses.get(key)
    return synthesis_of(at, found) if found else None


def _commitment(at: Snapshot, key: str) -> Node | None:
    found = at.process.commitments.get(key)
    return commitment_of(at, found) if found else None


def _decision(at: Snapshot, key: str) -> Node | None:
    found = next((d for d in at.process.decisions if str(d.version) == key), None)
    return decision_of(at, found) if found else None


def _guarantor_report(at: Snapshot, key: str) -> Node | None:
    found = next((r for r in at.process.guarantor_reports if str(r.version) == key), None)
    return guarantor_report_of(at, found) if found else None


def _stage(at: Snapshot, key: str) -> Node | None:
    round_, _, name = key.partition("/")
    return stage_of(at, name, int(round_)) if round_.isdecimal() and len(round_) < 6 else None


_WITHIN: dict[str, Callable[[Snapshot, str], Node | None]] = {
    "Ascertainment": item_by_key,
    "Amendment": amendment_by_key,
    "Article": article_by_key,
    "Ballot": ballot_of,
    "Commitment": _commitment,
    "Decision": _decision,
    "Delegation": _delegation,
    "Document": _document,
    "GuarantorReport": _guarantor_report,
    "Hearing": _hearing,
    "Meeting": meeting_by_key,
    "HearingRequest": _request,
    "Office": _office,
    "Opinion": _opinion,
    "Recommendation": recommendation_by_key,
    "Reservation": _reservation,
    "Stage": _stage,
    "Synthesis": _synthesis,
}


async def find(info: Info, id: str) -> Node | None:
    """Give what a global id names, or nothing: for what does not exist and for what may not be seen alike.

    An object has one id. What only resembles it (other digits, more padding, capital letters) names nothing.
    """
    found = await _find(info, id)
    return found if found is not None and found.id == id else None


async def _find(info: Info, id: str) -> Node | None:
    named = read_global_id(id)
    if named is None:
        return None
    type_name, keys = named
    if type_name == "Procedure":
        return await _procedure(info, keys)
    if type_name == "File":
        return await find_file(info, id)
    concertation = uuid_text(keys[0])
    at = await info.context.reading.snapshot(concertation) if concertation else None
    if at is None:
        return None
    if type_name == "Concertation":
        return concertation_of(at) if len(keys) == 1 else None
    if len(keys) < 2:
        return None
    key = "/".join(keys[1:])
    if type_name in _WITHIN:
        return _WITHIN[type_name](at, key) if _is_seen(info, at, type_name, key) else None
    if type_name == "Member":
        return await _author(info, at, key)
    if type_name == "Organisation":
        organisation = await find_organisation(info, at, key)
        return organisation_of(at, organisation) if organisation else None
    if type_name == "Contribution":
        rows = await info.context.reading.contributions(at, [key])
        return contribution_of(at, rows[key]) if key in rows else None
    if type_name == "Measure":
        return await measure_by_key(info, at, key)
    if type_name == "Grouping":
        return await grouping_by_key(info, at, key)
    if type_name == "Event" and key.isdecimal() and len(key) < 18:
        entry = await info.context.reading.entry(at.id, int(key))
        return event_of(info, at, entry) if entry else None
    return None


def _is_seen(info: Info, at: Snapshot, type_name: str, key: str) -> bool:
    if type_name == "Recommendation":
        return any(
            recommendation.key == key
            for synthesis in at.process.syntheses.values()
            for recommendation in recommendations_seen(info, at, synthesis)
        )
    if type_name == "Decision":
        viewer = info.context.viewer
        return any(str(d.version) == key and sees_decision(viewer, at, d) for d in at.process.decisions)
    if type_name == "Ascertainment":
        item = all_items(at.process).get(key)
        return isinstance(item, process.Ascertainment) and is_seen(info, at, item)
    if type_name in ("Article", "Amendment"):
        return sees_article(info, at, key)
    if type_name == "Reservation":
        return any(
            key in opinion.reservations
            and sees(info.context.viewer, at, opinion.stage, opinion.round, "opinion")
            for opinion in at.process.opinions.values()
        )
    return True


async def _author(info: Info, at: Snapshot, key: str) -> Node | None:
    """Give a member; or who answered without being one, to those who may know."""
    if key in at.process.members:
        return member_of(at, key)
    if not sees_author(info.context.viewer, at, key):
        return None
    said = await info.context.reading.ask(lambda connection: contributions.own(connection, key, at.id))
    return person_of(at, key) if said else None


async def _procedure(info: Info, keys: tuple[str, ...]) -> Node | None:
    if len(keys) != 2 or not keys[1].isdecimal() or len(keys[1]) > 9:
        return None
    found = await info.context.reading.procedure(keys[0], int(keys[1]))
    return procedure_of(found.definition, found.digest, found.published_at) if found else None
