"""The word lists that rules look for in messages.

While files are read, only the text of messages that may match one of them is kept (see
`facts.suspicion`); a rule that looks for another list would find nothing.
"""

TONE_LISTS = ("tone_arguing", "tone_commanding", "tone_questioning", "tone_cold")
SUSPECT_LISTS = (
    "banned", "abusive", "illegal", "impersonation", "contact_names", "outside", *TONE_LISTS
)  # fmt: skip
