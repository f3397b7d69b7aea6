"""Every mutation, by whoever may not, in their own and in another concertation; and by somebody who may, once."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from api.proving import ProvingSchema
from api.reaching import action_of
from domain.procedure import Role
from domain.refusals import Code
from domain.rights import Who
from tests.api.house import House
from tests.rights.asking import Asking
from tests.rights.expected import Expected, expected
from tests.rights.inputs import Inputs
from tests.rights.scene import HOLDERS, Scene
from tests.rights.test_fields import Reader, arguments, everything, watchers
from tests.rights.watching import Watcher

pytestmark = pytest.mark.postgres


def named(scene: Scene, whole: dict[str, Any]) -> dict[str, Any]:
    """Give the ids of objects by the names of the fields that ask for them."""
    first: dict[str, str] = {}
    for id, node in whole.items():
        first.setdefault(node["__typename"], id)
    elder, contribution = scene.members["elder"], scene.made["contributions"][0]
    hearings = ("requestHearing", "withdrawRequest", "answerCall", "replaceWitness", "correctRecord")
    placed = {f"{mutation}.stage": "auditions" for mutation in hearings}
    placed |= {
        f"{mutation}.stage": "decision" for mutation in ("respond", "makeCommitment", "reportProgress")
    }
    found = placed | {f"{kind[0].lower()}{kind[1:]}Id": id for kind, id in first.items()}
    return found | {
        "concertationId": scene.id, "stage": "appel", "round": 1, "office": "conseil", "memberId": elder,
        "toId": elder, "witnessId": scene.members["citizen"], "heardId": elder, "byId": elder, "rapporteurId": elder,
        "contributionId": contribution, "keptId": contribution, "otherId": scene.made["contributions"][1],
        "requestId": first["HearingRequest"], "itemId": scene.made["recommendation"], "owner": "dinum",
        "addressee": "dinum", "invitationId": scene.made["invitation"], "webhookId": scene.made["webhook"],
        "noticeId": scene.made["invitation"], "accessTokenId": scene.made["token"], "sessionId": elder,
        "keptSessionId": elder, "code": scene.made["code"], "questionnaire": scene.made["grid"],
        "draftConcertation.procedure": "essai", "migrateProcedure.version": 2, "language": "fr",
        "measureId": scene.made["measure"], "groupingId": scene.made["grouping"], "procedure": "essai",
        "slug": "nouvelle", "key": "neuf", "source": "x", "pseudonym": None,
        "evaluate.answers": {"droit": {"mark": 1, "justification": "x"}},
        "attachDocument.text": {"fr": "x"}, "withdrawProposal.ballotId": scene.made["proposal"],
        "mediaType": "application/pdf", "size": 10, "name": "x.pdf",
    }  # fmt: skip


def denied(row: Expected, who: Watcher) -> bool:
    """Say whether somebody may not, by who they are: what one does for oneself, nobody does in another concertation."""
    if Who.ANYBODY in row.others or not row.platform.isdisjoint(who.platform):
        return False
    if row.action == "discard_draft" and who.has_account:
        return False  # there is none of theirs, and none is gone
    if Who.ACCOUNT in row.others:
        return not who.has_account
    if who.role in row.roles or (who.name == "prefect" and Role.ADDRESSEE in row.roles):
        return False  # the prefect by a delegation
    by_themselves = {Who.THEMSELF, Who.CODE, Who.ELECTORATE} & row.others
    return not by_themselves or who.name is None


async def test_nobody_does_what_they_may_not(
    house: House, schema: ProvingSchema, unbounded: None, capsys: pytest.CaptureFixture[str]
) -> None:
    scene, other = Scene(house, ""), Scene(house, "2")
    await scene.play()
    await other.begin()
    whole = await everything(Reader(house, Asking(schema._schema, await arguments(scene))), scene)
    inputs = Inputs(schema._schema, named(scene, whole))
    assert schema._schema.mutation_type is not None
    mutations = list(schema._schema.mutation_type.fields)
    before = await house.clock_and_ledger()
    wrong: Counter[str] = Counter()
    asked = 0
    for name, who in watchers(""):
        theirs = [mutation for mutation in mutations if denied(expected()[action_of(mutation)], who)]
        answers = await ask(house, inputs, theirs, name)
        asked += len(answers)
        for mutation, answer in answers.items():
            row = expected()[action_of(mutation)]
            known = row.roles or (not who.has_account and Who.CODE not in row.others)
            if answer.get("code") not in ({"NOT_ALLOWED"} if known else {*Code}):
                wrong[f"{mutation} {answer.get('code') or answer['__typename']}"] += 1
    with capsys.disabled():
        print(
            f"\n{asked} mutations of {len(mutations)} kinds asked for by people who may not: {wrong.total()} wrong."
        )
    assert not wrong, "\n".join(f"{said}: {times}" for said, times in wrong.most_common())
    assert await house.clock_and_ledger() == before, "something was done by somebody who may not"


async def test_whoever_may_is_not_told_that_they_may_not(
    house: House, schema: ProvingSchema, unbounded: None, capsys: pytest.CaptureFixture[str]
) -> None:
    scene = Scene(house, "")
    await scene.play()
    whole = await everything(Reader(house, Asking(schema._schema, await arguments(scene))), scene)
    inputs = Inputs(schema._schema, named(scene, whole))
    assert schema._schema.mutation_type is not None
    mutations = sorted(schema._schema.mutation_type.fields, key=LAST.__contains__)
    refused = {}
    for mutation in mutations:
        row = expected()[action_of(mutation)]
        by = next((name for role, name in HOLDERS.items() if role in row.roles - row.perhaps), "chair")
        by = next(iter(sorted(row.platform)), by)
        answer = (await ask(house, inputs, [mutation], by))[mutation]
        if answer.get("code") == "NOT_ALLOWED" and row.roles | row.platform:
            refused[mutation] = by
    with capsys.disabled():
        print(
            f"\n{len(mutations)} mutations, each by somebody who may: {len(refused)} refused as if they might not."
        )
    assert refused == {}


LAST = {"suspend", "resume", "removeMember", "endTerm", "abandon"}
"""Mutations that leave nothing to do for others."""


async def ask(house: House, inputs: Inputs, mutations: list[str], as_: str | None) -> dict[str, Any]:
    """Ask for mutations one after the other, in one document."""
    given = {mutation: inputs.of(mutation) for mutation in mutations}
    mutation_type = inputs.schema.mutation_type
    assert mutation_type is not None
    kinds = {mutation: str(mutation_type.fields[mutation].args["input"].type) for mutation in mutations}
    variables = ", ".join(f"${mutation}: {kind}" for mutation, kind in kinds.items())
    fields = " ".join(
        f"{mutation}(input: ${mutation}) {{ __typename ... on Refusal {{ code }} }}" for mutation in mutations
    )
    answer = (await house.post(f"mutation({variables}) {{ {fields} }}", given, as_)).json()
    assert "errors" not in answer, json.dumps(answer["errors"][:5], ensure_ascii=False)
    return dict(answer["data"])
