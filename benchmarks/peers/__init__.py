"""The same rules in the terms of other engines, for `frame.py`."""
