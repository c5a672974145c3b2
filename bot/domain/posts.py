"""Messages that follow the events they show: posted once, and changed in place as long as they are the newest."""

from __future__ import annotations

from datetime import timedelta

POSTS = "posts"
"""The kind of a community's due row: what was posted there may lag behind its events."""

EDIT = "post.edit"
"""The kind of what is owed to a post that lags; the subject is the post."""

TALLY = 0
"""Under this number a post notes the answers that it showed; no event has it."""

SETTLES = timedelta(seconds=5)
"""After a change: changes that come together are shown at once, and a platform is not asked for each."""

ARRIVES = timedelta(seconds=30)
"""While something is being posted that may show what was before a change: so long until it is looked at again."""
