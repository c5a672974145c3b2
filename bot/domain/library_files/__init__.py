"""The library as files: bookmarks as browsers have them, and tables; read from others, written for others."""
