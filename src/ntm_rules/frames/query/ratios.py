"""Parts and wholes in a lazy frame: exact ratios as pairs of whole numbers, and what contradicts itself."""

import math
import typing
from collections.abc import Sequence

import narwhals as nw
from attrs import define, field

from ntm_rules.frames.query.stages import SMALL, Slot, Stages, any_true, divided, is_near, null, small, where
from ntm_rules.frames.query.truth import when_any
from ntm_rules.model.facts import Fact, FactType
from ntm_rules.model.spans import most
from ntm_rules.verdict.compare import bare_most

MOST = 9 * 10**11
"""The most that part and whole may be in steps of their unit: products with a threshold then fit in 64 bits."""

_DIGITS = range(14)
_ROUNDING = 1e-12
_COMPUTED = 5e-15
"""What a float of more digits was computed to, relative to its size."""

Ratio = tuple[Fact, Fact, Fact]


def join_ratios(
    stages: Stages,
    slots: dict[str, Slot],
    bad: dict[str, nw.Expr],
    names: set[str],
    ratios: Sequence[Ratio],
    derived: Sequence[Ratio],
) -> None:
    """Put exact pairs in the slots of ratios, and keep those of derived ones in ``Stages.pairs``.

    Args:
        names: the facts that have a column.
        ratios, derived: fact, part and whole.
    """
    both = [ratio for ratio in dict.fromkeys((*ratios, *derived)) if {ratio[1].id, ratio[2].id} <= names]
    scaled = {_key(ratio): _scaled(stages, slots, *ratio) for ratio in both}
    stages.step()
    wrong = _Wrong()
    for ratio in both:
        stages.pairs[_key(ratio)] = _fitting(ratio, *scaled[_key(ratio)], slots, names, wrong)
    given = [ratio for ratio in ratios if _key(ratio) in stages.pairs and ratio[0].id in names]
    far = [stages.add(_distance(slots[ratio[0].id].value, *stages.pairs[_key(ratio)])) for ratio in given]
    stages.step()
    for (fact, _, _), distance in zip(given, far, strict=True):
        wrong.note(fact.id, _disagrees(fact, slots[fact.id].value, distance).fill_null(False))
    _spoil(stages, slots, bad, wrong)
    for ratio in ratios:
        _put(slots, bad, ratio, stages.pairs.get(_key(ratio)))


@define
class _Wrong:
    """Where values contradict others, by fact; a fact may be part or whole of several ratios."""

    masks: dict[str, list[nw.Expr]] = field(factory=dict)

    def note(self, name: str, mask: nw.Expr) -> None:
        """Add a way in which a fact may be wrong."""
        self.masks.setdefault(name, []).append(mask)


def _fitting(
    ratio: Ratio, top: nw.Expr, bottom: nw.Expr, off: nw.Expr, slots: dict[str, Slot], names: set[str], wrong: _Wrong
) -> tuple[nw.Expr, nw.Expr]:
    """Return part and whole where they fit together; what does not is noted at the part, and at what it grows by."""
    fact, part, _ = ratio
    if fact.type is FactType.PERCENT:
        off = off | (top > bottom * 100).fill_null(False)
    wrong.note(part.id, off)
    pair = where(~off, top, nw.Int64), where(~off, bottom, nw.Int64)
    if fact.undecided is not None and fact.undecided in names:
        wrong.note(fact.undecided, _crowded(fact, slots[fact.undecided].value, *pair))
    return pair


def _spoil(stages: Stages, slots: dict[str, Slot], bad: dict[str, nw.Expr], wrong: _Wrong) -> None:
    """Take out values that contradict others; nothing is known of them then."""
    for name, masks in wrong.masks.items():
        bad[name] = stages.add(typing.cast(nw.Expr, any_true((bad.get(name), *masks))))
    stages.pairs |= {key: (stages.add(top), stages.add(bottom)) for key, (top, bottom) in stages.pairs.items()}
    stages.step()
    for name in wrong.masks:
        slots[name] = Slot(where(~bad[name], slots[name].value, nw.Float64), invalid=bad[name])


def _key(ratio: Ratio) -> tuple[str, str, str]:
    return ratio[0].id, ratio[1].id, ratio[2].id


