"""Rules of the audit as SARIF describes them, with what code scanning shows beside a result. Judges nothing."""

from typing import Any

from installer.cli.reports.audited import Data

LEVELS = {"critical": "error", "high": "error", "medium": "warning", "low": "note", "info": "note"}
# What code scanning sorts rules with the tag `security` by, in the middle of its bands: over 9.0 critical, from 7.0
# high, from 4.0 medium, below low.
SECURITY_SEVERITIES = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "2.0", "info": "0.5"}
_PROBLEMS = {"error": "error", "warning": "warning", "note": "recommendation"}

NOTIFICATIONS = [
    {
        "id": "rule-skipped",
        "shortDescription": {"text": "A rule could not see what it needs, so it did not judge, or not wholly."},
        "defaultConfiguration": {"level": "note"},
    },
    {
        "id": "rule-crashed",
        "shortDescription": {"text": "A rule ended in a bug of this program."},
        "defaultConfiguration": {"level": "error"},
    },
]


def descriptor(row: Data) -> dict[str, Any]:
    """A rule, from what `audit rules -o json` says of it."""
    links = [source for source in row["sources"] if source.startswith("https://")]
    level = LEVELS[row["severity"]]
    return {
        "id": row["slug"],
        "name": "".join(word.capitalize() for word in row["slug"].split("-")),
        "shortDescription": {"text": row["title"]},
        "fullDescription": {"text": row["wrong"]},
        "help": {"text": _plain(row), "markdown": _marked(row)},
        **({"helpUri": links[0]} if links else {}),
        "defaultConfiguration": {"level": level},
        "properties": _properties(row, level),
    }


def _properties(row: Data, level: str) -> dict[str, Any]:
    holes = "security" in row["profiles"]
    return {
        "severity": row["severity"],
        "problem.severity": _PROBLEMS[level],
        "precision": "high",
        "tags": [row["group"].replace("_", "-"), *(["security"] if holes else [])],
        "profiles": row["profiles"],
        **({"security-severity": SECURITY_SEVERITIES[row["severity"]]} if holes else {}),
    }


def _plain(row: Data) -> str:
    return f"{row['wrong']}\n\nWhy: {row['why']}\n\nFix: {row['fix']}\n\nSources: {', '.join(row['sources'])}"


def _marked(row: Data) -> str:
    sources = "".join(f"- {f'<{source}>' if source.startswith('https://') else source}\n" for source in row["sources"])
    return f"{row['wrong']}\n\n**Why:** {row['why']}\n\n**Fix:** {row['fix']}\n\n**Sources:**\n\n{sources}"
