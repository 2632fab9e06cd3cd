"""People's tables to facts: CSV, JSON, Excel and Parquet, one row a unit."""

from ntm_rules.messages.errors import TableError
from ntm_rules.model.column_mapping import ColumnMapping, MappedColumn
from ntm_rules.tables.draft import draft_mapping
from ntm_rules.tables.given import read_facts, read_rows
from ntm_rules.tables.rows import TableNote
from ntm_rules.tables.sense import Implausible, implausible
from ntm_rules.tables.sheets import read_sheets
from ntm_rules.tables.unit import UnitFacts
from ntm_rules.tables.units import read

__all__ = [
    "ColumnMapping",
    "Implausible",
    "MappedColumn",
    "TableError",
    "TableNote",
    "UnitFacts",
    "draft_mapping",
    "implausible",
    "read",
    "read_facts",
    "read_rows",
    "read_sheets",
]
