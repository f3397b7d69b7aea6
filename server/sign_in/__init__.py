"""Signing in and out with a browser: the pages, the providers, and what they say of people."""
