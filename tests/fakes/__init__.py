"""Stand-ins for outside services: real servers on loopback, in the tests own process or one beside it."""
