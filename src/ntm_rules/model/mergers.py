"""What becomes of recognitions when units are merged: a province's declared policy, never ours."""

import datetime as dt
from enum import Enum

from attrs import frozen

from ntm_rules.model.citations import Evidence


class MergerPolicy(Enum):
    """What a merged unit is recognised as: what its weakest predecessor was, nothing, or what they were."""

    WEAKEST = "weakest"
    RESTART = "restart"
    CARRY_ON = "carry-on"


@frozen
class MergerRule:
    """The policy of one province.

    Attributes:
        start: the day of the mergers it is about.
        source: where it was read.
    """

    province: str
    policy: MergerPolicy
    start: dt.date
    evidence: Evidence
    source: str
    note: str | None = None
