"""Parts and wholes in a lazy frame: exact ratios as pairs of whole numbers, and what contradicts itself."""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from ntm_rules.frames.query.consistency import odd_shares, take_out
from ntm_rules.frames.query.expressions import Expr, Kind, choose, first_true, lit, null, where
from ntm_rules.frames.query.stages import MOST, SMALL, Slot, Stages, any_true, is_near, small
from ntm_rules.model.consistency import Relation
from ntm_rules.model.facts import Fact, FactType
from ntm_rules.model.numbers import rounded
from ntm_rules.model.spans import most
from ntm_rules.verdict.compare import bare_most

_DIGITS = range(14)
_ROUNDING = 1e-12
_COMPUTED = 5e-15
"""What a float of more digits was computed to, relative to its size."""

Ratio = tuple[Fact, Fact, Fact]


def join_ratios(
    stages: Stages,
    slots: dict[str, Slot],
    bad: dict[str, Expr],
    names: set[str],
    ratios: Sequence[Ratio],
    derived: Sequence[Ratio],
    shares: Sequence[Relation],
) -> None:
    """Put exact pairs in the slots of ratios, and keep those of derived ones in ``Stages.pairs``.

    Args:
        names: the facts that have a column.
        ratios, derived: fact, part and whole.
        shares: what ratios and percentages have to be to each other.
    """
    both = [ratio for ratio in dict.fromkeys((*ratios, *derived)) if {ratio[1].id, ratio[2].id} <= names]
    scaled = _scaled(stages, slots, both)
    stages.step("scaled")
    masks = defaultdict[str, list[Expr]](list)
    for ratio, (top, bottom) in zip(both, scaled, strict=True):
        fits, (fact, part, whole) = _fitting(ratio[0], top, bottom), ratio
        given = ~(slots[part.id].value.is_null() | slots[whole.id].value.is_null())
        masks[part.id].append(stages.add(given & ~fits.known_or(False), f"{fact.id}_unfit"))
        stages.pairs[_key(ratio)] = top, stages.add(where(fits, bottom, Kind.INT64), f"{fact.id}_whole")
    stages.step("paired")
    for ratio in both:
        growth = ratio[0].undecided
        if growth is not None and growth in names:
            crowded = _crowded(ratio[0], slots[growth].value, *stages.pairs[_key(ratio)])
            masks[growth].append(crowded)
    stated = [r for r in ratios if _key(r) in stages.pairs and r[0].id in names]
    for fact, wrong in _contradictions(stages, slots, stated):
        masks[fact.id].append(wrong)
    take_out(stages, slots, bad, masks)
    take_out(stages, slots, bad, _odd(stages, slots, bad, names, ratios, shares))
    unfit = {ratio: _unfit(stages, bad, ratio) for ratio in ratios}
    stages.step("fit")
    for ratio, invalid in unfit.items():
        slots[ratio[0].id] = _related(stages, slots[ratio[0].id].value, ratio, invalid)
    stages.step("related")


def _odd(
    stages: Stages,
    slots: Mapping[str, Slot],
    bad: Mapping[str, Expr],
    names: set[str],
    ratios: Sequence[Ratio],
    shares: Sequence[Relation],
) -> Mapping[str, Sequence[Expr]]:
    """Return for shares without parts where they contradict others."""
    of = {ratio[0].id: ratio for ratio in ratios}
    there = names | {name for name, ratio in of.items() if _key(ratio) in stages.pairs}
    related = [relation for relation in shares if {fact.id for fact in relation.facts} <= there]
    known = {fact.id for relation in related for fact in relation.facts}
    unfit = {name: _unfit(stages, bad, of[name]) for name in sorted(known & of.keys())}
    stages.step("fit")
    slot = {name: slots[name] for name in sorted(known)}
    slot |= {name: _related(stages, slots[name].value, of[name], invalid) for name, invalid in unfit.items()}
    stages.step("shares")
    value = {name: stages.add(_percentage(found), name) for name, found in slot.items()}
    stages.step("percentages")
    masks = defaultdict[str, list[Expr]](list)
    for relation in related:
        wrong = stages.add(odd_shares(relation, value.__getitem__), f"{relation.whole.id}_odd")
        for fact in relation.facts:
            bottom = slot[fact.id].bottom
            if fact.id in names:
                masks[fact.id].append(wrong if bottom is None else wrong & bottom.is_null())
    stages.step("odd")
    return masks


