"""Rulesets made by hand, with one fault each."""

import typing
from decimal import Decimal

import pytest
from attrs import evolve

from ntm_rules import Evidence, Ruleset
from ntm_rules.model import conditions as c
from ntm_rules.model.citations import Citation
from ntm_rules.model.rulesets import Criterion, Indicator
from ntm_rules.model.thresholds import Cell, CellState
from ntm_rules.testing.generated import FACTS, LAW, ON
from ntm_rules.testing.laws import LAWS, LawBroken, Subject, prove


def cell(value: object) -> Cell:
    return Cell(CellState.SET, Citation(LAW), LAW, typing.cast(typing.Any, value), Evidence.OFFICIAL)


def asks(fact: str, op: c.Op, value: object) -> c.Comparison:
    return c.Comparison((fact,), op, cell(Decimal(value) if type(value) is int else value))


def made(*conditions: c.Condition, **more: typing.Any) -> Ruleset:
    """A set of one criterion; indicators 1.1, 1.2 ..."""
    own = tuple(Indicator(f"1.{n}", condition, Citation(LAW)) for n, condition in enumerate(conditions, 1))
    bindings = (("year", "2024"),)
    return Ruleset("commune/mau", "2021-2025", ON, 2024, (Criterion("1", own),), FACTS, (), bindings=bindings, **more)


def ask(name: str, subject: Subject | Ruleset, profile: str = "quick") -> None:
    law = next(law for law in LAWS if law.name == name)
    assert law.about(subject if isinstance(subject, Subject) else Subject(subject)), name
    prove(law, subject if isinstance(subject, Subject) else Subject(subject), profile)


def broken(name: str, subject: Subject | Ruleset) -> LawBroken:
    """What the law says of a faulty ruleset."""
    with pytest.raises(LawBroken) as caught:
        ask(name, subject)
    assert caught.value.law == name
    return caught.value


def fresh(ruleset: Ruleset) -> Ruleset:
    """The same set, not compiled yet."""
    return evolve(ruleset)
