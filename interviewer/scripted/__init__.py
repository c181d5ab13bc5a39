"""The scripted server: the one fake of the project. For tests, benchmarks and trying the product without a model only.

The one rule: nothing of the product imports it (import-linter checks).
"""

from interviewer.scripted.replies import ChatRequest, Fault, Reply, ScriptError, default_brain, smallest
from interviewer.scripted.rules import Behaviour
from interviewer.scripted.server import ScriptedServer

__all__ = ["Behaviour", "ChatRequest", "Fault", "Reply", "ScriptError", "ScriptedServer", "default_brain", "smallest"]
