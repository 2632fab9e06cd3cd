"""Laws about composing and the content hash, and about files that say the same in another way."""

import datetime as dt
import random
import typing
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml
from attrs import evolve

from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import NotInForce, RulesetError
from ntm_rules.model.citations import Evidence
from ntm_rules.model.conditions import Comparison, Condition, Meets, Op, Open
from ntm_rules.model.rewrite import map_cells, map_leaves
from ntm_rules.model.rulesets import LayerKind, Ruleset
from ntm_rules.model.thresholds import Cell, CellState, Threshold
from ntm_rules.model.walk import indicators, leaves
from ntm_rules.rules.library import Library
from ntm_rules.testing.subject import LawBroken, Subject

Overlay = dict[str, typing.Any]


def has_library(subject: Subject) -> bool:
    """Return True if the set can be composed again."""
    return subject.library is not None and subject.ruleset.territory is None


def composing(subject: Subject, overlay: Overlay) -> None:
    """Check that composing again gives the same, and operations and layers on cells of their own in any order.

    Args:
        overlay: a layer of the caller's, each operation on a cell of its own.

    Raises:
        LawBroken: with the overlay.
    """
    operations = str(overlay["operations"])
    turned = {**overlay, "operations": overlay["operations"][::-1]}
    first, again, other = (_composed(subject, layer) for layer in (overlay, overlay, turned))
    for same, what in ((again, Message("law.again")), (other, Message("law.reversed"))):
        if first is None or same is None:
            if first is not same:
                subject.broken("composing", "", Message("law.refused", what=what, operations=operations))
        elif same != first:
            subject.broken("composing", "", Message("law.other_ruleset", what=what, operations=operations))
    one, two = (_two_layers(subject, overlay, in_turn) for in_turn in (True, False))
    if (one and one.criteria) != (two and two.criteria):
        what = Message("law.layers")
        subject.broken("composing", "", Message("law.other_ruleset", what=what, operations=operations))


def _composed(subject: Subject, overlay: Overlay) -> Ruleset | None:
    """Return the set with the layer over it; None where that is refused."""
    ruleset, library = subject.ruleset, subject.library
    if library is None:
        return None
    try:
        return library.compose(
            ruleset.id,
            on=ruleset.on,
            year=ruleset.year,
            period=ruleset.period,
            province=ruleset.province,
            overlay=overlay,
        )
    except RulesetError:
        return None


def _two_layers(subject: Subject, overlay: Overlay, in_turn: bool) -> Ruleset | None:
    """Return the set with the operations in two layers, a day apart; None where that is refused or too late."""
    ruleset, library = subject.ruleset, subject.library
    operations = overlay["operations"]
    days = [ruleset.on + dt.timedelta(days=n) for n in ((1, 2) if in_turn else (2, 1))]
    if library is None or len(operations) < 2 or (end := ruleset.layers[0].end) is None or max(days) > end:
        return None
    over_nation = ruleset.province is not None and ruleset.layers[0].kind is LayerKind.BASE
    own = {"overlay" if over_nation else "amends": ruleset.id}
    if ruleset.province:
        own["province"] = ruleset.province
    with TemporaryDirectory() as name:
        for number, day in enumerate(days):
            file = {
                **own,
                "period": ruleset.period,
                "instrument": {**overlay["instrument"], "number": f"{number}/QĐ-THU"},
                "in_force": {"from": day.isoformat()},
                "operations": operations[number::2],
            }
            Path(name, f"{number}.yaml").write_text(yaml.safe_dump(file, allow_unicode=True), encoding="utf-8")
        try:
            return library.with_layers(name).compose(
                ruleset.id, on=max(days), year=ruleset.year, period=ruleset.period, province=ruleset.province
            )
        except (RulesetError, NotInForce):
            return None


# -- the hash -------------------------------------------------------------------------------------

_ORDER = tuple(Evidence)


def _other_value(cell: Cell) -> Cell:
    value = cell.value
    if isinstance(value, bool):
        return evolve(cell, value=not value)
    if isinstance(value, Decimal):
        return evolve(cell, value=value + Decimal("0.001"))
    return evolve(cell, value="another") if value is not None else cell


def _other_evidence(cell: Cell) -> Cell:
    place = 0 if cell.evidence is None else _ORDER.index(cell.evidence) + 1
    return evolve(cell, evidence=_ORDER[place % len(_ORDER)])


def _other_citation(cell: Cell) -> Cell:
    return evolve(cell, citation=evolve(cell.citation, point=f"{cell.citation.point or ''} another"))


def _other_state(cell: Cell) -> Cell:
    return evolve(cell, state=CellState.DELEGATED if cell.state is not CellState.DELEGATED else CellState.NONE)


CELL_CHANGES: Mapping[str, Callable[[Cell], Cell]] = {
    "value": _other_value,
    "evidence": _other_evidence,
    "citation": _other_citation,
    "state": _other_state,
}


