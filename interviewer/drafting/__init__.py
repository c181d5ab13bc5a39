"""Key points for the questions of a bank that have none, drafted by a model and read by a person."""

from interviewer.drafting.ask import Asker, Drafted
from interviewer.drafting.estimate import Estimate, estimate
from interviewer.drafting.review import Reviews
from interviewer.drafting.run import Outcome, draft_bank, wanting

__all__ = ["Asker", "Drafted", "Estimate", "Outcome", "Reviews", "draft_bank", "estimate", "wanting"]
