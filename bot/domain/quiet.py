"""The hours in which somebody wants to hear nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time


@dataclass(frozen=True, slots=True)
class Quiet:
    """From `start` until `end`, on the wall of the person; past midnight when it ends first.

    Raises ValueError when both are the same, which could be all day or never.
    """

    start: time
    end: time

    def __post_init__(self) -> None:
        if self.start == self.end:
            raise ValueError("quiet hours end at another time than they start")
