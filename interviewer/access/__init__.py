"""Who may open the reviewers' pages: passwords, logins, and the lock after too many failures; who may begin how many interviews.

The one rule: every try is a row in the store, so a restart, a second process or another machine forgets no failure.
"""

from interviewer.access.accounts import Accounts, check_name, with_reviewer
from interviewer.access.arrivals import Arrivals
from interviewer.access.passwords import SHORTEST, hashed

__all__ = ["SHORTEST", "Accounts", "Arrivals", "check_name", "hashed", "with_reviewer"]
