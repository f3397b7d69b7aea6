"""The GraphQL schema. Imported as `api`: the folder above is a source root, never a package."""
