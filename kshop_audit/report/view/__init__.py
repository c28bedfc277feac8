"""What all formats show, in one language and safe to print, without a layout."""
