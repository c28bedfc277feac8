"""Chat conduct: what the merchant's side must not write (S2-43 to S2-56)."""
