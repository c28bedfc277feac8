"""What is due, as a list for people and for the warehouse: terminal, CSV, workbook, JSON."""
