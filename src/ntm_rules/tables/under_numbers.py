"""What stands under a printed number: what bodies decided, lists of criteria that are met, and figures."""

import typing
from collections.abc import Mapping, Sequence

from attrs import evolve, field, frozen

from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import BadArgument
from ntm_rules.model.judgements import Body, Judgement, judgement_of
from ntm_rules.model.measured import Unit
from ntm_rules.model.names import one_form
from ntm_rules.model.outcomes import Outcome
from ntm_rules.tables.amounts import BadCell
from ntm_rules.tables.cells import is_filled, own_value
from ntm_rules.tables.judged import Draft, JudgedName, outcome_in, shown_cell
from ntm_rules.tables.lists import listed_in
from ntm_rules.tables.naming import Named, converted
from ntm_rules.tables.words import in_place_of, is_missing, is_not_applicable

if typing.TYPE_CHECKING:
    from ntm_rules.tables.units import Columns, Reading


@frozen
class UnderNumbers:
    """Reads cells under printed numbers, as part of the reading of a table.

    Attributes:
        first_in: of each column whether it holds figures, and the row and cell by which that is known.
    """

    reading: "Reading"
    first_in: dict[str, tuple[bool, int, str]] = field(init=False, factory=dict)

    def judgements(
        self, line: int, unit: str | None, columns: "Columns", values: Sequence[object], facts: dict[str, object]
    ) -> tuple[Judgement, ...]:
        """Return the judgements of a row; figures in such columns are added to *facts*, bad cells are noted."""
        drafts: dict[tuple[str, Body], Draft] = {}
        at: dict[tuple[str, Body], tuple[str, object]] = {}
        listed: list[Judgement] = []
        for place, said in columns.judged:
            key, name, value = (said.no, said.body), columns.names[place], own_value(values[place])
            if said.figures:
                self.add_figure(line, unit, name, said.no, value, facts)
                continue
            if said.listed:
                listed += self.listed(line, unit, name, said.body, value)
                continue
            draft = drafts.setdefault(key, Draft())
            if said.detail:
                text = one_form(self.reading.text(line, name, value))
                drafts[key] = evolve(draft, details={**draft.details, said.detail: text}) if text else draft
                continue
            if isinstance(value, list) or (isinstance(value, Mapping) and "outcome" in value):
                listed += self.whole(line, unit, name, said, value)
                continue
            at[key] = name, value
            value = in_place_of(value, said.words) if said.words else value
            try:
                outcome = self.judged_or_figure(line, name, said.no, value, facts)
            except BadCell as bad:
                self.reading.note_bad(line, unit, name, name, value, bad)
            else:
                drafts[key] = evolve(draft, outcome=outcome)
        found: list[Judgement] = []
        for (no, body), draft in drafts.items():
            try:
                judgement = draft.judgement(no, body)
            except BadCell as bad:
                name, value = at[no, body]
                self.reading.note_bad(line, unit, name, name, value, bad)
            else:
                found += [] if judgement is None else [judgement]
        return (*found, *listed)

    def whole(self, line: int, unit: str | None, name: str, said: JudgedName, value: object) -> list[Judgement]:
        """Return judgements that are mappings of their fields, one or several; bad ones are noted."""
        known = {"no": said.no, "body": said.body}
        given = value if isinstance(value, list) else [value]
        try:
            return [judgement_of(known | (one if isinstance(one, dict) else {"outcome": one})) for one in given]
        except BadArgument as error:
            bad = BadCell(Message("expected.judgement_details", problem=error.sentences[0]))
            self.reading.note_bad(line, unit, name, said.no, value, bad)
            return []

    def listed(self, line: int, unit: str | None, name: str, body: Body, value: object) -> list[Judgement]:
        """Return what a cell that lists criteria says of them; a bad one is noted."""
        try:
            return [Judgement(no, outcome, body) for no, outcome in listed_in(value, self.reading.criteria).items()]
        except BadCell as bad:
            self.reading.note_bad(line, unit, name, name, value, bad)
            return []

    def add_figure(
        self,
        line: int,
        unit: str | None,
        name: str,
        no: str,
        value: object,
        facts: dict[str, object],
        measure: Unit | None = None,
        of: str = "",
    ) -> None:
        """Add the figure of a number to *facts*, under the one fact that its indicator compares; a bad cell is noted.

        Args:
            measure: what the figure is in, where the row says so.
            of: the fact, where the row says so.
        """
        fact = ""
        try:
            if not is_filled(value) or (isinstance(value, str) and is_missing(one_form(value))):
                return
            own = None if of else self.reading.mapping.column(no)
            mapped = None if own is None else self.reading.mapped(own)
            compared = self.reading.numbers.get(no, ()) if mapped is None else (mapped.fact,)
            compared = (of,) if of else compared
            if len(compared) != 1 or compared[0] not in self.reading.facts:
                code = "expected.figure/several" if compared else "expected.figure/none"
                raise BadCell(Message(code, no=no, names=tuple(compared)))
            fact = compared[0]
            says = own is not None and (own.figures_in is not None or own.factor is not None)
            named = mapped if mapped is not None and (says or measure is None) else self.in_unit(fact, measure)
            if fact in facts:
                raise BadCell(Message("expected.figure/twice", no=no, fact=fact))
            found = self.reading.read_cell(fact, value, self.reading.reader(named))
            if found is not None:
                facts[fact] = converted(found, named.factor) if named.factor else found
        except BadCell as bad:
            decided = isinstance(value, str) and is_not_applicable(one_form(value))
            told = BadCell(bad.expected, Message("hint.not_applicable/judged")) if decided else bad
            self.reading.note_bad(line, unit, name, fact or name, value, told)

    def in_unit(self, fact: str, measure: Unit | None) -> Named:
        """Return a fact with the unit that its figure is in.

        Raises:
            BadCell: a figure in that unit is none of the fact.
        """
        own = Unit.of_fact(self.reading.facts[fact])
        if measure is None:
            return Named(fact)
        power = None if own is None else measure.power_to(own)
        if power is None:
            wanted = Message("expected.figure/unit", unit=measure.text, own=own.text, fact=fact) if own else None
            raise BadCell(wanted or Message("expected.figure/no_unit", unit=measure.text, fact=fact))
        return Named(fact, measure, power)

    def judged_or_figure(
        self, line: int, name: str, no: str, value: object, facts: dict[str, object]
    ) -> Outcome | None:
        """Return what a cell under a number decides; a figure goes to the fact that the indicator compares.

        Raises:
            BadCell: it is neither, or a figure where others of the column are judgements, or one for several facts.
        """
        try:
            outcome = outcome_in(value)
        except BadCell as bad:
            compared = self.reading.numbers[no]
            figure = self.figure(value, compared)
            if figure is None:
                raise
            self.one_kind(line, name, value, is_figure=True)
            if len(compared) != 1:
                raise BadCell(Message("expected.judgement/several", no=no, names=tuple(compared))) from bad
            if compared[0] in facts:
                raise BadCell(Message("expected.judgement/twice", no=no, fact=compared[0])) from bad
            facts[compared[0]] = figure
            return None
        if outcome is not None:
            self.one_kind(line, name, value, is_figure=False)
        return outcome

    def figure(self, value: object, compared: Sequence[str]) -> object:
        """Return a cell as a figure of the facts of an indicator; None where it is none of theirs."""
        for name in compared:
            if name in self.reading.facts and self.reading.facts[name].type.numeric:
                read = self.reading.reader(Named(name))
                try:
                    return self.reading.read_cell(name, value, read)
                except BadCell:
                    continue
        return None

    def one_kind(self, line: int, name: str, value: object, is_figure: bool) -> None:
        """Check that a column holds judgements alone, or figures alone.

        Raises:
            BadCell: it holds both.
        """
        was_figure, first, held = self.first_in.setdefault(name, (is_figure, line, shown_cell(value)))
        if was_figure is not is_figure:
            raise BadCell(Message("expected.judgement/mixed", place=self.reading.place, line=first, value=held))