def hashing(subject: Subject, place: int, what: str) -> None:
    """Check that a change of any cell, operator or unit changes the content hash.

    Args:
        place: which indicator, counted round and round.
        what: a key of ``CELL_CHANGES``, ``operator`` or ``unit``.

    Raises:
        LawBroken: naming the change.
    """
    ruleset = subject.ruleset
    every = [i for _, i in indicators(ruleset)]
    chosen = every[place % len(every)]
    if what == "unit":
        changed = _other_unit(ruleset, place)
    else:
        require = map_leaves(chosen.require, lambda leaf: _changed(leaf, what))
        criteria = tuple(
            evolve(c, indicators=tuple(evolve(i, require=require) if i is chosen else i for i in c.indicators))
            for c in ruleset.criteria
        )
        changed = evolve(ruleset, criteria=criteria)
    if changed != ruleset and changed.content_hash == ruleset.content_hash:
        subject.broken("hashing", chosen.no, Message("law.hashing", what=Message(f"law.what.{what}")))


def _changed(leaf: Comparison | Meets | Open, what: str) -> Condition:
    if what == "operator":
        if not isinstance(leaf, Comparison):
            return leaf
        return evolve(leaf, op=Op.AT_MOST if leaf.op is not Op.AT_MOST else Op.LESS_THAN)
    change = CELL_CHANGES[what]
    if isinstance(leaf, Meets):
        return evolve(leaf, cell=change(leaf.cell))
    if isinstance(leaf, Open):
        return evolve(leaf, threshold=typing.cast("Cell | typing.Any", map_cells(leaf.threshold, change)))
    threshold: Threshold = map_cells(leaf.threshold, change)
    return evolve(leaf, threshold=threshold)


def _other_unit(ruleset: Ruleset, place: int) -> Ruleset:
    """Return the set with the unit of one fact it compares changed."""
    found = (leaf for _, i in indicators(ruleset) for _, leaf in leaves(i.require))
    compared = {name for leaf in found if isinstance(leaf, Comparison) for name in leaf.facts}
    able = [fact for fact in ruleset.facts if fact.unit is not None and fact.id in compared]
    if not able:
        return ruleset
    chosen = able[place % len(able)]
    unit = None if chosen.unit is None else evolve(chosen.unit, id="another")
    return evolve(ruleset, facts=tuple(evolve(f, unit=unit) if f is chosen else f for f in ruleset.facts))


# -- files ----------------------------------------------------------------------------------------

_IN_ORDER = {"derive", "levels", "values", "facts"}
_NUMBERS = {"at_least", "at_most", "more_than", "less_than", "value", "minimum", "maximum"}
_BESIDE = (".tests.yaml", ".allow.yaml")


def rewritten(folder: Path, rulesets: Iterable[Ruleset], bundled: bool, seed: int = 0) -> None:
    """Check that the order of keys, comments and the spelling of numbers do not change the content hash.

    Args:
        folder: the rule files; a copy of them is written in another way.
        rulesets: what was composed from them.
        bundled: whether they lie over the bundled ones.

    Raises:
        LawBroken: naming the first ruleset with another hash.
    """
    chance = random.Random(seed)  # noqa: S311 - the same every time
    with TemporaryDirectory() as name:
        for path in sorted(folder.rglob("*")):
            if path.suffix not in (".yaml", ".yml") or path.name.endswith(_BESIDE):
                continue
            copy = Path(name) / path.relative_to(folder)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(_written(path.read_text(encoding="utf-8-sig"), chance), encoding="utf-8")
        library = Library.load(name, bundled=bundled)
        for ruleset in rulesets:
            asked = {"province": ruleset.province, "territory": ruleset.territory}
            other = library.compose(ruleset.id, on=ruleset.on, year=ruleset.year, period=ruleset.period, **asked)
            if other.content_hash != ruleset.content_hash:
                subject = repr(Subject(ruleset))
                raise LawBroken("rewriting", subject, "", Message("law.rewritten"))


def _written(text: str, chance: random.Random) -> str:
    data = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - reads texts only
    return "# a comment\n" + yaml.safe_dump(_shuffled(data, chance), allow_unicode=True, sort_keys=False)


def _shuffled(data: object, chance: random.Random, key: str = "") -> object:
    """Return the same with the keys of mappings in another order, where the order says nothing."""
    if isinstance(data, list):
        return [_shuffled(item, chance) for item in data]
    if not isinstance(data, dict):
        return _respelled(data, chance) if key in _NUMBERS else data
    names = list(data)
    if key not in _IN_ORDER:
        chance.shuffle(names)
    return {name: _shuffled(data[name], chance, name) for name in names}


def _respelled(text: object, chance: random.Random) -> object:
    """Return a number spelled in another way: ``80.0``, ``8E+1``."""
    try:
        number = Decimal(str(text))
    except ArithmeticError:
        return text
    plain = format(number, "f")
    return chance.choice((plain, f"{plain}0" if "." in plain else f"{plain}.0", format(number, "E")))
