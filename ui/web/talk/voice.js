// The microphone on the interview's page: record, make a 16 kHz WAV of it, have it written out, put the words into the box.
// A recording lives in this tab until it is sent or thrown away, and what was said is never sent as an answer by itself.
(() => {
  if (!/\/interview\/?$/.test(window.location.pathname)) return;
  const RATE = 16000, LAST_S = 20, SHORTEST_S = 0.4, SILENCE = 0.01;
  const panel = () => document.querySelector(".voice");
  const box = () => document.querySelector("#answer textarea");
  const part = (name) => panel()?.querySelector(`.voice-${name}`);
  const word = (name) => (panel() ? JSON.parse(panel().dataset.words)[name] || "" : "");
  const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
  const MOVES = { idle: ["start", ""], asking: ["start", "cancel"], recording: ["stop", "cancel"], sending: ["start", "cancel"], kept: ["again", "discard"] };
  let state = "idle"; // idle, asking (for permission), recording, sending, kept (a recording that could not be sent yet)
  let take = null; // what is being recorded
  let kept = null; // a WAV that is being sent, or could not be
  let sending = null; // stops the request under way

  const show = (next, said = "", bad = false) => {
    state = next;
    const here = panel();
    if (!here) return;
    const [go, cancel] = MOVES[state];
    here.dataset.state = state;
    part("go").querySelector("span").textContent = word(go);
    part("cancel").hidden = !cancel;
    if (cancel) part("cancel").textContent = word(cancel);
    part("said").textContent = said;
    part("said").classList.toggle("bad", bad);
    tend();
  };
  const fail = (name) => show("idle", word(name) || name, true);

  // recording

  const record = async () => {
    if (!window.isSecureContext || !navigator.mediaDevices) return fail("insecure");
    if (!window.MediaRecorder || !window.OfflineAudioContext) return fail("unsupported");
    const mine = (take = {});
    show("asking", word("asking"));
    let stream;
    try { stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true } }); }
    catch (error) {
      if (take !== mine) return; // cancelled meanwhile
      take = null;
      return fail({ NotFoundError: "no_microphone", NotReadableError: "in_use", NotAllowedError: "denied", SecurityError: "denied" }[error.name] || "unsupported");
    }
    if (take !== mine) return stream.getTracks().forEach((track) => track.stop());
    const recorder = new MediaRecorder(stream), parts = [];
    const context = new AudioContext(), meter = context.createAnalyser();
    context.createMediaStreamSource(stream).connect(meter);
    recorder.addEventListener("dataavailable", (event) => parts.push(event.data));
    recorder.addEventListener("stop", () => { if (take === mine) { take = null; void ready(parts, recorder.mimeType); } });
    stream.getAudioTracks()[0].addEventListener("ended", () => stop()); // unplugged: what is there is used
    Object.assign(mine, { stream, recorder, context, meter, since: performance.now() });
    recorder.start();
    show("recording", word("recording"));
  };
  const release = (one) => {
    one?.stream?.getTracks().forEach((track) => track.stop());
    if (one?.context && one.context.state !== "closed") void one.context.close();
  };
  const stop = () => {
    if (!take?.recorder || take.recorder.state === "inactive") return;
    const one = take;
    take.recorder.stop();
    release(one);
    show("sending", word("sending"));
  };
  const ready = async (parts, type) => {
    const sound = await decoded(new Blob(parts, { type }));
    if (state !== "sending") return; // cancelled meanwhile
    if (!sound) return fail("unsupported");
    if (sound.length < SHORTEST_S * RATE) return fail("short");
    if (loudest(sound) < SILENCE) return fail("silent");
    kept = wav(sound);
    if (kept.size > Number(panel()?.dataset.maxBytes)) { kept = null; return fail("too_large"); }
    await send();
  };
  const decoded = async (blob) => {
    try {
      const heard = await new OfflineAudioContext(1, 1, RATE).decodeAudioData(await blob.arrayBuffer()); // also resamples
      const mono = new Float32Array(heard.length);
      for (let channel = 0; channel < heard.numberOfChannels; channel++)
        heard.getChannelData(channel).forEach((value, n) => { mono[n] += value / heard.numberOfChannels; });
      return mono;
    } catch (error) { console.warn("the recording cannot be decoded", error); return null; }
  };
  const loudest = (sound) => sound.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const wav = (sound) => {
    const view = new DataView(new ArrayBuffer(44 + 2 * sound.length));
    const text = (at, letters) => [...letters].forEach((letter, n) => view.setUint8(at + n, letter.charCodeAt(0)));
    text(0, "RIFF"); view.setUint32(4, 36 + 2 * sound.length, true); text(8, "WAVEfmt ");
    view.setUint32(16, 16, true); view.setUint16(20, 1, true); view.setUint16(22, 1, true); // PCM, one channel
    view.setUint32(24, RATE, true); view.setUint32(28, 2 * RATE, true); view.setUint16(32, 2, true); view.setUint16(34, 16, true);
    text(36, "data"); view.setUint32(40, 2 * sound.length, true);
    sound.forEach((value, n) => view.setInt16(44 + 2 * n, Math.max(-1, Math.min(1, value)) * 32767, true));
    return new Blob([view], { type: "audio/wav" });
  };

  // sending

  const send = async () => {
    show("sending", word("sending"));
    const session = new URL(window.location.href).searchParams.get("session") || "";
    const mine = (sending = new AbortController());
    let answer, said;
    try {
      answer = await fetch(`/speech/${encodeURIComponent(session)}?lang=${window.interviewer.language()}`,
        { method: "POST", headers: { "content-type": "audio/wav" }, body: kept, signal: mine.signal });
      said = await answer.json();
    } catch (error) {
      if (sending !== mine) return; // cancelled
      console.warn("the recording was not sent", error);
      sending = null;
      return show("kept", word("lost"), true);
    }
    if (sending !== mine) return;
    sending = null;
    if (answer.ok) { kept = null; show("idle", word("done")); await put(said.text); return; }
    if (answer.status >= 500 || answer.status === 429) return show("kept", said.error || word("lost"), true);
    kept = null;
    show("idle", said.error || word("lost"), true);
  };
  // waits while the interviewer speaks: the box is emptied when the reply is whole
  const put = async (text) => {
    while (box()?.disabled) await new Promise((resolve) => setTimeout(resolve, 150));
    const field = box();
    if (!field) return;
    const before = field.value;
    field.value = before + (!before || /[\s\u3000-\u303f\uff00-\uffef\u4e00-\u9fff]$/.test(before) ? "" : " ") + text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
    field.setSelectionRange(field.value.length, field.value.length);
    field.scrollTop = field.scrollHeight;
  };
  const cancel = () => {
    const one = take, request = sending;
    take = sending = kept = null;
    if (one?.recorder && one.recorder.state !== "inactive") one.recorder.stop();
    release(one);
    request?.abort();
    show("idle", word("cancelled"));
    part("go")?.focus();
  };

  // the control

  const tend = () => {
    const here = panel(), field = box();
    if (!here) return;
    const there = !!field && field.offsetParent !== null;
    if (!there && state !== "idle") cancel(); // the interview is over, or this is no longer its page
    here.hidden = !there;
    part("go").disabled = state === "asking" || state === "sending" || (state === "idle" && !!field?.disabled);
    if (state !== "recording" || !take?.since) return;
    const seconds = (performance.now() - take.since) / 1000, left = Number(here.dataset.maxS) - seconds;
    if (left <= 0) return stop();
    part("time").textContent = clock(seconds);
    if (left <= LAST_S) part("said").textContent = word("left").replace("{n}", String(left > 10 ? Math.ceil(left / 5) * 5 : Math.ceil(left)));
    const wave = new Float32Array(take.meter.fftSize);
    take.meter.getFloatTimeDomainData(wave);
    part("level").style.setProperty("--level", String(Math.min(1, 3 * loudest(wave))));
  };
  setInterval(tend, 120);
  document.addEventListener("click", (event) => {
    if (event.target.closest?.(".voice-cancel")) cancel();
    else if (event.target.closest?.(".voice-go")) void (state === "recording" ? stop() : state === "kept" ? send() : state === "idle" ? record() : null);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.isComposing && (state === "asking" || state === "recording" || state === "sending")) { event.preventDefault(); cancel(); }
  });
  window.addEventListener("pagehide", () => release(take));
})();
