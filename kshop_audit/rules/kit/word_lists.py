"""Word lists that more than one place names."""

TONE_LISTS = ("tone_arguing", "tone_commanding", "tone_questioning", "tone_cold")
ABUSE_LISTS = ("abusive", "slander")
ILLEGAL_LISTS = ("illegal", "disparaging")
CONTACT_LISTS = ("contact_names", "outside")
