"""Two reports of one shop side by side: what changed, and what became worse."""
