"""Judges a snapshot of an RHDH and what is around it, rule by rule. Reads nothing and writes nothing."""
