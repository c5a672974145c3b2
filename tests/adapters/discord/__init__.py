"""Discord, against the fake one in tests/fakes."""
