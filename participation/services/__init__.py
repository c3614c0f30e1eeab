"""What can be done: functions, session first; no Flask, no commit, no translation."""
