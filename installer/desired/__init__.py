"""What should be: a goal from a release, the options and the instance. Does not look at what is there already."""
