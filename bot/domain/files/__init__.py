"""Files that people bring, read with care, and written so that nothing in them runs."""
