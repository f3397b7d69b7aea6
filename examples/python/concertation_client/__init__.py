from .asking import AsyncBaseClient
from .base_model import BaseModel, Upload
from .client import Client
from .contribute import (
    Contribute,
    ContributeSubmitContributionAlreadyContributed,
    ContributeSubmitContributionAnswersInvalid,
    ContributeSubmitContributionContributionAccepted,
    ContributeSubmitContributionContributionAcceptedReceipt,
    ContributeSubmitContributionIdempotencyKeyReused,
    ContributeSubmitContributionNotAllowed,
    ContributeSubmitContributionRefused,
    ContributeSubmitContributionRoundChanged,
    ContributeSubmitContributionStageNotOpen,
)
from .enums import StageKind
from .follow import Follow, FollowConcertationEvents
from .input_types import SubmitContributionInput
from .open_calls import (
    OpenCalls,
    OpenCallsConcertation,
    OpenCallsConcertationOpenStages,
)

__all__ = [
    "AsyncBaseClient",
    "BaseModel",
    "Client",
    "Contribute",
    "ContributeSubmitContributionAlreadyContributed",
    "ContributeSubmitContributionAnswersInvalid",
    "ContributeSubmitContributionContributionAccepted",
    "ContributeSubmitContributionContributionAcceptedReceipt",
    "ContributeSubmitContributionIdempotencyKeyReused",
    "ContributeSubmitContributionNotAllowed",
    "ContributeSubmitContributionRefused",
    "ContributeSubmitContributionRoundChanged",
    "ContributeSubmitContributionStageNotOpen",
    "Follow",
    "FollowConcertationEvents",
    "OpenCalls",
    "OpenCallsConcertation",
    "OpenCallsConcertationOpenStages",
    "StageKind",
    "SubmitContributionInput",
    "Upload",
]
