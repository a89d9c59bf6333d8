"""Rules about dynamic-plugins.yaml and what its packages need: one file each, named for its slug."""
