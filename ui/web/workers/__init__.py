"""Several processes behind one port of this machine: one accepts, each visitor keeps one worker.

The one rule: a connection is handed over unread, so a worker sees the visitor's own address and nothing is copied or waited for
between them. Which worker, a cookie says; a visitor whose worker has died goes on with another, as the transcript is in the store.
"""
