"""The only writer on clusters: lease, journal, executor, waits, rollout, undo. Decides nothing about RHDH."""
