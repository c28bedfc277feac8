"""The files that `init` writes, as templates: one folder a language."""
