"""Rules about RHDH itself: which one it is, who owns what, how it runs: one file each, named for its slug."""
