"""What can go wrong, as meaning; caught at the edge and put into the reader's words there.

GreenroomError
├── Refused             what somebody asked for cannot be done as asked; says why and a way on
│   ├── NotAFeed        a page was given where a feed was asked for
│   ├── NotAllowed      they may not do this
│   └── NotFound        what it speaks of is not there (or not theirs: the two look the same)
├── SetupError          the operator must change something; one line, exit code 2
└── DeliveryError       a message was not surely delivered
    ├── Temporary       surely not seen; try again after a while
    ├── Unsure          perhaps seen; ask before sending again
    └── Unreachable     will not be seen until somebody changes something
        └── Closed      nothing gets to this person directly
"""

from __future__ import annotations


class GreenroomError(Exception):
    """The root of every error of ours."""


class Refused(GreenroomError):
    """Says no, names the limit and a way on.

    `text` is marked with `N_` where it is written and translated for the reader when it is shown;
    `values` fill its `{names}`. `param` names the option or form field that is to blame, if one is.
    """

    def __init__(self, text: str, /, *, param: str = "", **values: object) -> None:
        super().__init__(text.format(**values) if values else text)
        self.text = text
        self.values = values
        self.param = param


class NotAFeed(Refused):
    """A page was given where a feed was asked for. It may tell of events itself."""


class NotAllowed(Refused):
    """They may not do this."""


class NotFound(Refused):
    """What it speaks of is not there, or not theirs: nobody can tell which."""


class SetupError(GreenroomError):
    """The operator must change something: one line that names it."""


class DeliveryError(GreenroomError):
    """A message was not surely delivered. `reason` is for operators and organisers, never people's text."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Temporary(DeliveryError):
    """Surely not seen. `wait` is the time in seconds that the platform named, or None."""

    def __init__(self, reason: str, wait: float | None = None) -> None:
        super().__init__(reason)
        self.wait = wait


class Unsure(DeliveryError):
    """Perhaps seen: a time-out, a broken connection, a server error."""


class Unreachable(DeliveryError):
    """Will not be seen until somebody changes something: closed, gone or forbidden."""


class Closed(Unreachable):
    """No direct message gets to this person now, whatever it says. `can_open`: they can change that themselves."""

    def __init__(self, reason: str, *, can_open: bool = False) -> None:
        super().__init__(reason)
        self.can_open = can_open
