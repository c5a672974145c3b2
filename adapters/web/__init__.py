"""The web server: it carries what others hand it, and says whether the bot is well."""
