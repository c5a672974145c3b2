"""What goes wrong with requests to a fake, on purpose."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum
from random import Random


class Kind(Enum):
    """What goes wrong with a request."""

    STATUS = "status"
    """It is not done and answered with an error of the server."""
    LIMITED = "limited"
    """It is not done and answered 429."""
    STATUS_AFTER = "status after"
    """It is done, and answered with an error of the server all the same."""
    HANG = "hang"
    """It is not done and never answered."""
    DROP_BEFORE = "drop before"
    """It is not done and the connection breaks."""
    DROP_AFTER = "drop after"
    """It is done, and the connection breaks before the answer."""
    HANG_AFTER = "hang after"
    """It is done and never answered."""

    @property
    def is_after(self) -> bool:
        """Whether it befalls the answer, and not what was asked."""
        return self in (Kind.STATUS_AFTER, Kind.DROP_AFTER, Kind.HANG_AFTER)


@dataclass(slots=True)
class Fault:
    """Befalls requests that `route` (a regular expression) matches from their start.

    A request is "METHOD /path" on Discord; on Slack "chat.postMessage C0123", the channel left out where there is none.

    `times` None is always; `chance` is drawn from the faults' own seeded randomness. `after` lets so many pass first.
    """

    route: str
    kind: Kind
    times: int | None = 1
    chance: float = 1.0
    status: int = 500
    seconds: float = 1.0
    """What a 429 asks to wait."""
    is_global: bool = False
    error: str = ""
    """What Slack names as the reason, with whatever `status` (200, say): internal_error, fatal_error."""
    after: int = 0
    befell: int = 0


@dataclass(slots=True)
class Faults:
    """The faults in force, the first that fits."""

    seed: int = 0
    faults: list[Fault] = field(default_factory=list)
    random: Random = field(init=False)

    def __post_init__(self) -> None:
        self.random = Random(self.seed)

    def add(self, fault: Fault) -> Fault:
        self.faults.append(fault)
        return fault

    def clear(self) -> None:
        self.faults.clear()

    def befalls(self, request: str) -> Fault | None:
        for fault in self.faults:
            if not re.match(fault.route, request) or fault.times == 0:
                continue
            if fault.after:
                fault.after -= 1
                continue
            if fault.chance < 1 and self.random.random() >= fault.chance:
                continue
            if fault.times is not None:
                fault.times -= 1
            fault.befell += 1
            return fault
        return None
