"""What reviewers do with stored interviews: look through them, override, grade again, answer objections, mark blind.

The one rule: a person's word is a row of its own beside the judge's; nothing that was said or judged is changed.
"""
