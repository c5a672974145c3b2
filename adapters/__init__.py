"""Each package translates between one outside thing and the core; none imports another."""
