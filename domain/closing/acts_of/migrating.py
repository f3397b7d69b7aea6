"""Moving to a later version of the procedure."""

from __future__ import annotations

from collections.abc import Mapping

from domain import acts
from domain import events as ev
from domain.closing.rebuilding import ActOf, by_name

ACT_OF: Mapping[type, ActOf] = {ev.ProcedureMigrated: by_name(acts.MigrateProcedure)}
