"""``ntm-rules explain``: the evaluated tree of one unit."""

import typing
from collections.abc import Callable, Iterable
from decimal import Decimal
from pathlib import Path

import click
from attrs import frozen
from rich.text import Text
from rich.tree import Tree

from ntm_rules.cli.assess import split, units
from ntm_rules.cli.columns import columns_known
from ntm_rules.cli.console import STYLES, console, print_lines, text
from ntm_rules.cli.heading import heading
from ntm_rules.cli.marked import on_bad_option, tell_marked
from ntm_rules.cli.options import composed, kept_in, lang_option, law_options, library_of, source_options
from ntm_rules.cli.verdicts import graded_word
from ntm_rules.messages.catalogue import Message, say
from ntm_rules.messages.errors import UnknownName
from ntm_rules.model.arguments import id_of, marks_bad
from ntm_rules.model.conditions import Case
from ntm_rules.model.outcomes import Outcome
from ntm_rules.model.results import Column, Evaluated, IndicatorResult, LeafResult
from ntm_rules.verdict.explain import explainer_of
from ntm_rules.verdict.faults import Faults
from ntm_rules.verdict.verdict import Verdict, verdict_of
from ntm_rules.words.numbers import number, with_unit
from ntm_rules.words.reason import words_in
from ntm_rules.words.sentences import Words, grade_title, of_criteria
from ntm_rules.words.sheet import Sheet


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--unit", required=True, metavar="ID", help="The unit, as the file names it.")
@click.option("--tier", required=True, metavar="RULESET", help="Ruleset, e.g. commune/ntm.")
@law_options(on_required=True)
@source_options("--unit-column")
@on_bad_option
@lang_option
def explain(file: Path, unit: str, tier: str, lang: str, on_bad: str, **options: typing.Any) -> None:
    """Explain every criterion and indicator of one unit of FILE, down to the single comparison."""
    law, source = split(options)
    library = library_of(law["rulesets"])
    ruleset = composed(library, tier, law)
    facts = columns_known(library, ruleset)
    source["keep"] = kept_in(file, facts, source)
    unit, known = id_of(unit, "--unit", source["unit_width"]), list[str]()
    for row in units(file, facts, source, on_bad="mark"):
        known.append(row.label)
        if unit in (row.unit, row.label):
            break
    else:
        raise UnknownName(Message("kind.unit"), unit, known)
    faults = Faults(ruleset)
    verdict = verdict_of(ruleset, faults.check(row))
    if not marks_bad(on_bad):
        faults.stop()
    out = console()
    print_lines(out, heading(library, ruleset, lang))
    out.print(tree_of(verdict, lang))
    tell_marked(faults.problems)


def tree_of(verdict: Verdict, lang: str) -> Tree:
    """Return the unit, its criteria, their indicators and what these rest on."""
    counts = of_criteria(lang, verdict)
    for grade in verdict.ruleset.grades:
        count = verdict.grade_counts[grade.id]
        counts += "; " + say(lang, "cli.of_grade", count=count, grade=grade_title(lang, grade))
    word = graded_word(lang, verdict.ruleset, verdict.outcome, verdict.grade, verdict.possible_grades)
    root = Tree(_worded(f"{verdict.unit} ({counts})", word, verdict.outcome, verdict.provisional, lang))
    words = words_in(lang, verdict.ruleset.fact_by_id, verdict.annotations, verdict.ruleset.met_means)
    explainer = explainer_of(verdict.ruleset)
    branches = _Branches(words, Sheet(verdict.ruleset, lang), lang, lambda name: explainer.bands(name, verdict.values))
    for criterion in verdict.criteria.values():
        title = criterion.criterion.title.text(lang) if criterion.criterion.title else ""
        grades = criterion.grade, criterion.possible_grades
        word = graded_word(lang, verdict.ruleset, criterion.outcome, *grades)
        label = _worded(f"{criterion.no} {title}", word, criterion.outcome, criterion.provisional, lang)
        branch = root.add(label)
        for indicator in criterion.indicators.values():
            branches.indicator(branch, indicator)
    return root


