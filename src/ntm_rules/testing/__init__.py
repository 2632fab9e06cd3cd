"""What we give rule authors: strategies of hypothesis, laws that hold for every ruleset, a pytest plugin.

Needs the extra ``testing``. ``pytest --ntm-rulesets FOLDER`` runs everything without a line of Python.
"""
