"""Recordings to text, through the team's own `/v1/audio/transcriptions` (a Whisper model on vLLM).

One rule: a recording is held in memory for the one call and nowhere else, and what comes back is words that someone said
or a SpeechError; an empty transcript is an error, not an empty answer.
"""

from __future__ import annotations

import asyncio
import io
import random
import time
import wave
from collections.abc import Awaitable, Callable
from typing import Literal

from interviewer.errors import EndpointError, SpeechError
from interviewer.llm.breaker import Breaker
from interviewer.llm.endpoint import EndpointSettings
from interviewer.llm.server import choose, models
from interviewer.llm.transport import Transport
from knowledge.models import Language

TRANSCRIPTIONS = "/audio/transcriptions"
CONTEXT_CHARS = 200
"""How much of the question goes along; Whisper reads at most 224 tokens of context."""
SpeechReason = Literal["empty_recording", "too_large", "unreadable_audio", "no_speech_model", "nothing_heard"]
"""What can be wrong beside the reasons of the endpoint (`failures.Reason`), all in `details["reason"]`."""


class Transcriber:
    """Sends recordings to one endpoint from one event loop. `max_mb` bounds a recording, the endpoint's time-out the call."""

    def __init__(
        self,
        endpoint: EndpointSettings,
        *,
        max_mb: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
        breaker: Breaker | None = None,
    ) -> None:
        self.endpoint = endpoint
        self.max_bytes = int(max_mb * 1024**2)
        self._transport = Transport(endpoint, clock=clock, sleep=sleep, jitter=jitter, breaker=breaker or Breaker())
        self._model = ""

    async def text_of(self, wav: bytes, language: Language, context: str = "") -> str:
        """The words in a WAV recording. `context` is what was just asked: it helps with terms, spelling and punctuation.

        Raises SpeechError.
        """
        if not wav:
            raise _wrong("empty_recording", "The recording is empty.", "Record again.")
        if len(wav) > self.max_bytes:
            raise _wrong("too_large", f"The recording has {len(wav) / 1024**2:.1f} MB, more than {self.max_bytes / 1024**2:g} MB.",
                         "Make it shorter, or raise speech.max_mb (the server behind it has a limit too).")  # fmt: skip
        try:
            said = await self._transcribe(wav, language, context)
        except EndpointError as error:
            raise self._speech_error(error) from error
        if not said.strip():
            raise _wrong("nothing_heard", "No words were recognised in the recording.",
                         "Check that the right microphone is chosen and not muted, and record again.")  # fmt: skip
        return said.strip()

    async def check(self) -> str:
        """The model that transcribes here, tried with half a second of silence. Raises SpeechError."""
        try:
            await self._transcribe(_silence(), "zh", "")
        except EndpointError as error:
            raise self._speech_error(error) from error
        return self._model

    async def aclose(self) -> None:
        await self._transport.aclose()

    async def _transcribe(self, wav: bytes, language: Language, context: str) -> str:
        model = self._model or await self._pick()
        fields = {"model": model, "language": language, "response_format": "json", "temperature": "0"}
        if context:
            fields["prompt"] = context[-CONTEXT_CHARS:]
        try:
            answer = await self._transport.upload(TRANSCRIPTIONS, fields, "answer.wav", wav, "audio/wav")
        except EndpointError as error:
            if error.details["reason"] == "unknown_model":
                self._model = ""  # another model is served since the restart; it is asked for at the next recording
            raise
        self._model = model
        text = answer.get("text")
        if isinstance(text, str):
            return text
        raise self._refused(
            str(answer.get("error") or "it sent no text")
        )  # vLLM before 0.16: an error under status 200

    async def _pick(self) -> str:
        cards = await models(self._transport)
        return choose(cards, self._transport).id if cards is not None else self.endpoint.model

    def _refused(self, said: str) -> EndpointError:
        return EndpointError(
            f"{self.endpoint.shown_url} sent no transcript: {said[:300]}.", "Look into the log of the speech server.",
            reason="rejected", said=said,
        )  # fmt: skip

    def _speech_error(self, error: EndpointError) -> SpeechError:
        """`error` said about speech: a server without such a path, or one that cannot read the recording."""
        reason, said = error.details["reason"], str(error.details.get("said", "")).lower()
        if reason == "not_found" or "does not support" in said:
            return _wrong("no_speech_model", f"{self.endpoint.shown_url} does not transcribe speech.",
                          "Serve a speech model there (vllm serve openai/whisper-large-v3-turbo), or set speech.base_url "
                          "to where one is served.", details=error.details)  # fmt: skip
        if "file size" in said or error.details.get("status") == 413:
            return _wrong("too_large", f"The speech server takes no recording of this size: {said}.",
                          "Make it shorter, or raise the server's limit (vLLM: VLLM_MAX_AUDIO_CLIP_FILESIZE_MB).",
                          details=error.details)  # fmt: skip
        if reason == "rejected" and "audio" in said:
            return _wrong("unreadable_audio", f"The speech server cannot read the recording: {said}.",
                          "It is sent as WAV, 16 kHz, mono; on vLLM install the audio extra (pip install 'vllm[audio]').",
                          details=error.details)  # fmt: skip
        return SpeechError(error.what, error.fix, **error.details)


def _wrong(reason: SpeechReason, what: str, fix: str, *, details: dict[str, object] | None = None) -> SpeechError:
    return SpeechError(what, fix, **{**(details or {}), "reason": reason})


def _silence() -> bytes:
    """Half a second of nothing as WAV, 16 kHz, mono, as the page records."""
    file = io.BytesIO()
    with wave.open(file, "wb") as recording:
        recording.setnchannels(1)
        recording.setsampwidth(2)
        recording.setframerate(16_000)
        recording.writeframes(bytes(16_000))
    return file.getvalue()
