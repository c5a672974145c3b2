"""Greenroom's core: it knows no chat platform, no database and no scheduler library."""
