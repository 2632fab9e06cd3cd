"""How the documentation is built; `nox -s docs` fails on every warning."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

import ntm_rules

project = "ntm-rules"
author = "The ntm-rules developers"
version = release = ntm_rules.__version__
language = "en"

extensions = ["myst_parser", "sphinx.ext.autodoc", "docstrings", "ntm_tables", "ntm_levels", "ntm_keys", "ntm_rooms"]
exclude_patterns = ["_build", "_ext"]
nitpicky = True
# hypothesis is described in its own documentation
nitpick_ignore = [("py:class", "hypothesis.strategies.SearchStrategy")]

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

autodoc_class_signature = "separated"
autodoc_default_options = {"members": True, "member-order": "bysource", "exclude-members": "__init__, __new__"}
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
python_use_unqualified_type_names = True

html_theme = "furo"
html_title = f"ntm-rules {release}"
html_show_sphinx = False
html_copy_source = False
