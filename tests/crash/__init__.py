"""Processes that are killed. All are forked from one server, which has imported what any of them runs."""

PRELOAD = ["tests.crash.worker", "tests.crash.discord_worker", "tests.crash.slack_worker"]
