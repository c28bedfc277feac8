"""Files that no shop should have, and a judge who says whether the product read them honestly."""
