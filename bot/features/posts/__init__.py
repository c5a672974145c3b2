"""What was posted follows its events: cards of events, and each channel's newest digest, are changed in place."""

from __future__ import annotations

from bot.domain.posts import EDIT, POSTS
from bot.features.posts.following import edit, fall_due

FALLS_DUE = {POSTS: fall_due}
ERRANDS = {EDIT: edit}

__all__ = ["ERRANDS", "FALLS_DUE"]
