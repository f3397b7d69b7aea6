"""Every field of every kind of object, asked for by a person of every role, in their own and another concertation."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, get_args

import pytest
from graphql import GraphQLObjectType

from api.classified import DOER
from api.proving import ProvingSchema
from domain.events import Fact
from tests.api.house import House, pseudonym
from tests.rights.asking import Asking, links
from tests.rights.scene import AUTHORS, HOLDERS, Scene
from tests.rights.watching import Watched, Watcher, merged

pytestmark = pytest.mark.postgres
AT_ONCE = 6


async def arguments(scene: Scene) -> dict[str, str]:
    """Say what fields are asked with."""
    asked = '{ informationFile { asks { digest } } stage(key: "ancien") { id } }'
    found = await scene.about(asked)
    digest = next(one["asks"]["digest"] for one in found["informationFile"] if one["asks"])
    often = {"member_enrolled", "member_appointed"}
    told = [fact.__dataclass_fields__["kind"].default for fact in get_args(Fact)]
    told = [kind for kind in told if kind not in often]
    day = scene.made["next"].date()
    return {
        "Query.file": f'id: "{scene.made["scan"]}"',
        "Query.similarContributions": f'id: "{scene.made["contributions"][0]}"',
        "Query.place": 'code: "75056"',
        "Query.places": 'search: "Brest"',
        "Query.questionnaire": f'digest: "{digest}"',
        "Query.checkQuestionnaire": 'source: "x"',
        "Query.validateAnswers": f'stageId: "{found["stage"]["id"]}", answers: {{}}',
        "Query.batches": f'concertationId: "{scene.id}", stage: "appel"',
        "Query.node": f'id: "{scene.id}"',
        "Query.concertation": f'id: "{scene.id}"',
        "Query.procedure": 'key: "essai"',
        "Query.receipt": f'code: "{scene.made["sealed"]}"',
        "Query.checkProcedure": 'source: "x"',
        "Query.previewCalendar": 'opensAt: "2030-01-02T10:00:00Z", procedure: "essai"',
        "Concertation.hearingGrid": (
            f'stage: "auditions", plan: {{territory: "FR", first: "{day}", last: "{day + timedelta(days=7)}"}}'
        ),
        "Concertation.hearingConflicts": (
            f'startsAt: "{scene.made["next"]:%Y-%m-%dT%H:30:00Z}", endsAt: "{day}T23:00:00Z", room: "B"'
        ),
        "Concertation.followUp": 'stage: "appel"',
        "Concertation.procedureImpact": "version: 2",
        "Concertation.stage": 'key: "appel"',
        "Concertation.contributions": 'stage: "appel", first: 50',
        "Concertation.ledger": f"first: 200, kinds: {json.dumps(told)}",
        "Concertation.members": "first: 100",
        "Ballot.outcomeWithout": f'memberId: "{scene.members["ada"]}"',
        "Viewer.draft": f'concertationId: "{scene.id}", stage: "appel"',
        "Viewer.contributions": f'concertationId: "{scene.id}"',
    }


def watchers(suffix: str) -> list[tuple[str | None, Watcher]]:
    """Give everybody who looks at a concertation, by the name of their token: of it, of another one, of none."""
    other = "2" if not suffix else ""
    roles = HOLDERS.items()
    draft = {"coordinator": ("coordinator",)}
    own = [(name + suffix, Watcher(f"{role} of it", name, role, draft.get(name, ()))) for role, name in roles]
    foreign = [
        (name + other, Watcher(f"{role} of another", None, None, draft.get(name, ()))) for role, name in roles
    ]
    authors = [(name + suffix, Watcher(name, name)) for name in (*AUTHORS, "elder")]
    return [
        *own,
        *foreign,
        *authors,
        ("citizen" + other, Watcher("author in another")),
        ("stranger", Watcher("stranger")),
        ("operator", Watcher("operator", platform=("operator",))),
        (None, Watcher("nobody", has_account=False)),
    ]


class Reader:
    """Asks for objects by their ids, a few at once."""

    def __init__(self, house: House, asking: Asking) -> None:
        self.house = house
        self.document = asking.document_of_nodes(AT_ONCE)
        self.queries = asking.document_of_queries()

    async def query(self, as_: str | None) -> Any:
        """Ask for every field of the type Query."""
        answer = (await self.house.post(self.queries, {}, as_)).json()
        assert "errors" not in answer, (as_, answer["errors"][:3])
        return {"__typename": "Query", **answer["data"]}

    async def read(self, ids: list[str], as_: str | None) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for start in range(0, len(ids), AT_ONCE):
            part = ids[start : start + AT_ONCE]
            asked = {f"i{n}": part[min(n, len(part) - 1)] for n in range(AT_ONCE)}
            answer = (await self.house.post(self.document, asked, as_)).json()
            if "UNAVAILABLE" in {error["extensions"]["code"] for error in answer.get("errors", ())}:
                answer = (
                    await self.house.post(self.document, asked, as_)
                ).json()  # a busy machine is no fault
            assert "errors" not in answer, (as_, answer["errors"][:3])
            found |= {id: answer["data"][f"n{n}"] for n, id in enumerate(part)}
        return found

    async def follow(self, start: list[str], as_: str | None) -> dict[str, Any]:
        """Read all that leads on from some objects."""
        found: dict[str, Any] = {}
        asked = start
        while asked:
            found |= await self.read(asked, as_)
            asked = sorted({id for node in found.values() for id, _ in links(node)} - found.keys())
        return found


async def test_everybody_sees_what_their_right_shows_and_no_more(
    house: House, schema: ProvingSchema, unbounded: None, capsys: pytest.CaptureFixture[str]
) -> None:
    began = time.perf_counter()
    scene, other = Scene(house, ""), Scene(house, "2")
    await scene.play()
    await other.begin()
    played = time.perf_counter() - began
    asking = Asking(schema._schema, await arguments(scene))
    reader = Reader(house, asking)
    whole = await everything(reader, scene)
    asked = one_of_each_event(whole)
    seen: dict[str | None, dict[str, Any]] = {}
    for name, _ in watchers(""):
        seen[name] = await reader.read(asked, name)
        seen[name]["query"] = await reader.query(name)
        for id, node in seen[name].items():
            whole[id] = merged(whole.get(id), node)
    read = time.perf_counter() - began - played
    watched = Watched(whole, await names(scene))
    for name, who in watchers(""):
        for id in (*asked, "query"):
            watched.check_node(id, seen[name][id], who)
        watched.faults += [*of_the_viewer(seen[name]["query"]["Query__viewer"], name, who, watched)]
        watched.faults += [*dead_ends(seen[name], who)]
    met = {kind for node in whole.values() for kind in kinds_in(node)}
    with capsys.disabled():
        print(
            f"\n{sum(watched.counted.values())} answers about {len(watched.counted)} fields and kinds of objects, by "
            f"{len(seen)} people; {len(watched.faults)} faults. The scene holds {len(met)} types. "
            f"Played in {played:.0f} s, read in {read:.0f} s."
        )
    assert watched.faults == [], "\n".join(watched.faults[:50])
    missing = sorted(objects_of(schema) - met - ELSEWHERE.keys())
    assert not missing, f"make one of these in tests/rights/scene.py: {missing}"
    assert met & ELSEWHERE.keys() == set(), "these are in the scene: take them off the list"


async def everything(reader: Reader, scene: Scene) -> dict[str, Any]:
    """Give all that is found by those who see the most, and by authors."""
    whole: dict[str, Any] = {}
    for name in ("coordinator", "warden", "citizen", "mayor"):
        for id, node in (await reader.follow([scene.id, *scene.made["contributions"]], name)).items():
            whole[id] = merged(whole.get(id), node)
    return {id: node for id, node in whole.items() if node}


def one_of_each_event(whole: dict[str, Any]) -> list[str]:
    """Give the ids of all objects, and of one event of each kind."""
    kinds: Counter[str] = Counter()
    found = []
    for id, node in whole.items():
        kinds[node.get("Event__kind", "")] += 1
        if kinds[node.get("Event__kind", "")] == 1 or "Event__kind" not in node:
            found.append(id)
    return found


async def names(scene: Scene) -> dict[str, str]:
    """Give the names of the members by their ids."""
    listed = (await scene.about("{ members(first: 100) { nodes { id pseudonym } } }"))["members"]["nodes"]
    known = {pseudonym(name): name for name in (*scene.members, "coordinator")}
    return {one["id"]: known[one["pseudonym"]] for one in listed}


def of_the_viewer(said: Any, name: str | None, who: Watcher, watched: Watched) -> Iterator[str]:
    """Give what the viewer is told about somebody else than themself."""
    if said["Viewer__pseudonym"] != (name and pseudonym(name)):
        yield f"{who.label} is taken for {said['Viewer__pseudonym']}"
    for one in said["Viewer__contributions"]:
        if who.name not in watched.owners(one["id"]):
            yield f"{who.label} is given the contribution of {watched.owners(one['id'])}"
    if said["Viewer__draft"] and who.name != "local":
        yield f"{who.label} reads the draft of somebody else"
    if said["Viewer__accessTokens"] and who.name != "citizen":
        yield f"{who.label} is shown the tokens of somebody else"


BY_THEIR_OFFICE = {"Measure__contribution", "Concertation__moderationQueue", "Contribution__scan"}
"""Fields that show to moderators and clerks what is not there for them by its id."""


def dead_ends(seen: dict[str, Any], who: Watcher) -> Iterator[str]:
    """Give what is named to a viewer for whom there is nothing at the end of it."""
    for node in seen.values():
        for field, part in (node or {}).items():
            for id, kind in links(part) if field not in BY_THEIR_OFFICE else ():
                if id in seen and seen[id] is None:
                    yield f"{who.label}: {field} leads to a {kind} that is not there"


def kinds_in(value: Any) -> Iterator[str]:
    """Give the types of all objects in an answer."""
    if isinstance(value, dict):
        if "__typename" in value and value.keys() != {"__typename", "id"}:
            yield value["__typename"]
        for part in value.values():
            yield from kinds_in(part)
    elif isinstance(value, list):
        for part in value:
            yield from kinds_in(part)


def objects_of(schema: ProvingSchema) -> set[str]:
    """Give the types of objects that queries lead to."""
    return {
        name
        for name, kind in schema._schema.type_map.items()
        if isinstance(kind, GraphQLObjectType)
        and name[:2] != "__"
        and name not in DOER
        and not {"Refusal", "Accepted"} & {interface.name for interface in kind.interfaces}
    }


ELSEWHERE = {
    "Mutation": "tests/rights/test_doing.py",
    "Subscription": "tests/rights/test_following.py",
    "Account": "of who signs in with an issuer: tests/api/test_sign_in.py",
    "BrowserSession": "of who signs in with a browser: tests/api/test_browser_sessions.py",
    "AwaitedResponse": "public with its recommendation; none is left once the decision is issued",
    "InvitationsImpact": "of a version that takes a stage out: tests/api/test_closed_invitations.py",
    "FiguresUpdated": "no event of the ledger: tests/api/test_subscriptions.py",
}
"""Types that are no objects of the scene: where they are looked at."""
