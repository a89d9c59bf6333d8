"""Rules about operators, Knative and the SonataFlow platform: one file each, named for its slug."""
