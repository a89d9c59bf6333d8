"""What is known about RHDH's releases and the Orchestrator's plugins. Holds none itself: it is YAML."""
