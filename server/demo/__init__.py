"""The demonstration: a GraphQL client that plays a whole concertation in front of three readers.

Nothing here is known to the engine. What it does, any client can do: the documents it sends are in
graphql/operations, its tokens are signed with the development key as an operator would.
"""
