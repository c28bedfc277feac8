"""Files that are no CSV, converted to one: workbooks, web pages, JSON, conversations."""
