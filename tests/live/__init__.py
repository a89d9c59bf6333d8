"""A package, so that pytest knows when the last test of a world of this folder is over."""
