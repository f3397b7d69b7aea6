from .async_base_client import AsyncBaseClient
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
from .exceptions import (
    GraphQLClientError,
    GraphQLClientGraphQLError,
    GraphQLClientGraphQLMultiError,
    GraphQLClientHttpError,
    GraphQLClientInvalidResponseError,
)
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
    "GraphQLClientError",
    "GraphQLClientGraphQLError",
    "GraphQLClientGraphQLMultiError",
    "GraphQLClientHttpError",
    "GraphQLClientInvalidResponseError",
    "OpenCalls",
    "OpenCallsConcertation",
    "OpenCallsConcertationOpenStages",
    "StageKind",
    "SubmitContributionInput",
    "Upload",
]
