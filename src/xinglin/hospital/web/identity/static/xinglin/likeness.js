/* The camera of a challenge. The server asks one movement at a time; while it is asked, small stills go there one by one,
   each with the ticket that the last answer gave. What counts, and when, is decided there. Nothing is kept here. */
(() => {
  const root = document.querySelector("[data-likeness]");
  if (!root) return;
  const WIDTH = 480, EVERY = 130, AGAIN = 4;
  const form = root.querySelector("form"), video = root.querySelector("video"), panel = root.querySelector("[data-panel]");
  const prompt = root.querySelector(".prompt"), cue = root.querySelector(".cue"), ring = root.querySelector(".run");
  const hintLine = root.querySelector("[data-hint]"), clock = root.querySelector("[data-clock-line]"), dots = root.querySelector("[data-dots]");
  const figure = root.querySelector("[data-figure]"), start = form.querySelector("[data-start]"), halt = form.querySelector("[data-stop]");
  const says = root.dataset, marks = { left: "←", right: "→", blink: "–  –" };
  if (!navigator.mediaDevices) { prompt.textContent = says.none; return; }
  start.disabled = false;
  const wait = (ms) => new Promise((done) => setTimeout(done, ms));
  const fill = (text, values) => text.replace(/\{(\w)\}/g, (_, name) => values[name]);
  const canvas = document.createElement("canvas");
  let stream, sound, busy = false, stopped = false, until = 0, span = 1, ticking = 0, hinted = ["", 0];

  const say = (text, sign) => {
    if (prompt.textContent !== text) prompt.textContent = text;
    cue.textContent = marks[sign] || "";
    cue.dataset.cue = figure.dataset.figure = sign || "straight";
  };
  const progress = (part) => { ring.style.strokeDasharray = `${Math.round(part * 100)} 101`; };
  const close = () => { stream && stream.getTracks().forEach((track) => track.stop()); stream = null; video.hidden = true; };
  addEventListener("pagehide", close);

  function tone() {  // With the eyes closed nobody sees that a step is done.
    try {
      sound ||= new AudioContext();
      const note = sound.createOscillator(), loud = sound.createGain();
      note.frequency.value = 660;
      loud.gain.setValueAtTime(0.06, sound.currentTime);
      loud.gain.exponentialRampToValueAtTime(0.001, sound.currentTime + 0.25);
      note.connect(loud).connect(sound.destination);
      note.start();
      note.stop(sound.currentTime + 0.25);
    } catch { /* Without sound it goes as well. */ }
    navigator.vibrate?.(60);
  }

  function tick() {
    const left = Math.max(0, until - performance.now());
    progress(left / span);
    const seconds = Math.ceil(left / 1000);
    const text = busy && seconds <= 5 && seconds > 0 ? fill(says.clock, { s: seconds }) : dots.dataset.says || "";
    if (clock.textContent !== text) clock.textContent = text;
    ticking = busy ? requestAnimationFrame(tick) : 0;
  }

  async function open() {
    if (stream) return true;
    say(says.opening);
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
    for (const [name, value, file] of extra || []) file ? data.append(name, value, file) : data.append(name, value);
    const answer = await fetch(location.href, { method: "POST", body: data, credentials: "same-origin", headers: { Accept: "application/json" } });
    if (!(answer.headers.get("Content-Type") || "").includes("json")) throw new Error(`${answer.status}`);
    return answer.json();
  }

  async function shoot() {
    if (video.requestVideoFrameCallback) await Promise.race([new Promise((done) => video.requestVideoFrameCallback(done)), wait(300)]);
    canvas.width = WIDTH;
    canvas.height = Math.round((video.videoHeight / video.videoWidth) * WIDTH) || 360;
    canvas.getContext("2d").drawImage(video, 0, 0, canvas.width, canvas.height);
    return new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
  }

  function hint(view) {  // A hint stays long enough to be read, and one that flickers is not shown.
    const plain = ["look_straight", "do_step"].includes(view.hint.code), text = plain ? "" : view.hint.says;
    if (text !== hinted[0]) hinted = [text, performance.now()];
    if (performance.now() - hinted[1] > (text ? 350 : 700) && hintLine.textContent !== text) hintLine.textContent = text;
  }

  function show(view, before) {
    if (before && view.done > before.done) tone();
    const code = view.step ? view.step.code : "";
    const fresh = !before || code !== (before.step ? before.step.code : "") || view.done !== before.done;
    say(view.step ? view.step.says : view.done ? says.back : says.straight, code);
    until = performance.now() + view.seconds * 1000;
    if (fresh) {
      span = Math.max(1, view.seconds * 1000);
      dots.replaceChildren(...Array.from({ length: view.steps }, (_, n) => {
        const dot = document.createElement("li");
        dot.className = n < view.done ? "done" : n === view.done && view.step ? "now" : "";
        return dot;
      }));
    }
    const round = says.tries - view.left, tries = round > 1 ? ` · ${fill(says.round, { i: round, n: says.tries })}` : "";
    dots.dataset.says = fill(says.count, { i: Math.min(view.done + 1, view.steps), n: view.steps }) + tries;
    hint(view);
  }

  /* The next answer of the server; after a break the line is tried again and the server asked where things stand. */
  async function next(view) {
    for (let times = 0; ; times += 1) {
      try {
        if (times) view = await post("now", [["challenge", view.challenge]]);
        if (view.html !== undefined) return view;
        const blob = await shoot();
        const said = await post("frame", [["challenge", view.challenge], ["ticket", view.ticket], ["frames", blob, "frame.jpg"]]);
        if (said.code === "identity.frame_repeated") return view;
        if (said.code !== "identity.frame_out_of_turn" || times >= AGAIN) return said;
      } catch (error) {
        if (times >= AGAIN || stopped) throw error;
      }
      await wait(200 * (times + 1));
    }
  }

  async function run() {
    if (busy) return;
    busy = true;
    stopped = false;
    root.classList.remove("answered");
    panel.replaceChildren();
    start.hidden = true;
    halt.hidden = false;
    let said = null, words = "";
    try {
      if (!(await open())) { words = prompt.textContent; return; }
      root.classList.add("running");
      prompt.focus({ preventScroll: true });
      let view = await post("begin");
      if (view.html === undefined) { show(view); ticking ||= requestAnimationFrame(tick); }
      while (view.html === undefined && !stopped) {
        const beat = wait(EVERY), came = await next(view);
        if (came.html === undefined && came !== view) show(came, view);
        view = came;
        await beat;
      }
      if (stopped) words = says.stopped; else said = view;
    } catch {
      words = says.lost;
    } finally {
      close();
      busy = false;
      progress(0);
      hintLine.textContent = clock.textContent = dots.dataset.says = "";
      dots.replaceChildren();
      say(words);
      end(said);
    }
  }

  function end(said) {
    root.classList.remove("running");
    root.classList.toggle("answered", Boolean(said));
    panel.innerHTML = said ? said.html : "";
    halt.hidden = true;
    start.hidden = Boolean(said);
    start.textContent = says.try;
    const go = panel.querySelector("[data-go]");
    if (go) setTimeout(() => location.assign(go.dataset.go), 1500);
    (panel.querySelector("h2") || start).focus({ preventScroll: true });
    panel.querySelector("h2")?.scrollIntoView({ block: "nearest" });
  }

  form.addEventListener("submit", (event) => { event.preventDefault(); run(); });
  halt.addEventListener("click", () => { stopped = true; });
  panel.addEventListener("click", (event) => { if (event.target.closest("[data-again]")) { event.preventDefault(); run(); } });
})();
