"""The lines above every table: which law, on which date, for whom, and what to be careful about."""

from collections.abc import Iterator

from ntm_rules.messages.catalogue import say
from ntm_rules.messages.errors import Severity
from ntm_rules.model.citations import Instrument, last_day
from ntm_rules.model.rulesets import Layer, LayerKind, Ruleset
from ntm_rules.rules.library import Library
from ntm_rules.words.numbers import day

_CITY = ("TP.", "Thành phố", "City")
"""How the name of a city begins or ends that says itself that it is one."""


def heading(library: Library, ruleset: Ruleset, lang: str) -> Iterator[str]:
    """Title, date and place, instruments, hash, warnings; one line each."""
    title = ruleset.title.text(lang) if ruleset.title else ruleset.id
    yield f"{title} ({ruleset.id}, {ruleset.period})"
    parts = [say(lang, "cli.on", on=day(ruleset.on, lang), year=ruleset.year)]
    if ruleset.province is not None:
        parts.append(province_words(library, ruleset.province, lang))
    if ruleset.territory is not None:
        parts.append(say(lang, "cli.territory", province=province_name(library, ruleset.territory, lang)))
    if ruleset.minimum_evidence is not None:
        parts.append(say(lang, "cli.minimum", level=say(lang, f"cli.level.{ruleset.minimum_evidence.value}")))
    yield "; ".join(parts)
    yield say(lang, "cli.based_on", layers="; ".join(layer_words(layer, lang) for layer in ruleset.layers))
    yield say(lang, "cli.hash", hash=ruleset.content_hash)
    for diagnostic in ruleset.diagnostics:
        code = "cli.note" if diagnostic.severity is Severity.NOTE else "cli.warning"
        yield say(lang, code, message=diagnostic.message_in(lang))


def layer_words(layer: Layer, lang: str) -> str:
    """Return an instrument with its date, and whether it was read whole."""
    if layer.instrument is None or layer.kind is LayerKind.UNKNOWN:
        return say(lang, "cli.unknown")
    found = dated(layer.instrument, lang)
    return found if layer.read_whole else say(lang, "cli.partly", layer=found)


def span_words(layer: Layer, lang: str) -> str:
    """From when to when a layer holds."""
    start = day(layer.start, lang)
    return (
        say(lang, "cli.from_to", start=start, end=day(layer.end, lang))
        if layer.end
        else say(lang, "cli.from", start=start)
    )


def dated(instrument: Instrument, lang: str) -> str:
    """Return number and date of an instrument; a year or month where no more is known."""
    if len(instrument.date) < len("2024-06-17"):
        return say(lang, "cli.dated_year", number=instrument.number, date=instrument.date)
    return say(lang, "cli.dated", number=instrument.number, date=day(last_day(instrument.date), lang))


def province_words(library: Library, name: str, lang: str) -> str:
    """Return a province given by id or name as it is called: ``tỉnh Lạng Sơn``, ``thành phố Hà Nội``."""
    province_id, title = library.registry.resolve(name), province_name(library, name, lang)
    if not any(p.city for p in library.registry.provinces if p.id == province_id):
        return say(lang, "cli.province", province=title)
    says_so = title.startswith(_CITY) or title.endswith(_CITY)
    return title if says_so else say(lang, "cli.city", province=title)


def province_name(library: Library, name: str, lang: str) -> str:
    """Return the title of a province given by id or name."""
    province_id = library.registry.resolve(name)
    return next(p.title.text(lang) for p in library.registry.provinces if p.id == province_id)
