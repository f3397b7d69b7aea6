"""Composition roots: settings, command line, embedded services, the API and worker processes."""
