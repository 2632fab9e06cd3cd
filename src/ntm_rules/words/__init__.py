"""Verdicts and rules in words, in Vietnamese and English."""
