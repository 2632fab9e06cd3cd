"""``ntm-rules live``: changes of facts in, changed outcomes out, one JSON object a line."""

import io
import json
import sys
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import click
from attrs import define, evolve, field

from ntm_rules.cli.assess import check_all, split, units
from ntm_rules.cli.columns import columns_known
from ntm_rules.cli.exit_codes import ALWAYS
from ntm_rules.cli.language import error_lang
from ntm_rules.cli.options import composed, kept_in, lang_option, law_options, library_of, mapped, source_options
from ntm_rules.cli.writers import COUNTS
from ntm_rules.live.board import Board
from ntm_rules.live.events import Event, ReadBy
from ntm_rules.live.session import ENGINES
from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import FactError, FactProblem, NtmRulesError
from ntm_rules.messages.printable import printable
from ntm_rules.model.plain import Json, keys_of, one_line, plain
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.tables.given import read_changes
from ntm_rules.tables.rows import MAX_LINE, json_problem, json_value
from ntm_rules.tables.units import Reading, UnitFacts
from ntm_rules.verdict.faults import Faults
from ntm_rules.verdict.verdict import Verdict


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


_KEYS: Mapping[str, tuple[object, Callable[[object], bool]]] = {
    "unit": (None, lambda value: isinstance(value, str) and value != ""),
    "set": ({}, lambda value: isinstance(value, dict)),
    "clear": ([], _are_texts),
    "judge": ({}, lambda value: isinstance(value, dict)),
    "verdict": (False, lambda value: isinstance(value, bool)),
    "id": (None, lambda value: value is None or (isinstance(value, str | int) and not isinstance(value, bool))),
}
"""The keys of a change: what they are if they are not given, and what fits."""


@click.command(
    epilog=f"Exit codes: 0 standard input has ended; {ALWAYS}",
)
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--tier", required=True, metavar="RULESET", help="Ruleset, e.g. commune/ntm.")
@law_options(on_required=True)
@source_options("--unit")
@lang_option
@click.option("--engine", type=click.Choice(ENGINES), default="python", show_default=True, help="What follows changes.")
def live(file: Path | None, tier: str, lang: str, engine: str, **options: typing.Any) -> None:
    """Read changes of facts from standard input and print every outcome that changes, one JSON object a line.

    The units begin with the facts of FILE (as for assess), or without any. A change is an object with `unit`, `set`
    (facts, by id or Vietnamese title, to values as people write them; null takes one away), `clear` (a list of
    facts), `judge` (numbers to what bodies decided on them, an empty list takes it away), `verdict` (true to have
    the whole verdict printed) and `id` (a text or whole number that every line of the answer repeats). Each change
    is answered by its events and then one line of type `done`, or by one line of type `error`, in which case
    nothing was changed; a blank line by one line of type `ignored`.
    """
    law, source = split(options)
    library = library_of(law["rulesets"])
    ruleset = composed(library, tier, law)
    with Board(ruleset, engine=engine, history=0) as board:
        if file is not None:
            facts = columns_known(library, ruleset)
            source["keep"] = kept_in(file, facts, source)
            check_all(units(file, facts, source, on_bad="mark"), ruleset)
            for unit in units(file, facts, source):
                board.set_many(unit.label, unit.facts)
        how = {"decimal": source["decimal"], "mapping": mapped(columns_known(library, ruleset))}
        answers = _Answers(
            board, lang, error_lang(), ruleset, partial(Reading.of_rows, ruleset, True, numbers={}, **how)
        )
        board.on_change(answers.heard.append)
        answers.write("ready", ruleset=ruleset.id, content_hash=ruleset.content_hash, units=len(list(board)))
        for text in _lines(sys.stdin.buffer if sys.stdin else io.BytesIO()):
            answers.answer(text)


def _lines(file: typing.BinaryIO) -> Iterator[str | None]:
    """Yield the lines of a file; None for one that is too long or not UTF-8."""
    while line := file.readline(MAX_LINE):
        whole = line.endswith(b"\n") or len(line) < MAX_LINE
        while not line.endswith(b"\n") and len(line) == MAX_LINE:
            line = file.readline(MAX_LINE)
        try:
            yield line.decode() if whole else None
        except UnicodeDecodeError:
            yield None