def _scaled(
    stages: Stages, slots: dict[str, Slot], fact: Fact, part: Fact, whole: Fact
) -> tuple[nw.Expr, nw.Expr, nw.Expr]:
    """Part and whole in the unit of the fact as whole numbers, null unless both are such; and where they are not."""
    up, down = fact.scale * 10**whole.decimals, 10**part.decimals
    common = math.gcd(up, down)
    top, off_top = _steps(slots[part.id].value, part, up // common)
    bottom, off_bottom = _steps(slots[whole.id].value, whole, down // common)
    given = ~(slots[part.id].value.is_null() | slots[whole.id].value.is_null())
    off = off_top | off_bottom
    good = given & ~off
    return (
        stages.add(where(good, top, nw.Int64)),
        stages.add(where(good, bottom, nw.Int64)),
        stages.add(given & off),
    )


def _steps(value: nw.Expr, fact: Fact, factor: int) -> tuple[nw.Expr, nw.Expr]:
    """Return a fact as a whole number of steps of its last digit, times a factor; true where it has more digits."""
    power = float(10**fact.decimals)
    most = float(MOST // (10**fact.decimals * factor))
    moderate = small(value, most)
    steps = (moderate * power).round(0)
    off = ((value < 0) | (value > most) | ~is_near(value, divided(steps, power))).fill_null(False)
    return steps.cast(nw.Int64) * factor, off


def _put(slots: dict[str, Slot], bad: dict[str, nw.Expr], ratio: Ratio, pair: tuple[nw.Expr, nw.Expr] | None) -> None:
    """Give a ratio its pair; nothing is known of it where what it follows from is bad."""
    name = ratio[0].id
    invalid = any_true(bad.get(read) for read in (*(fact.id for fact in ratio), ratio[0].undecided or ""))
    top, bottom = pair or (None, None)
    value = slots[name].value
    if invalid is not None:
        value = where(~invalid, value, nw.Float64)
        top, bottom = (None if e is None else where(~invalid, e, nw.Int64) for e in (top, bottom))
    slots[name] = Slot(value, top, bottom, invalid)


def _crowded(fact: Fact, undecided: nw.Expr, top: nw.Expr, bottom: nw.Expr) -> nw.Expr:
    """Return True where what is undecided does not fit into the whole beside the part, or is too large to multiply."""
    room = bottom.cast(nw.Float64) * 100.0 if fact.type is FactType.PERCENT else nw.lit(float(MOST))
    return (top.cast(nw.Float64) + undecided * float(fact.scale) > room).fill_null(False)


def join_growing(
    stages: Stages, slots: dict[str, Slot], bad: dict[str, nw.Expr], names: set[str], facts: Sequence[Fact]
) -> None:
    """Beside the slots of facts that may grow put those for the most that they may become, where that has a column."""
    for fact in facts:
        undecided = fact.undecided
        if undecided is None or undecided not in names:
            continue
        known, invalid = slots[fact.id], any_true((slots[fact.id].invalid, bad.get(undecided)))
        if invalid is not None:
            slots[fact.id] = known = Slot(where(~invalid, known.value, nw.Float64), known.top, known.bottom, invalid)
        count = slots[undecided].value.fill_null(0.0)
        if fact.ratio is None:
            value = known.value + count
        else:
            bare = nw.when(count > 0).then(nw.lit(bare_most(fact))).otherwise(known.value)
            value = where(~known.value.is_null(), bare, nw.Float64)
        top, bottom = known.top, known.bottom
        if top is not None and bottom is not None:
            more = small(count, float(MOST)).cast(nw.Int64) * fact.scale
            top, bottom = stages.add(top + more), stages.add(bottom)
        slots[most(fact.id)] = Slot(stages.add(value), top, bottom, invalid)
    stages.step()


def _distance(value: nw.Expr, top: nw.Expr, bottom: nw.Expr) -> nw.Expr:
    """Return by how much a percentage is not part over whole."""
    return (value - top.cast(nw.Float64) / where(bottom != 0, bottom, nw.Int64).cast(nw.Float64)).abs()


def _disagrees(fact: Fact, value: nw.Expr, far: nw.Expr) -> nw.Expr:
    """Return True where a percentage is not part over whole, rounded to the digits in which it is written."""
    finest, same = nw.lit(10.0 ** _DIGITS[-1]), []
    for digits in reversed(_DIGITS):
        power = 10.0**digits
        near = far <= 0.5 / power + _ROUNDING
        if fact.type is not FactType.PERCENT:  # a percentage has two digits before the point, another number more
            near = near & (value.abs() <= SMALL / power)
        same.append((near, nw.lit(power)))
    if fact.type is not FactType.PERCENT:
        room = [(value.abs() <= SMALL / 10.0**digits, nw.lit(10.0**digits)) for digits in reversed(_DIGITS)]
        finest = when_any(room, null(nw.Float64))
    agrees = _fits(value, when_any(same, null(nw.Float64)))
    # of a number of more digits the last ones were computed
    wrong = nw.when(_fits(value, finest)).then(~agrees).otherwise(far > value.abs() * _COMPUTED)
    return wrong & ~far.is_null()  # nothing contradicts a percentage beside which there is no ratio


def _fits(value: nw.Expr, power: nw.Expr) -> nw.Expr:
    """Return True where a number is a whole number of steps, of which *power* make 1; False where there is no power."""
    return is_near(value, (small(value) * power).round(0) / power).fill_null(False)
