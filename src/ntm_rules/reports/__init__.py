"""Reports of many units: one value, written as a workbook or a page."""
