"""What every format shows, worded in one language and safe to print; the layout is the format's."""
