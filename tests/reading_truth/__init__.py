"""Reading held against the truth: files whose every cell is known, clean and damaged."""
