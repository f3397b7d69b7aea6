"""Accounts in the store: one member for each issuer and subject, roles that the API never grants."""

from __future__ import annotations

import asyncio
from uuid import UUID

import asyncpg
import pytest

from domain.rights import PlatformRole
from store import accounts
from store.accounts import Account
from store.pool import Pool, acquire

pytestmark = pytest.mark.postgres
A, B = "https://auth.example.fr", "https://autre.example.fr"


async def account(pool: Pool, issuer: str = A, subject: str = "sub-1") -> Account:
    async with acquire(pool) as connection:
        return await accounts.account(connection, issuer, subject)


async def test_an_account_is_made_at_first_sight_and_is_the_same_member_ever_after(app: Pool) -> None:
    first = await account(app)
    assert str(UUID(first.member)) == first.member
    assert first.platform_roles == ()
    assert await account(app) == first


async def test_issuer_and_subject_together_are_the_account(app: Pool) -> None:
    pairs = [(A, "sub-1"), (A, "sub-2"), (B, "sub-1"), (A + "/", "sub-1"), (A, "SUB-1"), (A, "sub-1 ")]
    found = [await account(app, *pair) for pair in pairs]
    assert len({one.member for one in found}) == len(pairs)


async def test_two_at_once_are_one_member(app: Pool) -> None:
    found = await asyncio.gather(*(account(app) for _ in range(12)))
    assert len({one.member for one in found}) == 1


async def test_a_granted_role_comes_with_the_account_until_it_is_withdrawn(app: Pool, worker: Pool) -> None:
    member, other = (await account(app)).member, (await account(app, B)).member
    async with acquire(worker) as connection:
        assert await accounts.grant(connection, member, PlatformRole.OPERATOR)
        assert await accounts.grant(connection, member, PlatformRole.COORDINATOR)
        assert not await accounts.grant(connection, member, PlatformRole.COORDINATOR)
        assert (await account(app)).platform_roles == ("coordinator", "operator")
        assert await accounts.platform_roles(connection, member) == ("coordinator", "operator")
        assert (await account(app, B)).platform_roles == ()
        listed = await accounts.granted(connection)
        assert [(one.member, one.role, one.issuer, one.subject) for one in listed] == [
            (member, PlatformRole.OPERATOR, A, "sub-1"),
            (member, PlatformRole.COORDINATOR, A, "sub-1"),
        ]
        assert await accounts.withdraw(connection, member, PlatformRole.OPERATOR)
        assert not await accounts.withdraw(connection, member, PlatformRole.OPERATOR)
        assert not await accounts.withdraw(connection, other, PlatformRole.COORDINATOR)
    assert (await account(app)).platform_roles == ("coordinator",)


async def test_a_role_may_be_granted_to_a_member_who_never_signed_in(worker: Pool) -> None:
    member = "3d0f5d0e-0000-4000-8000-000000000001"
    async with acquire(worker) as connection:
        await accounts.grant(connection, member, PlatformRole.COORDINATOR)
        (one,) = await accounts.granted(connection)
    assert (one.member, one.issuer, one.subject) == (member, None, None)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT grant_platform_role('m', 'operator')",
        "SELECT withdraw_platform_role('m', 'operator')",
        "SELECT * FROM platform_roles_granted()",
        "INSERT INTO platform_role VALUES ('m', 'operator', instant())",
        "SELECT * FROM account",
        "INSERT INTO account VALUES ('i', 's', 'm', instant())",
    ],
)
async def test_the_api_grants_nothing_and_reads_no_list_of_people(app: Pool, statement: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await app.execute(statement)
