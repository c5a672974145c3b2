"""Slack: slash commands, modals, messages and the home tab, over Bolt."""
