"""The criteria sets of Vietnam's New Rural Development programme as data.

    import datetime as dt, ntm_rules as ntm

    library = ntm.Library.bundled()
    ruleset = library.compose("commune/ntm", on=dt.date(2024, 7, 2), province="lang-son")
    verdict = ntm.assess(ruleset, {"income_per_capita": 43.2}, unit="Cao Lâu")
    [reason.text("vi") for reason in verdict.reasons()]

What stands in ``__all__`` is public, nothing else. Names are imported when they are first used, so that importing
the package costs almost nothing.
"""

import importlib
import typing

from ntm_rules._version import __version__

if typing.TYPE_CHECKING:
    from ntm_rules.difference.difference import diff as diff
    from ntm_rules.frames.assessment import assess_frame as assess_frame
    from ntm_rules.frames.base.columns import MissingColumns as MissingColumns
    from ntm_rules.frames.words import word as word
    from ntm_rules.levels.causes import Cause as Cause
    from ntm_rules.levels.finding import assess_finding as assess_finding
    from ntm_rules.levels.hierarchy import Hierarchy as Hierarchy
    from ntm_rules.levels.hierarchy import assess_hierarchy as assess_hierarchy
    from ntm_rules.levels.reconciliation import Agreement as Agreement
    from ntm_rules.levels.reconciliation import Reconciliation as Reconciliation
    from ntm_rules.levels.reconciliation import reconcile as reconcile
    from ntm_rules.live.board import LiveBoard as LiveBoard
    from ntm_rules.live.events import LiveEvent as LiveEvent
    from ntm_rules.live.session import LiveSession as LiveSession
    from ntm_rules.messages.errors import AmbiguousName as AmbiguousName
    from ntm_rules.messages.errors import Diagnostic as Diagnostic
    from ntm_rules.messages.errors import EngineUnavailable as EngineUnavailable
    from ntm_rules.messages.errors import FactError as FactError
    from ntm_rules.messages.errors import NotInForce as NotInForce
    from ntm_rules.messages.errors import NtmRulesError as NtmRulesError
    from ntm_rules.messages.errors import RulesetError as RulesetError
    from ntm_rules.messages.errors import TableError as TableError
    from ntm_rules.messages.errors import UnknownName as UnknownName
    from ntm_rules.model.acts import Act as Act
    from ntm_rules.model.acts import ActKind as ActKind
    from ntm_rules.model.citations import Evidence as Evidence
    from ntm_rules.model.outcomes import Outcome as Outcome
    from ntm_rules.model.outcomes import ReasonCode as ReasonCode
    from ntm_rules.model.results import Verdict as Verdict
    from ntm_rules.model.rulesets import Ruleset as Ruleset
    from ntm_rules.programme.progress import Progress as Progress
    from ntm_rules.programme.progress import progress as progress
    from ntm_rules.programme.record import UnitRecord as UnitRecord
    from ntm_rules.programme.rereview import Rereview as Rereview
    from ntm_rules.programme.rereview import rereview as rereview
    from ntm_rules.rules.library import Library as Library
    from ntm_rules.tables.units import UnitFacts as UnitFacts
    from ntm_rules.tables.units import read_units as read_units
    from ntm_rules.units.merger import Merged as Merged
    from ntm_rules.units.merger import merge_units as merge_units
    from ntm_rules.units.recognition import AfterMerger as AfterMerger
    from ntm_rules.units.recognition import recognition_after_merger as recognition_after_merger
    from ntm_rules.units.register import Units as Units
    from ntm_rules.units.unit import Unit as Unit
    from ntm_rules.verdict.program import assess as assess
    from ntm_rules.words.reason import Reason as Reason

_HOMES = {
    "AfterMerger": "units.recognition",
    "recognition_after_merger": "units.recognition",
    "Merged": "units.merger",
    "merge_units": "units.merger",
    "Unit": "units.unit",
    "Units": "units.register",
    "AmbiguousName": "messages.errors",
    "Act": "model.acts",
    "ActKind": "model.acts",
    "Agreement": "levels.reconciliation",
    "Reconciliation": "levels.reconciliation",
    "reconcile": "levels.reconciliation",
    "assess_finding": "levels.finding",
    "assess_hierarchy": "levels.hierarchy",
    "Hierarchy": "levels.hierarchy",
    "Cause": "levels.causes",
    "Library": "rules.library",
    "TableError": "messages.errors",
    "UnitFacts": "tables.units",
    "read_units": "tables.units",
    "MissingColumns": "frames.base.columns",
    "LiveBoard": "live.board",
    "LiveEvent": "live.events",
    "LiveSession": "live.session",
    "assess": "verdict.program",
    "assess_frame": "frames.assessment",
    "diff": "difference.difference",
    "word": "frames.words",
    "Reason": "words.reason",
    "Evidence": "model.citations",
    "Diagnostic": "messages.errors",
    "EngineUnavailable": "messages.errors",
    "FactError": "messages.errors",
    "NotInForce": "messages.errors",
    "NtmRulesError": "messages.errors",
    "RulesetError": "messages.errors",
    "UnknownName": "messages.errors",
    "Outcome": "model.outcomes",
    "ReasonCode": "model.outcomes",
    "Ruleset": "model.rulesets",
    "Verdict": "model.results",
    "Progress": "programme.progress",
    "progress": "programme.progress",
    "UnitRecord": "programme.record",
    "Rereview": "programme.rereview",
    "rereview": "programme.rereview",
}

__all__ = [
    "Act",
    "ActKind",
    "AfterMerger",
    "Agreement",
    "AmbiguousName",
    "Cause",
    "Diagnostic",
    "EngineUnavailable",
    "Evidence",
    "FactError",
    "Hierarchy",
    "Library",
    "LiveBoard",
    "LiveEvent",
    "LiveSession",
    "Merged",
    "MissingColumns",
    "NotInForce",
    "NtmRulesError",
    "Outcome",
    "Progress",
    "Reason",
    "ReasonCode",
    "Reconciliation",
    "Rereview",
    "Ruleset",
    "RulesetError",
    "TableError",
    "Unit",
    "UnitFacts",
    "UnitRecord",
    "Units",
    "UnknownName",
    "Verdict",
    "__version__",
    "assess",
    "assess_finding",
    "assess_frame",
    "assess_hierarchy",
    "diff",
    "merge_units",
    "progress",
    "read_units",
    "recognition_after_merger",
    "reconcile",
    "rereview",
    "word",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted(__all__)
