"""Plain JSON types: how values of the model are written wherever the library writes JSON."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest
from attrs import frozen

import ntm_rules as ntm
from ntm_rules import Evidence, Library, Outcome
from ntm_rules.model.citations import Citation, Instrument
from ntm_rules.model.plain import figure, form, plain
from ntm_rules.model.text import Text

LAW = Instrument("thu-tuong", "318/QĐ-TTg", "2022-03-08", Text("Bộ tiêu chí", "Criteria set"))


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (Decimal("80.50"), "80.5"),
        (Decimal("8E+1"), "80"),
        (Fraction(200, 3), "200/3"),
        (Fraction(4, 2), "2"),
        (19, 19),
        (dt.date(2024, 7, 2), "2024-07-02"),
        (Outcome.NOT_MET, "not_met"),
        ({Evidence.OFFICIAL: (1, Outcome.MET)}, {"official": [1, "met"]}),
        (Text("xã", "commune"), {"vi": "xã", "en": "commune"}),
        (LAW, {"issuer": "thu-tuong", "number": "318/QĐ-TTg", "date": "2022-03-08"}),
        (Citation(LAW, "I"), {**plain(LAW), "annex": "I", "point": None}),
        ([None, True, "80"], [None, True, "80"]),
    ],
)
def test_values_are_plain(value: object, found: object) -> None:
    assert plain(value) == found
    assert type(plain(value)) is type(found)


def test_figures_are_texts_whatever_number_they_are() -> None:
    given = [3, 43.2, 80.0, -0.0, 1e22, 1e-7, Decimal("43.20"), Fraction(1, 3), True, None, "II"]
    texts = ["3", "43.2", "80", "0", "1" + "0" * 22, "0.0000001", "43.2", "1/3"]
    assert [figure(value) for value in given] == [*texts, True, None, "II"]


class NotQuiteFloat(float):
    """As NumPy has them: a float that shows another way."""

    def __repr__(self) -> str:
        return f"NotQuiteFloat({float(self)!r})"


def test_floats_of_other_libraries_are_written_as_numbers(bundled: Library) -> None:
    ruleset = bundled.compose("commune/ntm", on=dt.date(2024, 7, 2))
    verdict = ntm.assess(ruleset, {"income_per_capita": NotQuiteFloat(43.25)})
    assert verdict.to_dict()["facts"] == {"income_per_capita": "43.25"}


@frozen
class Village:
    """Something with a form of its own."""

    name: str
    share: Decimal


def test_a_form_says_keys_and_its_values_are_made_plain() -> None:
    assert plain([Village("Nà Lầm", Decimal("7.0"))]) == [{"name": "Nà Lầm", "share": "7"}]

    @form
    def written(village: Village) -> dict[str, object]:
        return {"thon": village.name, "shares": (village.share,)}

    assert plain([Village("Nà Lầm", Decimal("7.0"))]) == [{"thon": "Nà Lầm", "shares": ["7"]}]
    assert written(Village("Nà Lầm", Decimal("7.0"))) == {"thon": "Nà Lầm", "shares": ["7"]}
