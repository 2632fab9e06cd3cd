"""What may be given for a set as JSON Schema: its facts, and judgements on its numbers, for web forms."""

from ntm_rules.messages.catalogue import check_language, say
from ntm_rules.model.arguments import need
from ntm_rules.model.facts import About, Fact, FactType
from ntm_rules.model.judgements import Body
from ntm_rules.model.outcomes import Outcome
from ntm_rules.model.plain import Json
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.model.text import Text

_TYPES = {
    FactType.PERCENT: "number",
    FactType.NUMBER: "number",
    FactType.COUNT: "integer",
    FactType.BOOLEAN: "boolean",
    FactType.ORDINAL: "string",
    FactType.CATEGORY: "string",
}


def input_schema(ruleset: Ruleset, lang: str = "vi") -> Json:
    """Return the JSON Schema (2020-12) of an object with ``facts`` and ``judgements``, as ``assess`` takes them.

    Each fact has its title, bounds, values with their titles, the numbers of the indicators that compare it
    (``x-indicators``), its measure (``x-unit``), and as its description what is known about it. What facts have to do
    with each other, such as a part and its whole, no schema says: that is checked by ``assess``.

    Args:
        lang: of titles: ``vi`` or ``en``.

    Raises:
        UnknownName: another language.
        BadArgument: no ruleset.
    """
    need("ruleset", ruleset, Ruleset)
    check_language(lang)
    numbers = ruleset.numbers_by_fact
    facts = {name: _fact(fact, numbers.get(name, ()), lang) for name, fact in ruleset.inputs().items()}
    titles = {c.no: c.title for c in ruleset.criteria}
    titles |= {i.no: i.title for c in ruleset.criteria for i in c.indicators}
    judged = {no: {"title": _title(no, title, lang), "$ref": "#/$defs/judgement"} for no, title in titles.items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": ruleset.title.text(lang) if ruleset.title else ruleset.id,
        "description": f"{ruleset.id} {ruleset.period} {ruleset.content_hash}",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "facts": {"type": "object", "additionalProperties": False, "properties": facts},
            "judgements": {"type": "object", "additionalProperties": False, "properties": judged},
        },
        "$defs": {"judgement": _judgement()},
    }


def _title(no: str, title: Text | None, lang: str) -> str:
    return f"{no} {title.text(lang)}" if title else no


def _fact(fact: Fact, numbers: tuple[str, ...], lang: str) -> Json:
    found: Json = {"title": fact.title.text(lang) if fact.title else fact.id, "type": _TYPES[fact.type]}
    for name, bound in (("minimum", fact.minimum), ("maximum", fact.maximum)):
        if bound is not None:
            found[name] = int(bound) if bound == bound.to_integral_value() else float(bound)
    if fact.values:
        titles = fact.value_titles or {}
        found["oneOf"] = [{"const": v, "title": titles[v].text(lang) if v in titles else v} for v in fact.values]
    if fact.unit is not None:
        found["x-unit"] = fact.unit.title.text(lang)
    told = about(fact, lang)
    if told:
        found["description"] = "\n".join(told)
    if numbers:
        found["x-indicators"] = list(numbers)
    return found


def about(fact: Fact, lang: str) -> list[str]:
    """Return what is known about a fact beside its title, a line each with its source."""
    agency = {} if fact.agency is None else {About.AGENCY: say(lang, "fact.told/agency", text=fact.agency)}
    told = {
        each: say(lang, f"fact.told/{each.value}", text=told.text, source=told.source)
        for each, told in fact.told.items()
    }
    known = agency | told
    found = [known[each] for each in About if each in known]
    if fact.earlier is None:
        return found
    return [say(lang, "fact.earlier_of", fact=fact.earlier.fact, years=fact.earlier.years), *found]


def _judgement() -> Json:
    outcome: Json = {"enum": [outcome.code for outcome in Outcome if outcome is not Outcome.UNDETERMINED]}
    text: Json = {"type": "string", "minLength": 1}
    fields = {
        "outcome": outcome,
        "body": {"enum": [body.value for body in Body]},
        "date": {"type": "string", "format": "date"},
        "name": text,
        "document": text,
        "note": text,
    }
    one: Json = {
        "type": "object",
        "additionalProperties": False,
        "properties": fields,
        "required": ["outcome"],
        "if": {"properties": {"outcome": {"const": Outcome.NOT_APPLICABLE.code}}},
        "then": {"required": ["note"]},
    }
    return {"oneOf": [{"enum": ["met", "not_met"]}, one, {"type": "array", "items": one}]}
