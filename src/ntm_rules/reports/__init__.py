"""Reports of many units, one value written as a workbook or a page; and workbooks to fill in."""

from ntm_rules.reports.template import write_template

__all__ = ["write_template"]