def _percentage(slot: Slot) -> Expr:
    """Return a share as a number; null of nothing."""
    if slot.top is None or slot.bottom is None:
        return slot.value
    quotient = slot.top.cast(Kind.FLOAT) / where(slot.bottom != 0, slot.bottom, Kind.INT64).cast(Kind.FLOAT)
    return choose(slot.bottom.is_null(), slot.value, quotient)


def _key(ratio: Ratio) -> tuple[str, str, str]:
    return ratio[0].id, ratio[1].id, ratio[2].id


def _scaled(stages: Stages, slots: Mapping[str, Slot], ratios: Sequence[Ratio]) -> list[tuple[Expr, Expr]]:
    """Return parts and wholes in the unit of the fact as whole numbers, null where they are none."""
    known: dict[tuple[str, int], Expr] = {}

    def scaled(fact: Fact, factor: int) -> Expr:
        key = fact.id, factor
        if key not in known:
            known[key] = stages.add(_steps(slots[fact.id].value, fact, factor), f"{fact.id}_steps")
        return known[key]

    found: list[tuple[Expr, Expr]] = []
    for fact, part, whole in ratios:
        up, down = fact.scale * 10**whole.decimals, 10**part.decimals
        common = math.gcd(up, down)
        found.append((scaled(part, up // common), scaled(whole, down // common)))
    return found


def _steps(value: Expr, fact: Fact, factor: int) -> Expr:
    """Return a fact as a whole number of steps of its last digit, times a factor; null where it has more digits."""
    power = float(10**fact.decimals)
    most = float(MOST // (10**fact.decimals * factor))
    fits, steps = value.between(0, most), value
    if fact.type is not FactType.COUNT:
        steps = (value * power).round()
        fits = fits & is_near(value, steps / power)
    return where(fits, steps.cast(Kind.INT64) * factor, Kind.INT64)


def _fitting(fact: Fact, top: Expr, bottom: Expr) -> Expr:
    """Return whether part and whole are both known and fit together."""
    return top <= bottom * 100 if fact.type is FactType.PERCENT else ~(top.is_null() | bottom.is_null())


def _unfit(stages: Stages, bad: Mapping[str, Expr], ratio: Ratio) -> Expr | None:
    """Return where nothing is known of a fact since what it follows from is bad; None where that cannot be."""
    read = (*(fact.id for fact in ratio), ratio[0].undecided or "")
    invalid = any_true(bad.get(name) for name in read)
    return None if invalid is None else stages.add(invalid, f"{ratio[0].id}_invalid")


def _related(stages: Stages, value: Expr, ratio: Ratio, invalid: Expr | None) -> Slot:
    """Return a fact with part and whole."""
    name, pair = ratio[0].id, stages.pairs.get(_key(ratio))
    top, bottom = pair or (None, None)
    if invalid is not None:
        value = stages.add(where(~invalid, value, Kind.FLOAT), name)
        if bottom is not None:
            bottom = stages.add(where(~invalid, bottom, Kind.INT64), f"{name}_whole")
    return Slot(value, top, bottom, invalid)


def _crowded(fact: Fact, undecided: Expr, top: Expr, bottom: Expr) -> Expr:
    """Return True where what is undecided does not fit into the whole beside the part, or is too large to multiply."""
    room = bottom.cast(Kind.FLOAT) * 100.0 if fact.type is FactType.PERCENT else lit(float(MOST))
    return (top.cast(Kind.FLOAT) + undecided * float(fact.scale) > room).known_or(False)


def join_growing(
    stages: Stages, slots: dict[str, Slot], bad: dict[str, Expr], names: set[str], facts: Sequence[Fact]
) -> None:
    """Beside the slots of facts that may grow put those for the most that they may become, where that has a column."""
    for fact in facts:
        undecided = fact.undecided
        if undecided is None or undecided not in names:
            continue
        known, invalid = slots[fact.id], any_true((slots[fact.id].invalid, bad.get(undecided)))
        if invalid is not None:
            slots[fact.id] = known = Slot(where(~invalid, known.value, Kind.FLOAT), known.top, known.bottom, invalid)
        count, name = slots[undecided].value.known_or(0.0), most(fact.id)
        if fact.ratio is None:
            value = known.value + count
        else:
            bare = choose(count > 0, lit(bare_most(fact)), known.value)
            value = where(~known.value.is_null(), bare, Kind.FLOAT)
        top = known.top
        if top is not None:
            top = stages.add(top + small(count, float(MOST)).cast(Kind.INT64) * fact.scale, f"{name}_part")
        slots[name] = Slot(stages.add(value, name), top, known.bottom, invalid)
    stages.step("grown")


def _contradictions(stages: Stages, slots: Mapping[str, Slot], ratios: Sequence[Ratio]) -> Iterator[tuple[Fact, Expr]]:
    """Yield for each fact of some ratios where it is not part over whole, rounded to the digits in which it is written.

    Nothing contradicts a fact beside which there is no ratio.
    """
    values = {ratio: slots[ratio[0].id].value for ratio in ratios}
    off: dict[Ratio, Expr] = {}
    for ratio, value in values.items():
        top, bottom = stages.pairs[_key(ratio)]
        quotient = top.cast(Kind.FLOAT) / where(bottom != 0, bottom, Kind.INT64).cast(Kind.FLOAT)
        off[ratio] = stages.add((value - quotient).abs(), "off")
    stages.step("compared")
    written = {ratio: _written(ratio[0], value, off[ratio]) for ratio, value in values.items()}
    powers = {ratio: [stages.add(power, "written") for power in powers] for ratio, powers in written.items()}
    stages.step("written")
    for ratio, value in values.items():
        same, finest = powers[ratio]
        # of a number of more digits the last ones were computed
        size = _size(ratio[0], value)
        agrees = choose(_fits(size, finest), _fits(size, same).known_or(False), off[ratio] <= size * _COMPUTED)
        yield ratio[0], (~agrees & ~off[ratio].is_null()).known_or(False)


def _written(fact: Fact, value: Expr, off: Expr) -> tuple[Expr, Expr]:
    """Return in how many steps of 1 a fact that is *off* its ratio may be written, and in how many at most."""
    same: list[tuple[Expr, Expr]] = []
    room: list[tuple[Expr, Expr]] = []
    for digits in reversed(_DIGITS):
        power = 10.0**digits
        near = off <= rounded(0.5 / power + _ROUNDING)
        if fact.type is not FactType.PERCENT:  # a percentage has two digits before the point, another number more
            here = value.abs() <= SMALL / power
            near = near & here
            room.append((here, lit(power)))
        same.append((near, lit(power)))
    finest = first_true(room, null(Kind.FLOAT)) if room else lit(10.0 ** _DIGITS[-1])
    return first_true(same, null(Kind.FLOAT)), finest


def _size(fact: Fact, value: Expr) -> Expr:
    """Return a number without its sign; a percentage is never below 0."""
    return value if fact.type is FactType.PERCENT and fact.minimum == 0 else value.abs()


def _fits(size: Expr, power: Expr) -> Expr:
    """Return True where a number is a whole number of steps, of which *power* make 1; null where there is no power."""
    return is_near(size, (size * power).round() / power, size)
