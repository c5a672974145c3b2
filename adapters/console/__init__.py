"""The console: a chat platform in a terminal, for one person who can be anybody."""