@define
class _Answers:
    """Answers lines, and counts them; *reading* makes what the facts of one line are read with."""

    board: Board
    lang: str
    error_lang: str
    ruleset: Ruleset
    reading: Callable[[], Reading]
    line: int = 0
    about: Json = field(factory=dict)
    heard: list[Event] = field(factory=list)

    def answer(self, text: str | None) -> None:
        """Make the change of one line and say what became of it."""
        self.line += 1
        self.about = {"line": self.line}
        if text is not None and not text.strip():
            self.write("ignored")
            return
        try:
            given = _parsed(text)
            self.about |= _id_of(given)
            change = self.readable(_change(given))
            self.board.set_many(change.unit, change.facts, change.judgements)
            verdict = self.board.verdict(change.unit)
        except FactError as error:
            self.refuse(error, error.problems)
        except NtmRulesError as error:
            self.refuse(error)
        else:
            for event in self.heard:
                self.write("event", **_event(event, self.lang))
            if change.verdict:
                self.write("verdict", verdict=verdict.to_dict())
            self.write("done", events=len(self.heard), **_summary(verdict))
            self.heard.clear()

    def readable(self, change: "_Change") -> "_Change":
        """Return a change with the facts by their ids, and the values as they are read.

        Raises:
            TableError: two names of one fact.
            FactError: every fact that is not known, or whose value cannot be read or is not one of it.
        """
        facts, bad = read_changes(change.unit, change.facts, change.cleared, self.reading())
        if bad:
            faults = Faults(self.ruleset)
            faults.check(UnitFacts(change.unit, facts, {}, 0, bad=tuple(bad)))
            faults.stop()
        return evolve(change, facts=facts, cleared=())

    def refuse(self, error: NtmRulesError, problems: Sequence[FactProblem] = ()) -> None:
        """Say why nothing was changed."""
        lang = self.error_lang
        found = [{"fact": p.fact, "expected": p.expected_in(lang), "hint": p.hint_in(lang)} for p in problems]
        self.write("error", message=error.text(lang), problems=found)

    def write(self, kind: str, **values: object) -> None:
        """One line, at once; it says which line it answers."""
        click.echo(printable(one_line(plain({"type": kind, **self.about, **values}))))


def _event(event: Event, lang: str) -> Json:
    names = ("unit", "number", "level", "no", "title", "old", "new", "provisional", "facts")
    judged = keys_of(event, "reading", "judgements") if event.reading is ReadBy.JUDGED else {}
    return {**keys_of(event, *names), **judged, "text": event.reason.text(lang)}


def _summary(verdict: Verdict) -> Json:
    return keys_of(verdict, "unit", "outcome", "provisional", *COUNTS)


@define
class _Change:
    unit: str
    facts: Mapping[str, typing.Any]
    cleared: Sequence[str]
    judgements: Mapping[str, typing.Any]
    verdict: bool


def _id_of(found: object) -> Json:
    """Return what the answer to a line repeats."""
    given = found.get("id") if isinstance(found, dict) else None
    return {"id": given} if given is not None and _KEYS["id"][1](given) else {}


def _change(found: object) -> _Change:
    """Return the change that a line asks for.

    Raises:
        NtmRulesError: it asks for none.
    """
    if not isinstance(found, dict):
        raise NtmRulesError(Message("change.object", example='{"unit": "06196", "set": {}}'))
    unknown = [name for name in found if name not in _KEYS]
    if unknown:
        raise NtmRulesError(Message("change.keys", keys=tuple(_KEYS), unknown=tuple(unknown)))
    for name, (otherwise, fits) in _KEYS.items():
        if not fits(found.setdefault(name, otherwise)):
            raise NtmRulesError(Message(f"change.key.{name}"))
    facts, clear = found["set"], found["clear"]
    twice = [name for name in clear if name in facts]
    if twice:
        raise NtmRulesError(Message("change.twice", facts=tuple(twice)))
    return _Change(found["unit"], facts, clear, found["judge"], found["verdict"])


def _parsed(text: str | None) -> typing.Any:
    """Return the JSON of a line.

    Raises:
        NtmRulesError: it has none.
    """
    if text is None:
        raise NtmRulesError(Message("change.line", most=MAX_LINE))
    try:
        found = json_value(text.rstrip())
        json.dumps(found, ensure_ascii=False, default=str).encode()
    except UnicodeEncodeError as error:
        raise NtmRulesError(Message("change.half")) from error
    except (ValueError, RecursionError) as error:
        raise NtmRulesError(json_problem(error)) from error
    return found
