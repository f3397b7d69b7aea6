"""Whoever has the code of an invitation and no account: they contribute to one stage, and are anybody elsewhere.

Default deny: such a viewer is no member. The member who is invited acts for them where the code says, and nowhere else.
"""

from __future__ import annotations

from domain.rights.asking import Viewer
from domain.rights.words import Reach

BY_INVITATION = frozenset(
    {
        "submit_contribution",
        "revise_contribution",
        "withdraw_contribution",
        "save_draft",
        "discard_draft",
        "request_upload",
    }
)
"""What a code is good for."""


def invited(viewer: Viewer, concertation: str, stage: str, round: int) -> Viewer:
    """Give who acts at a stage: whoever is invited, where the viewer comes by the code for it; else the viewer."""
    bound = viewer.bound
    if bound is None or (bound.concertation, bound.stage, bound.round) != (concertation, stage, round):
        return viewer
    return Viewer(member=bound.member, reaches=frozenset({Reach.READ, Reach.CONTRIBUTE}))
