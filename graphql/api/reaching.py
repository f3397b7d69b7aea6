"""Whoever comes with a personal access token does no more than it reaches: asked before every mutation."""

from __future__ import annotations

import re
from functools import wraps
from typing import Any, cast

from graphql import GraphQLField, GraphQLResolveInfo, GraphQLSchema, GraphQLUnionType, get_named_type

from api.context import Context, Info
from api.invited import as_invited
from api.refusals import NotAllowed, Refused, refusal_of
from domain.refusals import Code, Refusal
from domain.rights import BY_INVITATION, Reach, may, reach_of


def hold_to_reach(schema: GraphQLSchema) -> None:
    """Let no mutation of a schema begin that the viewer's token does not reach."""
    assert schema.mutation_type is not None
    for name, field in schema.mutation_type.fields.items():
        action = action_of(name)
        field.resolve = _held(field, reach_of(action))
        if action in BY_INVITATION:
            field.resolve = as_invited(field.resolve)


def action_of(mutation: str) -> str:
    """Give the name of its row in the table of rights from that of a mutation."""
    name = re.sub("[A-Z]", lambda letter: f"_{letter[0].lower()}", mutation)
    return _UNDER_ANOTHER_NAME.get(name, name)


_UNDER_ANOTHER_NAME = {
    "add_representative": "assign_organisation",  # or enrols whom nobody knew
    "remove_representative": "assign_organisation",
    "amend_organisation": "register_organisation",
    "reissue_invitation_code": "invite",
    "set_reminder_days": "remind",
    "retry_notice": "keep_notices",
    "print_letters": "keep_notices",
    "register_webhook": "keep_webhooks",
    "remove_webhook": "keep_webhooks",
    "create_access_token": "keep_access_tokens",
    "revoke_access_token": "keep_access_tokens",
    "end_session": "keep_sessions",
    "end_other_sessions": "keep_sessions",
    "open_batch": "record_contribution",
    "hide_contribution": "moderate_contribution",
    "restore_contribution": "moderate_contribution",
    "dismiss_reports": "moderate_contribution",
    "judge_resemblance": "group_contributions",
    "ask_for_grouping": "group_contributions",
    "merge_grouping": "group_contributions",
    "undo_grouping": "group_contributions",
}
"""Mutations that are one right with others."""


def _held(field: GraphQLField, reach: Reach) -> Any:
    resolve = field.resolve
    assert resolve is not None
    union = get_named_type(field.type)
    assert isinstance(union, GraphQLUnionType)
    known = [NotAllowed] if "NotAllowed" in {member.name for member in union.types} else [Refused]

    @wraps(resolve)
    def resolver(source: Any, info: GraphQLResolveInfo[Context], **asked: Any) -> Any:
        if may(info.context.viewer, reach, None, None):
            return resolve(source, info, **asked)
        refusal = Refusal(Code.TOKEN_REACH_MISSING, {} if reach is Reach.ACCOUNT else {"reach": reach.value})
        return refusal_of(cast("Info", info), refusal, None, known)

    return resolver
