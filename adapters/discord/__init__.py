"""Discord: slash commands, forms and messages over discord.py's gateway and a REST client of our own."""
