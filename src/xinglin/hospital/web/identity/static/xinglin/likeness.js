/* The camera of a challenge. It records small stills while the person follows the prompts and sends them in one answer;
   whether they pass is decided on the server. Nothing is kept in the browser. */
(() => {
  const root = document.querySelector("[data-likeness]");
  if (!root) return;
  const WIDTH = 480, EVERY = 160, FRAMES = 82, STRAIGHT = 1800, MOVE = 2200, BACK = 1400;
  const form = root.querySelector("form"), video = root.querySelector("video"), panel = root.querySelector("[data-panel]");
  const prompt = root.querySelector(".prompt"), cue = root.querySelector(".cue"), ring = root.querySelector(".run");
  const says = root.dataset, marks = { left: "←", right: "→", blink: "–  –", straight: "●" };
  const start = form.querySelector("[data-start]");
  if (!start || !navigator.mediaDevices || !window.ImageBitmap) return;  // Without a camera the form works by itself.
  const wait = (ms) => new Promise((done) => setTimeout(done, ms));
  let stream, busy = false;

  const say = (text, sign) => { prompt.textContent = text; cue.textContent = marks[sign] || ""; cue.dataset.cue = sign || ""; };
  const progress = (part) => { ring.style.strokeDasharray = `${Math.round(part * 100)} 101`; };
  const stop = () => { stream && stream.getTracks().forEach((track) => track.stop()); stream = null; video.hidden = true; };
  addEventListener("pagehide", stop);

  async function open() {
    if (stream) return true;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: false, video: { facingMode: "user", width: { ideal: 640 }, height: { ideal: 480 } } });
    } catch (error) {
      say(error.name === "NotAllowedError" ? says.denied : says.none);
      return false;
    }
    video.srcObject = stream;
    video.hidden = false;
    await video.play();
    return true;
  }

  async function post(deed, extra) {
    const data = new FormData(form);
    data.set("do", deed);
    data.delete("frames");
    for (const [name, value, file] of extra || []) file ? data.append(name, value, file) : data.append(name, value);
    const answer = await fetch(location.href, { method: "POST", body: data, headers: { "X-Likeness": "1" }, credentials: "same-origin" });
    return { ok: answer.ok, html: await answer.text() };
  }

  async function record(moves) {
    const canvas = document.createElement("canvas"), frames = [], begun = performance.now();
    const total = STRAIGHT + moves.length * (MOVE + BACK);
    const every = Math.max(EVERY, Math.ceil(total / FRAMES));
    let running = true;
    const shoot = async () => {
      const height = Math.round((video.videoHeight / video.videoWidth) * WIDTH) || 360;
      canvas.width = WIDTH; canvas.height = height;
      canvas.getContext("2d").drawImage(video, 0, 0, WIDTH, height);
      const at = Math.round(performance.now() - begun);
      const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
      if (blob) frames.push([at, blob]);
      progress(Math.min(1, at / total));
    };
    const shooting = (async () => { while (running && frames.length <= FRAMES) { const next = wait(every); await shoot(); await next; } })();
    say(says.straight, "straight");
    await wait(STRAIGHT);
    for (const move of moves) {
      move.classList.add("now");
      say(move.textContent, move.dataset.step);
      await wait(MOVE);
      move.classList.replace("now", "done");
      say(says.back, "straight");
      await wait(BACK);
    }
    running = false;
    await shooting;
    return frames;
  }

  async function run() {
    if (busy || !(await open())) return;
    busy = true;
    start.hidden = true;
    root.classList.remove("answered");
    try {
      const begun = await post("begin");
      panel.innerHTML = begun.html;
      if (!begun.ok) { stop(); say(""); return; }
      const frames = await record([...panel.querySelectorAll("[data-step]")]);
      say(says.sending);
      const extra = [["times", frames.map(([at]) => at + 1).join(",")]];
      frames.forEach(([at, blob], number) => extra.push(["frames", blob, `${String(number).padStart(2, "0")}.jpg`]));
      const answered = await post("answer", extra);
      panel.innerHTML = answered.html;
      stop();
      say("");
      const go = panel.querySelector("[data-go]");
      progress(go ? 1 : 0);
      if (go) setTimeout(() => location.assign(go.dataset.go), 1500);
      panel.querySelector("h2")?.scrollIntoView({ block: "nearest" });
    } catch {
      stop();
      say(says.lost);
    } finally {
      busy = false;
      progress(0);
      start.textContent = says.try;
      start.hidden = Boolean(panel.querySelector(".result"));
      root.classList.toggle("answered", start.hidden);
    }
  }

  form.addEventListener("submit", (event) => { event.preventDefault(); run(); });
  panel.addEventListener("click", (event) => { if (event.target.closest("[data-again]")) { event.preventDefault(); run(); } });
})();
