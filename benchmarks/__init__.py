"""Generated exports of any size, and the comparison of the audit with what reading them costs."""
