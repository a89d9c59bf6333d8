"""Registries of packages: asks them within bounds what they hold. Decides nothing about RHDH and writes nothing.

Alone imports `requests`, where a command has come to ask, and `semver`, where a version is more than three numbers.
"""
