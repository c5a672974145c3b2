"""Plain rules and records, each beside the protocol of the repository that keeps it."""
