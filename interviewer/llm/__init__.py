"""The team's endpoints for chat and speech: client, structured replies, transcriber, tokens.

One rule: all calls to a model leave through here. Importing it loads no client library; the first call does.
"""

from interviewer.llm.capabilities import Capabilities
from interviewer.llm.client import ChatClient
from interviewer.llm.endpoint import EndpointSettings
from interviewer.llm.speech import Transcriber
from interviewer.llm.structured import Check, Flaw, Line, StructuredReply
from interviewer.llm.tokens import Ruler, estimate_tokens, fits

__all__ = [
    "Capabilities",
    "ChatClient",
    "Check",
    "EndpointSettings",
    "Flaw",
    "Line",
    "Ruler",
    "StructuredReply",
    "Transcriber",
    "estimate_tokens",
    "fits",
]
