"""Filling in the forms of ``ntm-rules template`` as a person does: by what is printed, with answers from the lists."""

import typing
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path

import openpyxl
from attrs import frozen
from openpyxl.utils import get_column_letter

from ntm_rules import Judgement, Outcome, Ruleset
from ntm_rules.model.facts import Fact, FactType
from ntm_rules.model.stated import may_be_given

TABLE, FORM = "Các đơn vị", "Biểu nhập"
JUDGED = {Outcome.MET: "Đạt", Outcome.NOT_MET: "Chưa đạt", Outcome.NOT_APPLICABLE: "Không áp dụng"}


@frozen
class Filled:
    """What is filled in for a unit."""

    unit: str
    facts: Mapping[str, typing.Any]
    judgements: tuple[Judgement, ...] = ()


def givable(ruleset: Ruleset) -> dict[str, Fact]:
    return {**ruleset.inputs(), **may_be_given(ruleset)}


def names(fact: Fact) -> tuple[str, ...]:
    """What a column of a fact may be called."""
    title = fact.title.vi if fact.title else fact.id
    return (f"{title} ({fact.unit.title.vi})" if fact.unit else title, title, fact.id)


def answers(book: typing.Any, name: str) -> dict[str, list[str]]:
    """The list behind each cell of a sheet that has one."""
    found: dict[str, list[str]] = {}
    for rule in book[name].data_validations.dataValidation:
        if rule.type == "list":
            sheet, _, cells = rule.formula1.rpartition("!")
            listed = [row[0].value for row in book[sheet.strip("'")][cells.replace("$", "")]]
            for span in rule.sqref.ranges:
                found |= {f"{get_column_letter(column)}{row}": listed for row, column in span.cells}
    return found


def as_filled_in(fact: Fact, value: object, listed: list[str]) -> object:
    """A value as it is filled in: a figure, or one of the answers of its list."""
    if fact.type.numeric:
        assert not listed
        return float(Decimal(str(value)))
    if fact.type is FactType.BOOLEAN:
        return dict(zip((True, False), listed, strict=True))[bool(value)]
    assert len(listed) == len(fact.values), fact.id
    titles = {text.casefold(): text for text in listed}
    title = (fact.value_titles or {}).get(str(value))
    return titles[(title.vi if title and title.vi.casefold() in titles else str(value)).casefold()]


def table_cells(book: typing.Any, ruleset: Ruleset, units: list[Filled]) -> Iterator[tuple[str, object]]:
    """The cells of the sheet of many units, and what goes into them."""
    heads = {cell.value: get_column_letter(cell.column) for cell in book[TABLE][1]}
    listed = answers(book, TABLE)
    for row, unit in enumerate(units, 2):
        yield from row_cells(heads, listed, ruleset, row, unit)


def row_cells(
    heads: Mapping[str, str], listed: Mapping[str, list[str]], ruleset: Ruleset, row: int, unit: Filled
) -> Iterator[tuple[str, object]]:
    yield f"A{row}", unit.unit
    for name, fact in givable(ruleset).items():
        column = next(heads[head] for head in names(fact) if head in heads)
        if name in unit.facts:
            cell = f"{column}{row}"
            yield cell, as_filled_in(fact, unit.facts[name], listed.get(cell, []))
    for judgement in unit.judgements:
        head = next(f"{kind} {judgement.no}" for kind in ("Chỉ tiêu", "Tiêu chí") if f"{kind} {judgement.no}" in heads)
        cell = f"{heads[head]}{row}"
        assert listed[cell] == list(JUDGED.values())
        yield cell, JUDGED[judgement.outcome]
        if judgement.note:
            yield f"{heads[f'{head} [lý do]']}{row}", judgement.note


def form_cells(book: typing.Any, ruleset: Ruleset, unit: Filled) -> Iterator[tuple[str, object]]:
    """The cells of the sheet of one unit, and what goes into them."""
    rows = [[cell.value for cell in row] for row in book[FORM].iter_rows()]
    head = next(place for place, row in enumerate(rows) if row[0] == "TT")
    place = {name: get_column_letter(number) for number, name in enumerate(rows[head], 1)}
    result, listed = place["Kết quả"], answers(book, FORM)
    facts, numbers = givable(ruleset), {judgement.no: judgement for judgement in unit.judgements}
    assert sorted(row[-1] for row in rows[head + 1 :] if row[-1]) == sorted(facts), "each fact is asked for once"
    yield "B" + next(str(number) for number, row in enumerate(rows, 1) if row[0] == "Đơn vị"), unit.unit
    for number, row in enumerate(rows[head + 1 :], head + 2):
        name, cell = row[-1], f"{result}{number}"
        if name in unit.facts:
            yield cell, as_filled_in(facts[name], unit.facts[name], listed.get(cell, []))
        judgement = numbers.pop(row[0], None)
        if judgement is not None:
            assert listed[f"{place['Đánh giá']}{number}"] == list(JUDGED.values())
            yield f"{place['Đánh giá']}{number}", JUDGED[judgement.outcome]
            if judgement.note:
                yield f"{place['Lý do']}{number}", judgement.note
    assert not numbers


def fill(path: Path, sheets: Mapping[str, Mapping[str, object]]) -> None:
    """Fill in cells of a workbook, as far as they may be changed."""
    book = openpyxl.load_workbook(path)
    for name, cells in sheets.items():
        for place, value in cells.items():
            cell = book[name][place]
            assert not cell.protection.locked or cell.value == value
            cell.value = value
    book.save(path)
