"""Many units at once: frames in memory, lazy frames, databases, files (extra ``frame``; for SQL ``sql``)."""

from ntm_rules.frames.assessment import assess, assess_mixed
from ntm_rules.frames.base.columns import MissingColumns
from ntm_rules.frames.sql import to_sql
from ntm_rules.frames.words import word
from ntm_rules.messages.errors import TableError

__all__ = [
    "MissingColumns",
    "TableError",
    "assess",
    "assess_mixed",
    "to_sql",
    "word",
]
