"""Registries of packages: asks them within bounds what they hold. Decides nothing about RHDH and writes nothing.

Alone imports `requests` and `semver`, and those only where a command has come to ask.
"""