@frozen
class _Branches:
    """Adds indicators and conditions to a tree, in words.

    Attributes:
        bands: of a fact the points by band of which it is worked out.
    """

    words: Words
    sheet: Sheet
    lang: str
    bands: Callable[[str], Iterable[Column]]

    def indicator(self, branch: Tree, result: IndicatorResult) -> None:
        """Return an indicator with ``applies_if`` and, where it applies, its condition."""
        title = result.indicator.title.text(self.lang) if result.indicator.title else ""
        made = branch.add(self.labelled(f"{result.no} {title}", result.outcome, result.provisional))
        if result.applies is not None:
            head = say(self.lang, "cli.applies_if", answer=say(self.lang, f"cli.applies.{result.applies.outcome.code}"))
            self.node(made.add(text(head)), result.applies)
        if result.applies is None or result.applies.outcome is Outcome.MET:
            self.node(made, result.tree)

    def node(self, branch: Tree, node: Evaluated) -> None:
        """Return a node of the condition: a comparison as one line, a connective with its members below."""
        if isinstance(node, LeafResult):
            branch.add(self.leaf(node))
            return
        met = sum(member.outcome is Outcome.MET for member in node.members)
        label = say(self.lang, f"cli.node.{node.kind}", k=met + (node.short or 0), n=len(node.members), met=met)
        made = branch.add(self.labelled(label, node.outcome))
        for member in node.members:
            self.node(made, member)

    def leaf(self, leaf: LeafResult) -> Text:
        """Return what is there and asked, which column and why, where it is written, how well it is known."""
        title = f"{self.words.fact_title(leaf.fact.id)}: " if leaf.fact is not None else ""
        parts = [f"{title}{self.words.leaf(leaf)}"]
        columns = [self.column(column) for column in leaf.columns if column.value is not None]
        if columns:
            parts.append(say(self.lang, "cli.column", column=", ".join(columns)))
        parts += map(self.band, self.bands(leaf.fact.id) if leaf.fact is not None else ())
        if leaf.cell is not None:
            parts.append(self.words.citation(leaf.cell.citation))
        parts += self.words.evidence([leaf])
        return self.labelled("; ".join(parts), leaf.outcome)

    def labelled(self, words: str, outcome: Outcome, provisional: bool = False) -> Text:
        """Return words with the outcome after them."""
        return _worded(words, self.words.outcome(outcome), outcome, provisional, self.lang)

    def band(self, band: Column) -> str:
        """Return the points that a band gives, and which one is reached."""
        fact, rule = self.words.facts[band.selector], self.sheet.derived[band.selector].rule
        points = with_unit(number(Decimal(band.value or 0), self.lang), fact, self.lang)
        title = self.words.fact_title(band.selector)
        if not isinstance(rule, Case) or band.row is None:
            return say(self.lang, "cli.band_else", fact=title, points=points)
        why = self.sheet.one_line(rule.rows[band.row].when)
        return say(self.lang, "cli.band", fact=title, points=points, why=why)

    def column(self, column: Column) -> str:
        """Return the value of a selector, and the rule that gave it where it is worked out."""
        value = self.sheet.column((column.selector,), (column.value or "",), bound=True)
        rule = self.sheet.derived[column.selector].rule if column.selector in self.sheet.derived else None
        if isinstance(rule, Case) and column.why == "given":
            return say(self.lang, "cli.column_given", column=value)
        if not isinstance(rule, Case) or column.row is None:
            return value
        return say(self.lang, "cli.column_why", column=value, why=self.sheet.one_line(rule.rows[column.row].when))


def _worded(words: str, word: str, outcome: Outcome, provisional: bool, lang: str) -> Text:
    if provisional:
        word = f"{word}, {say(lang, 'cli.provisional')}"
    return text(f"[{word}] ", STYLES[outcome]) + text(words)
