from datetime import datetime
from typing import Literal, Union

from pydantic import Field

from .base_model import BaseModel


class Contribute(BaseModel):
    submit_contribution: Union[
        "ContributeSubmitContributionContributionAccepted",
        "ContributeSubmitContributionAlreadyContributed",
        "ContributeSubmitContributionAnswersInvalid",
        "ContributeSubmitContributionStageNotOpen",
        "ContributeSubmitContributionRoundChanged",
        "ContributeSubmitContributionNotAllowed",
        "ContributeSubmitContributionIdempotencyKeyReused",
        "ContributeSubmitContributionRefused",
    ] = Field(alias="submitContribution", discriminator="typename__")


class ContributeSubmitContributionContributionAccepted(BaseModel):
    typename__: Literal["ContributionAccepted"] = Field(alias="__typename")
    receipt: "ContributeSubmitContributionContributionAcceptedReceipt"


class ContributeSubmitContributionContributionAcceptedReceipt(BaseModel):
    code: str
    digest: str
    submitted_at: datetime = Field(alias="submittedAt")


class ContributeSubmitContributionAlreadyContributed(BaseModel):
    typename__: Literal["AlreadyContributed"] = Field(alias="__typename")
    code: str
    message: str


class ContributeSubmitContributionAnswersInvalid(BaseModel):
    typename__: Literal["AnswersInvalid"] = Field(alias="__typename")
    code: str
    message: str


class ContributeSubmitContributionStageNotOpen(BaseModel):
    typename__: Literal["StageNotOpen"] = Field(alias="__typename")
    code: str
    message: str


class ContributeSubmitContributionRoundChanged(BaseModel):
    typename__: Literal["RoundChanged"] = Field(alias="__typename")
    code: str
    message: str


class ContributeSubmitContributionNotAllowed(BaseModel):
    typename__: Literal["NotAllowed"] = Field(alias="__typename")
    code: str
    message: str


class ContributeSubmitContributionIdempotencyKeyReused(BaseModel):
    typename__: Literal["IdempotencyKeyReused"] = Field(alias="__typename")
    code: str
    message: str


class ContributeSubmitContributionRefused(BaseModel):
    typename__: Literal["Refused"] = Field(alias="__typename")
    code: str
    message: str


Contribute.model_rebuild()
ContributeSubmitContributionContributionAccepted.model_rebuild()
