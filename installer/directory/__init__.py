"""Manifests on disk: read in one walk, written file by file. Does not decide what they should say."""
