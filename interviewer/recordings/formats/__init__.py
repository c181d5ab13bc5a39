"""One reader for each shape of file. The one rule: each gives every line back, as speech or beside it."""
