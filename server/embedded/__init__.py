"""PostgreSQL and Temporal as child processes, for development and small sites: one adapter each."""
