"""Findings of many units put together: how far a programme is, and what a new set does to them."""
