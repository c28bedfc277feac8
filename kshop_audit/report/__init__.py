"""A Report in every format: `formats` lists them, `view` holds what all of them show."""
