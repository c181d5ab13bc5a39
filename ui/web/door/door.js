// What a page asks of the server while the server is not there: try again, say so, lose nothing that was typed.
// It stands before Gradio's own script, which would say in English that it gave up, and make the page anew.
(() => {
  const site = window.interviewer = window.interviewer || {};
  const plain = window.fetch.bind(window);
  const AWAY = [502, 503, 504]; // of a proxy whose server is away
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  const never = () => new Promise(() => {});
  const pending = new Set(); // events whose replies are still to come
  let leaving = false;
  window.addEventListener("pagehide", () => { leaving = true; });
  window.addEventListener("pageshow", () => { leaving = false; });

  const words = (key) => site.words?.[document.documentElement.lang === "en" ? "en" : "zh"]?.[key] || "";
  const tell = (key, reload = false) => {
    if (leaving || !document.body) return;
    let band = document.getElementById("connection");
    if (!band && !key) return;
    if (!band) {
      band = document.createElement("div");
      band.id = "connection";
      band.setAttribute("role", "status");
      document.body.appendChild(band);
    }
    band.textContent = key ? words(key) : "";
    band.hidden = !key;
    if (!reload) return;
    const link = document.createElement("a");
    link.href = window.location.href;
    link.textContent = words("reload");
    band.append(" ", link);
  };
  site.failed = () => tell("failed", true); // an event that ended in a fault nobody foresaw; Gradio's own notice of it is English
  // an interview goes on where it stopped and keeps its draft; a page that shows nothing yet has nothing to lose
  const renewable = () => /\/interview\/?$/.test(window.location.pathname) || !document.querySelector(".masthead");
  const fresh = () => performance.getEntriesByType("navigation")[0]?.type === "reload" && performance.now() < 8000;
  const renew = (key) => {
    tell(key, true);
    if (!renewable() || fresh() || leaving) return;
    leaving = true;
    window.location.reload();
  };

  const join = async (input, init = {}) => {
    const headers = new Headers(init.headers);
    if (site.mark) headers.set("x-interviewer-page", site.mark);
    for (let wait = 400; ; wait = Math.min(wait * 1.6, 4000)) {
      try {
        const answer = await plain(input, { ...init, headers });
        if (answer.ok) {
          pending.add((await answer.clone().json()).event_id);
          tell("");
          return answer;
        }
        if (answer.status === 401) { window.location.reload(); return never(); } // the page leads to the login and back
        if ([404, 409, 422].includes(answer.status)) { renew("changed"); return never(); }
        if (!AWAY.includes(answer.status)) return answer;
      } catch (error) {
        if (error.name === "AbortError" || leaving) throw error;
      }
      tell("away");
      await pause(wait); // asked twice it does no harm: what a person writes has a number that is taken once
    }
  };

  const alive = async (data) => {
    try { return (await plain(data.replace(/queue\/data.*/, "app_id"), { cache: "no-store" })).ok; } catch { return false; }
  };
  // Replies that will not come: wait for the server, then end their events, so that the page can be used again.
  const ended = async (data) => {
    tell("lost");
    while (!leaving && !(await alive(data))) await pause(600);
    if (leaving) return "";
    renew("again");
    const over = (id) => ({ msg: "process_completed", event_id: id, success: false, output: { error: null, visible: false } });
    const messages = [...[...pending].map(over), { msg: "close_stream" }];
    pending.clear();
    return messages.map((one) => `data: ${JSON.stringify(one)}\n\n`).join("");
  };

  const replies = async (request) => {
    for (let left = 12; ; left--) {
      try {
        const answer = await plain(request.clone());
        if (answer.ok) return new Response(followed(answer.body.getReader(), request.url), { headers: answer.headers });
        if (left > 0 && [404, ...AWAY].includes(answer.status)) { await pause(250); continue; } // a proxy may be changing over
      } catch (error) {
        if (error.name === "AbortError" || leaving) throw error;
      }
      return new Response(await ended(request.url), { headers: { "content-type": "text/event-stream" } });
    }
  };
  const followed = (reader, data) => {
    const decoder = new TextDecoder(), encoder = new TextEncoder();
    let closed = false;
    return new ReadableStream({
      async pull(out) {
        try {
          const { done, value } = await reader.read();
          if (!done) {
            if (/"close_stream"/.test(decoder.decode(value, { stream: true }))) { closed = true; pending.clear(); }
            return out.enqueue(value);
          }
          if (closed || leaving) return out.close();
        } catch (error) {
          if (error.name === "AbortError" || leaving) return out.error(error);
        }
        out.enqueue(encoder.encode(await ended(data)));
        return out.close();
      },
      cancel: (why) => reader.cancel(why),
    });
  };

  window.fetch = (input, init) => {
    const path = String(input?.url || input).split("?")[0];
    if (path.endsWith("/gradio_api/queue/join")) return join(input, init);
    if (path.endsWith("/gradio_api/queue/data")) return replies(new Request(input, init));
    return plain(input, init);
  };
})();
