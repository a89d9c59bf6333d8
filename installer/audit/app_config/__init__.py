"""Rules about app-config: one file each, named for its slug."""
