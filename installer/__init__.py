"""Puts the Orchestrator on an existing Red Hat Developer Hub."""

__version__ = "0.1.0"
