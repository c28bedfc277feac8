"""What a second command need not read again, kept between runs; no answer depends on it."""
