"""Who may do what, when: one table (`table`), default deny, and the question put to it (`asking`).

Roles belong to offices; offices have a scope; people hold them for a term, or act by a delegation.
"""

from domain.rights.asking import Mandate as Mandate
from domain.rights.asking import Viewer as Viewer
from domain.rights.asking import holds as holds
from domain.rights.asking import mandate as mandate
from domain.rights.asking import mandate_for as mandate_for
from domain.rights.asking import may as may
from domain.rights.asking import refusal_of_state as refusal_of_state
from domain.rights.asking import refused as refused
from domain.rights.asking import standing_of as standing_of
from domain.rights.invited import BY_INVITATION as BY_INVITATION
from domain.rights.invited import invited as invited
from domain.rights.table import TABLE as TABLE
from domain.rights.table import THEMES as THEMES
from domain.rights.table import Right as Right
from domain.rights.table import reach_of as reach_of
from domain.rights.table import roles_for as roles_for
from domain.rights.words import COUNCIL as COUNCIL
from domain.rights.words import EVERYWHERE as EVERYWHERE
from domain.rights.words import PRESIDENCY as PRESIDENCY
from domain.rights.words import UNNAMED as UNNAMED
from domain.rights.words import WHOLE as WHOLE
from domain.rights.words import About as About
from domain.rights.words import Bound as Bound
from domain.rights.words import PlatformRole as PlatformRole
from domain.rights.words import Reach as Reach
from domain.rights.words import Scope as Scope
from domain.rights.words import Standing as Standing
from domain.rights.words import Who as Who
