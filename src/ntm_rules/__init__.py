"""The criteria sets of Vietnam's New Rural Development programme as data.

    import datetime as dt, ntm_rules as ntm

    library = ntm.Library.bundled()
    ruleset = library.compose("commune/ntm", on=dt.date(2024, 7, 2), province="lang-son")
    verdict = ntm.assess(ruleset, {"income_per_capita": 43.2}, unit="Cao Lâu")
    [reason.text("vi") for reason in verdict.reasons()]

What is in ``__all__`` here, and in that of the namespaces ``check``, ``difference``, ``frames``, ``law``, ``levels``,
``live``, ``messages``, ``programme``, ``proofs``, ``reports``, ``results``, ``tables``, ``testing`` and ``units``, is
public, and nothing else. Names are imported when they are first used, so that importing the package costs almost
nothing.
"""

import typing

from ntm_rules._public import lazily
from ntm_rules._version import __version__ as __version__

if typing.TYPE_CHECKING:
    from ntm_rules import check as check
    from ntm_rules import difference as difference
    from ntm_rules import frames as frames
    from ntm_rules import law as law
    from ntm_rules import levels as levels
    from ntm_rules import live as live
    from ntm_rules import messages as messages
    from ntm_rules import programme as programme
    from ntm_rules import proofs as proofs
    from ntm_rules import reports as reports
    from ntm_rules import results as results
    from ntm_rules import tables as tables
    from ntm_rules import testing as testing
    from ntm_rules import units as units
    from ntm_rules.messages.errors import AmbiguousName as AmbiguousName
    from ntm_rules.messages.errors import BadArgument as BadArgument
    from ntm_rules.messages.errors import EngineUnavailable as EngineUnavailable
    from ntm_rules.messages.errors import FactError as FactError
    from ntm_rules.messages.errors import NotInForce as NotInForce
    from ntm_rules.messages.errors import NtmRulesError as NtmRulesError
    from ntm_rules.messages.errors import RulesetError as RulesetError
    from ntm_rules.messages.errors import TableError as TableError
    from ntm_rules.messages.errors import UnknownName as UnknownName
    from ntm_rules.model.citations import Evidence as Evidence
    from ntm_rules.model.input_schema import input_schema as input_schema
    from ntm_rules.model.judgements import Basis as Basis
    from ntm_rules.model.judgements import Body as Body
    from ntm_rules.model.judgements import Judgement as Judgement
    from ntm_rules.model.outcomes import Outcome as Outcome
    from ntm_rules.model.outcomes import ReasonCode as ReasonCode
    from ntm_rules.model.rulesets import Ruleset as Ruleset
    from ntm_rules.rules.library import Library as Library
    from ntm_rules.verdict.relevant import relevant_facts as relevant_facts
    from ntm_rules.verdict.verdict import Judged as Judged
    from ntm_rules.verdict.verdict import Verdict as Verdict
    from ntm_rules.verdict.verdict import assess as assess

_HOMES = {
    "check": "ntm_rules.check",
    "difference": "ntm_rules.difference",
    "frames": "ntm_rules.frames",
    "law": "ntm_rules.law",
    "levels": "ntm_rules.levels",
    "live": "ntm_rules.live",
    "messages": "ntm_rules.messages",
    "programme": "ntm_rules.programme",
    "proofs": "ntm_rules.proofs",
    "reports": "ntm_rules.reports",
    "results": "ntm_rules.results",
    "tables": "ntm_rules.tables",
    "testing": "ntm_rules.testing",
    "units": "ntm_rules.units",
    "AmbiguousName": "ntm_rules.messages.errors",
    "BadArgument": "ntm_rules.messages.errors",
    "EngineUnavailable": "ntm_rules.messages.errors",
    "FactError": "ntm_rules.messages.errors",
    "NotInForce": "ntm_rules.messages.errors",
    "NtmRulesError": "ntm_rules.messages.errors",
    "RulesetError": "ntm_rules.messages.errors",
    "TableError": "ntm_rules.messages.errors",
    "UnknownName": "ntm_rules.messages.errors",
    "Evidence": "ntm_rules.model.citations",
    "input_schema": "ntm_rules.model.input_schema",
    "Basis": "ntm_rules.model.judgements",
    "Body": "ntm_rules.model.judgements",
    "Judgement": "ntm_rules.model.judgements",
    "Outcome": "ntm_rules.model.outcomes",
    "ReasonCode": "ntm_rules.model.outcomes",
    "Ruleset": "ntm_rules.model.rulesets",
    "Library": "ntm_rules.rules.library",
    "relevant_facts": "ntm_rules.verdict.relevant",
    "Judged": "ntm_rules.verdict.verdict",
    "Verdict": "ntm_rules.verdict.verdict",
    "assess": "ntm_rules.verdict.verdict",
}

__all__ = [
    "AmbiguousName",
    "BadArgument",
    "Basis",
    "Body",
    "EngineUnavailable",
    "Evidence",
    "FactError",
    "Judged",
    "Judgement",
    "Library",
    "NotInForce",
    "NtmRulesError",
    "Outcome",
    "ReasonCode",
    "Ruleset",
    "RulesetError",
    "TableError",
    "UnknownName",
    "Verdict",
    "__version__",
    "assess",
    "check",
    "difference",
    "frames",
    "input_schema",
    "law",
    "levels",
    "live",
    "messages",
    "programme",
    "proofs",
    "relevant_facts",
    "reports",
    "results",
    "tables",
    "testing",
    "units",
]

__getattr__ = lazily(__name__, _HOMES)


def __dir__() -> list[str]:
    return sorted(__all__)
