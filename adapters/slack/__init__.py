"""Slack, through Bolt and the Web API."""
