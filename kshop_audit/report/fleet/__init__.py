"""The summary of many shops: for the terminal, as CSV and as a page that leads to the reports."""
