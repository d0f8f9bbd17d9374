"""What a long step tells whoever waits for it."""

from __future__ import annotations

from typing import Protocol

__all__ = ["Progress", "unwatched"]


class Progress(Protocol):
    """Told of every step: its name, how much of it is done, and how much there is."""

    def __call__(self, step: str, done: int, total: int, /) -> None:
        """Take note."""


def unwatched(step: str, done: int, total: int, /) -> None:
    """Nobody waits."""
    del step, done, total
