"""Question lists of any layout, read whole: Markdown as people write it, plain text, tables and documents.

Its rule: every line of a source is accounted for, nothing that is not a question is asked, and no word is written that the
source does not have.
"""
