"""Outcomes to reasons: words in Vietnamese and English, read off the evaluated tree."""
