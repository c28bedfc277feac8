"""Many shops: one function for one of them, and engines that run it over all of them.

`shops` finds the folders, `task` audits one of them, `guarded` does so in a process that may be
ended, `local` and `cluster` run many, `journal` keeps what is finished, `run` puts it together.
"""
