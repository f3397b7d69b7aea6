"""Letters on paper: set as one PDF, fetched by a signed address."""
