"""People in files: vCards and tables, read as they come and written so that others read them."""
