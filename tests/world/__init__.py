"""A package, so that pytest knows when the last test of the world of this folder is over."""
