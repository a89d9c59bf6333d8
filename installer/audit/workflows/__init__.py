"""Rules about workflows, network, access, and what deploys them: one file each, named for its slug."""
