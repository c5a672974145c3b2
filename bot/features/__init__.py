"""One room per top-level command: its arguments, handlers, cards and FEATURE."""
