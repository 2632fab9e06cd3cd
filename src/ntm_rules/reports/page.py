"""A report as one self-contained page: no script, no address, every text escaped by the writer of the tree."""

from xml.etree.ElementTree import Element, SubElement, tostring

from ntm_rules.messages.printable import printable
from ntm_rules.reports.report import Report, Table, is_number, text_of

_STYLE = """
body{font:15px/1.5 "Noto Sans","Segoe UI",system-ui,sans-serif;color:#1d1f1c;max-width:76rem;
margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem}h2{font-size:1.1rem;margin:2rem 0 .5rem}p{margin:.2rem 0}
table{border-collapse:collapse}th,td{border-bottom:1px solid #cdd2c9;padding:.3rem .7rem;
text-align:left;vertical-align:top}
th{background:#eef2ea}td.number{text-align:right;font-variant-numeric:tabular-nums}
div{overflow-x:auto}.note{color:#555}@media print{body{margin:0;max-width:none}th{background:none}}
"""


def html(report: Report) -> str:
    """Return the page as a text; it loads nothing and runs nothing."""
    root = Element("html", lang=report.lang)
    head = SubElement(root, "head")
    SubElement(head, "meta", charset="utf-8")
    SubElement(head, "meta", name="viewport", content="width=device-width, initial-scale=1")
    SubElement(head, "title").text = printable(report.title)
    SubElement(head, "style").text = _STYLE
    body = SubElement(root, "body")
    SubElement(body, "h1").text = printable(report.title)
    for line in report.lines:
        SubElement(body, "p").text = printable(line)
    for table in report.tables:
        _table(body, table, report.lang)
    return "<!doctype html>\n" + tostring(root, encoding="unicode", method="html") + "\n"


def _table(body: Element, table: Table, lang: str) -> None:
    SubElement(body, "h2").text = printable(table.title)
    made = SubElement(SubElement(body, "div"), "table")
    head = SubElement(SubElement(made, "thead"), "tr")
    for column in table.columns:
        SubElement(head, "th", scope="col").text = printable(column)
    rows = SubElement(made, "tbody")
    for row in table.rows:
        line = SubElement(rows, "tr")
        for value in row:
            cell = SubElement(line, "td", {"class": "number"} if is_number(value) else {})
            lines = printable(text_of(value, lang)).split("\n")
            cell.text = lines[0]
            for more in lines[1:]:
                SubElement(cell, "br").tail = more
    for note in table.notes:
        SubElement(body, "p", {"class": "note"}).text = printable(note)
