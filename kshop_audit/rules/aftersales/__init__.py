"""After-sales: how fast refunds are handled, and who is at fault in disputes."""
