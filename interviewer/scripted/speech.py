"""The scripted server's `/v1/audio/transcriptions`: what a Whisper model on vLLM would refuse is refused, the rest is "heard".

One rule: it never pretends to have listened; what it says is the script's, whatever was recorded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from interviewer.scripted.replies import Fault
from interviewer.scripted.rules import Behaviour, Refusal, bad_request

HANG_S = 3600.0
LARGEST_BYTES = 25 * 1024**2
"""vLLM's VLLM_MAX_AUDIO_CLIP_FILESIZE_MB as shipped."""
FORMATS = ("json", "text", "verbose_json")
_CONTAINERS = (b"RIFF", b"fLaC", b"OggS", b"ID3", b"\xff\xfb", b"\xff\xf3")
"""What libsndfile reads wherever vLLM runs; a browser's webm or mp4 it reads only with more installed."""
_CANNED = "scripted transcript, nobody listened"


@dataclass(frozen=True)
class Recording:
    """One recording as it was received."""

    model: str
    language: str
    prompt: str
    name: str
    audio: bytes = field(repr=False)


def read_recording(form: Mapping[str, object], behaviour: Behaviour) -> Recording | Refusal:
    """The recording in a form (a file is its (name, bytes)), or why vLLM would refuse it."""
    file = form.get("file")
    if not isinstance(file, tuple):
        return bad_request("1 validation error: {'type': 'missing', 'loc': ('body', 'file'), 'msg': 'Field required'}")
    name, audio = file
    model = str(form.get("model") or behaviour.models[0])
    if model not in behaviour.models:
        return Refusal(404, "NotFoundError", f"The model `{model}` does not exist.", "model")
    shape = str(form.get("response_format") or "json")
    if shape not in FORMATS:
        return bad_request(f"Currently only support response_format: `text`, `json` or `verbose_json`: {shape!r}")
    language = str(form.get("language") or "")
    if language and not (len(language) == 2 and language.isascii() and language.islower()):
        return bad_request(f"Unsupported language: {language!r}.", "language")
    if len(audio) > LARGEST_BYTES:
        megabytes = len(audio) / 1024**2
        return bad_request(f"Maximum file size exceeded (parameter=audio_filesize_mb, value={megabytes})")
    if not audio.startswith(_CONTAINERS):
        return bad_request("Invalid or unsupported audio file.")
    return Recording(model=model, language=language, prompt=str(form.get("prompt") or ""), name=name, audio=audio)


def heard(recording: Recording, behaviour: Behaviour, fault: Fault | None) -> dict[str, object]:
    """vLLM's answer to a recording; under the fault `ignore_format` the one of old versions, an error with status 200."""
    if fault and fault.kind == "ignore_format":
        return {"error": bad_request("Invalid or unsupported audio file.").message}
    text = "" if fault and fault.kind == "blank" else behaviour.heard or _CANNED
    seconds = max(1, len(recording.audio) // 32_000)
    return {"text": text, "usage": {"type": "duration", "seconds": seconds}}
