from collections.abc import AsyncIterator
from typing import Any, Optional, Union

from .asking import AsyncBaseClient
from .base_model import UNSET, UnsetType
from .contribute import Contribute
from .follow import Follow
from .input_types import SubmitContributionInput
from .open_calls import OpenCalls


def gql(q: str) -> str:
    return q


class Client(AsyncBaseClient):
    async def contribute(
        self, input: SubmitContributionInput, **kwargs: Any
    ) -> Contribute:
        query = gql("""
            mutation Contribute($input: SubmitContributionInput!) {
              submitContribution(input: $input) {
                __typename
                ... on ContributionAccepted {
                  receipt {
                    code
                    digest
                    submittedAt
                  }
                }
                ... on Refusal {
                  code
                  message
                }
              }
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = await self.execute(
            query=query, operation_name="Contribute", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return Contribute.model_validate(data)

    async def follow(
        self, id: str, after: Union[Optional[int], UnsetType] = UNSET, **kwargs: Any
    ) -> AsyncIterator[Follow]:
        query = gql("""
            subscription Follow($id: ID!, $after: Int) {
              concertationEvents(concertationId: $id, after: $after, figures: false) {
                __typename
                seq
                at
                kind
                summary
              }
            }
            """)
        variables: dict[str, object] = {"id": id, "after": after}
        async for data in self.execute_ws(
            query=query, operation_name="Follow", variables=variables, **kwargs
        ):
            yield Follow.model_validate(data)

    async def open_calls(self, slug: str, **kwargs: Any) -> OpenCalls:
        query = gql("""
            query OpenCalls($slug: String!) {
              concertation(slug: $slug) {
                id
                title
                openStages {
                  key
                  label
                  kind
                  round
                  closesAt
                }
              }
            }
            """)
        variables: dict[str, object] = {"slug": slug}
        response = await self.execute(
            query=query, operation_name="OpenCalls", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return OpenCalls.model_validate(data)
