"""One unit while its facts arrive one by one: sessions, boards, events."""

from ntm_rules.live.board import Board
from ntm_rules.live.dispatcher import CallbackError
from ntm_rules.live.events import Event, EventReason, Level, OutcomeDifference, ReadBy
from ntm_rules.live.session import Session

__all__ = [
    "Board",
    "CallbackError",
    "Event",
    "EventReason",
    "Level",
    "OutcomeDifference",
    "ReadBy",
    "Session",
]
