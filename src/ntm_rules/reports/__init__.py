"""Reports of many units, one value written as a workbook or a page; and workbooks to fill in."""

import typing

from ntm_rules._public import lazily

if typing.TYPE_CHECKING:
    from ntm_rules.reports.template import write_template as write_template

__all__ = ["write_template"]

# every command of the command line asks this room for the shape of a report
__getattr__ = lazily(__name__, {"write_template": "ntm_rules.reports.template"})
