"""A live session as plain JSON, and what is different when it is read under other rules."""

import typing
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from attrs import frozen

from ntm_rules.live.events import Level, OutcomeDifference, outcomes_by_place
from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import NtmRulesError
from ntm_rules.model.arguments import name_of
from ntm_rules.model.judgements import Judgement, judgement_of
from ntm_rules.model.outcomes import Outcome
from ntm_rules.model.plain import Json, plain
from ntm_rules.model.results import FactValue
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.verdict.judged_json import judgement_dict
from ntm_rules.verdict.verdict import Verdict

SCHEMA = "ntm-rules/session/1"
_DECIMAL = "decimal"
_OUTCOMES = {outcome.code: outcome for outcome in Outcome}


@frozen
class Snapshot:
    """A snapshot that was read.

    Attributes:
        facts: as ``assess`` takes them.
        outcomes: by level and number, as they were; of the first reading.
    """

    unit: str | None
    facts: Mapping[str, typing.Any]
    outcomes: Mapping[tuple[Level, str], Outcome]
    judgements: tuple[Judgement, ...] = ()


def snapshot_of(verdict: Verdict) -> Json:
    """Facts, outcomes and the hash of the rules as plain JSON types; a Decimal is written ``{"decimal": "43.2"}``."""
    outcomes: Json = {level.value: {} for level in Level}
    for level, no, outcome in outcomes_by_place(verdict.ruleset, verdict.codes):
        outcomes[level.value][no] = outcome.code
    return {
        "schema": SCHEMA,
        "ruleset": verdict.ruleset.id,
        "content_hash": verdict.ruleset.content_hash,
        "unit": verdict.unit,
        "facts": {name: _fact(verdict, name) for name in {**verdict.facts, **verdict.unread, **verdict.annotations}},
        "outcomes": outcomes,
        **({"judgements": [judgement_dict(one) for one in verdict.judgements]} if verdict.judgements else {}),
    }


def _fact(verdict: Verdict, name: str) -> typing.Any:
    given, note = verdict.facts.get(name, verdict.unread.get(name)), verdict.annotations.get(name)
    value = None if given is None else _as_given(given)
    return value if note is None else {"value": value, **plain(note)}


def _as_given(value: FactValue) -> typing.Any:
    """Return a value that is read as it was given: numbers stay numbers, other than in what is written to be shown."""
    if isinstance(value, Decimal):
        return {_DECIMAL: str(value)}
    for kind in (bool, int, float):
        if isinstance(value, kind):
            return kind(value)
    return str(value)


def _read(fact: typing.Any) -> typing.Any:
    """Return a fact as ``assess`` takes it; what is wrong with it is said there."""
    if isinstance(fact, Mapping):
        text = fact.get(_DECIMAL)
        if len(fact) == 1 and isinstance(text, str):
            try:
                return Decimal(text)
            except InvalidOperation:
                return text
        if "value" in fact:
            return {**fact, "value": _read(fact["value"])}
    return fact


def read_snapshot(data: typing.Any) -> Snapshot:
    """Return a snapshot from plain JSON types.

    Raises:
        NtmRulesError: it is not a snapshot.
    """
    if not isinstance(data, Mapping) or data.get("schema") != SCHEMA:
        found = data.get("schema") if isinstance(data, Mapping) else type(data).__name__
        raise NtmRulesError(Message("session.snapshot", schema=SCHEMA, found=str(found)))
    unit, facts, outcomes = data.get("unit"), data.get("facts"), data.get("outcomes")
    judgements = data.get("judgements", [])
    fits = isinstance(unit, str | None) and isinstance(judgements, list)
    if not fits or not isinstance(facts, Mapping) or not isinstance(outcomes, Mapping):
        raise NtmRulesError(Message("session.snapshot_parts"))
    found_outcomes = {}
    for level in Level:
        own = outcomes.get(level.value)
        for no, code in own.items() if isinstance(own, Mapping) else [(level.value, own)]:
            if not isinstance(code, str) or code not in _OUTCOMES:
                found = {"code": str(code), "level": level.value, "no": str(no), "outcomes": tuple(_OUTCOMES)}
                raise NtmRulesError(Message("session.snapshot_outcome", **found))
            found_outcomes[level, str(no)] = _OUTCOMES[code]
    return Snapshot(
        None if unit is None else name_of(unit, "unit"),
        {str(name): _read(fact) for name, fact in facts.items()},
        found_outcomes,
        tuple(map(judgement_of, judgements)),
    )


def differences(snapshot: Snapshot, ruleset: Ruleset, codes: bytes) -> tuple[OutcomeDifference, ...]:
    """Return what the snapshot says otherwise: in the order of the ruleset, then what the ruleset no longer has."""
    now = {(level, no): outcome for level, no, outcome in outcomes_by_place(ruleset, codes)}
    places = dict.fromkeys((*now, *snapshot.outcomes))
    pairs = ((place, snapshot.outcomes.get(place), now.get(place)) for place in places)
    return tuple(OutcomeDifference(*place, old, new) for place, old, new in pairs if old is not new)
