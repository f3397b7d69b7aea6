"""Articles of opinions. That one was put to the vote is told by its ballot."""

from __future__ import annotations

from collections.abc import Mapping

from domain import acts
from domain import events as ev
from domain.closing.rebuilding import ActOf, by_name

ACT_OF: Mapping[type, ActOf] = {
    ev.ArticleDrafted: by_name(acts.DraftArticle),
    ev.AmendmentProposed: by_name(acts.ProposeAmendment),
    ev.AmendmentSettled: by_name(acts.SettleAmendment),
}
