"""Slack, against the fake one in tests/fakes."""
