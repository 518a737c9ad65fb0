/* The live visit in the browser: camera and microphone, the way to the media process, picture and sound of the other side.
   Relayed: one connection to the hospital. Forwarded: one to the other browser, and a small copy of what was received to
   the hospital; when the two cannot meet, or the call pauses, the hospital forwards from then on. Connections are made
   anew after a reload or a change of network; the seat in the room stays. Who may come in, pauses and ends are decided by
   the server; this page only follows. */
(() => {
  const pane = document.querySelector("[data-live-pane]");
  if (!pane) return;
  const one = (name) => pane.querySelector(`[data-live-${name}]`);
  const remote = one("remote");
  const local = one("local");
  const word = (name) => pane.querySelector(`[data-word="${name}"]`)?.textContent.trim() ?? "";
  const wait = (ms) => new Promise((done) => setTimeout(done, ms));
  const VIDEO = { width: { ideal: 640 }, height: { ideal: 360 }, frameRate: { ideal: 15, max: 15 } };
  const SOUND = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
  const COPY = { maxFramerate: 10, scaleResolutionDownBy: 2, maxBitrate: 160000 };
  const TRIES = 20;
  const kept = `xinglin-live:${pane.dataset.base}`;
  let call = null;

  /* WHAT THE PAGE SAYS */

  const show = (state, name = state) => {
    pane.dataset.state = state;
    const inside = ["joining", "waiting", "live", "again", "paused"].includes(state);
    one("stage").hidden = !inside;
    one("inside").hidden = !inside;
    one("outside").hidden = inside || state === "asking";
    const text = word(name);
    if (text) one("says").textContent = text;
    const voice = call && call.kind === "voice";
    const seen = remote.srcObject?.getVideoTracks().some((track) => !track.muted);
    one("veil").textContent = state === "live" ? (seen ? "" : word("voice")) : inside ? text : "";
    one("recorded").hidden = !(inside && call && call.recorded);
    pane.dataset.picture = call && call.kind === "voice" ? "off" : "on";
    one("picture").setAttribute("aria-pressed", String(!voice));
  };
  const refuse = (answer) => {
    show("idle", "");
    one("says").textContent = answer.says || word("text");
    one("hint").textContent = answer.hint || "";
    one("hint").hidden = !answer.hint;
    one("prove").hidden = !answer.prove;
    if (answer.prove) one("prove").querySelector("a").href = answer.prove;
  };

  /* SPEAKING TO THE TWO SERVERS */

  const page = (name, values = {}) =>
    fetch(pane.dataset.base + name, {
      method: "POST",
      body: new URLSearchParams(values),
      headers: JSON.parse(document.body.getAttribute("hx-headers") || "{}"),
    });
  const media = async (me, door, content, signal = null) => {
    const answer = await fetch(me.media + "/media/" + door, { method: "POST", body: JSON.stringify(content), signal });
    if (answer.status === 410 || answer.status === 403) throw new Gone();
    if (!answer.ok) throw new Error(`media ${answer.status}`);
    return answer.json();
  };
  class Gone extends Error {}

  /* CAMERA AND MICROPHONE */

  const open = async (kind) => {
    if (!navigator.mediaDevices?.getUserMedia) return { why: "insecure" };
    const get = (video) => navigator.mediaDevices.getUserMedia({ audio: SOUND, video: video ? VIDEO : false });
    try {
      return { stream: await get(kind === "video") };
    } catch (error) {
      if (error.name === "NotAllowedError" || error.name === "SecurityError") {
        // Asked for nothing a second time: voice is taken only where the microphone is allowed already.
        if (kind !== "video") return { why: "refused-sound" };
        if (!(await allowed("microphone"))) return { why: "refused" };
        try {
          return { stream: await get(false), note: "refused-camera", voice: true };
        } catch {
          return { why: "refused" };
        }
      }
      if (kind === "video") {
        try {
          return { stream: await get(false), note: "no-camera", voice: true };
        } catch (other) {
          if (other.name === "NotAllowedError") return { why: "refused-sound" };
          if (other.name === "NotReadableError") return { why: "busy" };
          return { why: "no-microphone" };
        }
      }
      return { why: error.name === "NotReadableError" ? "busy" : "no-microphone" };
    }
  };

  const allowed = async (name) => {
    try {
      return (await navigator.permissions.query({ name })).state === "granted";
    } catch {
      return false;
    }
  };

  /* COMING IN */

  const join = async (kind, session = "") => {
    if (call || pane.dataset.state === "asking") return;
    one("prove").hidden = one("hint").hidden = true;
    show("asking");
    const opened = await open(kind);
    if (!opened.stream) return show("text", opened.why);
    const me = { kind: opened.voice ? "voice" : kind, session, stream: opened.stream, after: 0, tries: 0, bad: 0, round: 0, note: opened.note };
    call = me;
    watch(me);
    local.srcObject = me.stream;
    show("joining", opened.note || "joining");
    await enter(me);
  };

  /* A camera that is pulled out leaves the voice; without a microphone text is left. */
  const watch = (me) => {
    for (const track of me.stream.getTracks())
      track.onended = async () => {
        if (call !== me || !me.stream.getTracks().includes(track)) return;
        if (track.kind === "video") { await change(me, "voice"); one("says").textContent = word("no-camera"); }
        else { stop(me); page("/leave").catch(() => {}); show("text", "no-microphone"); }
      };
  };

  /* A ticket from the hospital, a seat in the room, a connection. Also the way back when the seat was lost. */
  const enter = async (me) => {
    try {
      const answer = await page("/join", { kind: me.kind, session: me.session || "" });
      const ticket = await answer.json();
      if (call !== me) return;
      if (!answer.ok) {
        stop(me);
        return ticket.code === "consultation.live_over" && me.session ? show("ended") : refuse(ticket);
      }
      sessionStorage.setItem(kept, JSON.stringify([me.kind, ticket.session]));
      Object.assign(me, { session: ticket.session, media: ticket.media, side: ticket.side, recorded: ticket.recorded, after: 0 });
      const seat = await media(me, "enter", { token: ticket.token });
      if (call !== me) return;
      Object.assign(me, { seat: seat.seat, mode: seat.mode, ice: seat.ice, peer: seat.peer, paused: seat.paused, fresh: true });
      letters(me, seat.seat);
      await connect(me);
    } catch (error) {
      if (call === me) again(me, error instanceof Gone);
    }
  };

  const again = async (me, lost) => {
    if (call !== me || me.retrying) return;
    me.retrying = true;
    me.tries += 1;
    if (me.tries > TRIES) {
      stop(me);
      return show("text");
    }
    show("again");
    await wait(Math.min(250 * me.tries, 3000));
    me.retrying = false;
    if (call !== me) return;
    if (lost || !me.seat) return enter(me);
    try {
      await connect(me);
    } catch (error) {
      again(me, error instanceof Gone);
    }
  };

  /* CONNECTIONS */

  const line = (me, onState) => {
    const pc = new RTCPeerConnection({ iceServers: me.ice || [] });
    pc.addEventListener("connectionstatechange", () => onState(pc));
    return pc;
  };
  const gathered = (pc) =>
    new Promise((done) => {
      const ready = () => pc.iceGatheringState === "complete" && done();
      pc.addEventListener("icegatheringstatechange", ready);
      setTimeout(done, 2000);
      ready();
    });
  const offered = async (pc) => {
    await pc.setLocalDescription(await pc.createOffer());
    await gathered(pc);
    return pc.localDescription.sdp;
  };
  const put = (pc, me) => {
    for (const kind of ["audio", "video"]) {
      const track = me.stream.getTracks().find((one) => one.kind === kind);
      if (track) pc.addTransceiver(track, { direction: "sendrecv", streams: [me.stream] });
      else if (kind === "audio" || !me.weak) pc.addTransceiver(kind, { direction: "recvonly" });
    }
  };

  const connect = async (me) => {
    me.round += 1;
    close(me);
    if (me.mode === "relay") return relay(me, me.round);
    if (me.side === "physician" && me.peer) return direct(me);
    if (me.side === "patient" && !me.fresh) me.say({ type: "again" });
    me.fresh = false;
    standing(me);
  };
  const relay = async (me, round) => {
    const pc = (me.pc = line(me, (it) => moved(me, it)));
    receive(me, pc);
    put(pc, me);
    const answer = await media(me, "offer", { seat: me.seat, sdp: await offered(pc) });
    if (call !== me || me.round !== round) return pc.close();
    await pc.setRemoteDescription({ type: "answer", sdp: answer.sdp });
  };
  const receive = (me, pc, after = () => {}) => {
    const stream = new MediaStream();
    pc.addEventListener("track", (event) => {
      stream.addTrack(event.track);
      event.track.onmute = event.track.onunmute = () => pane.dataset.state === "live" && standing(me);
      remote.srcObject = stream;
      remote.play().then(() => { one("hear").hidden = true; }, () => { one("hear").hidden = false; });
      after(stream);
    });
  };
  const moved = (me, pc) => {
    if (call !== me || me.pc !== pc) return;
    // The hospital hears at once how the connection stands: the letters are asked for again.
    if (pc.connectionState !== me.told) me.asking?.abort();
    if (pc.connectionState === "connected") { me.tries = 0; standing(me); }
    if (pc.connectionState === "failed") again(me, false);
    if (pc.connectionState === "disconnected")
      setTimeout(() => call === me && me.pc === pc && pc.connectionState !== "connected" && again(me, false), 2500);
  };
  const standing = (me) => {
    if (call !== me) return;
    const connected = me.pc && me.pc.connectionState === "connected";
    if (me.paused) show("paused");
    else if (!me.peer) {
      show("waiting", me.met ? "gone" : "waiting");
      // Whoever waits without picture still reads why.
      if (me.note && !me.met) one("says").textContent = `${word(me.note)} ${word("waiting")}`;
    }
    else if (connected) { me.met = true; show("live", me.weak ? "to-voice" : me.note || "live"); }
    else show(me.met ? "again" : "joining");
  };

  /* Between the two browsers: the physician's offers, the patient's answers. */
  const direct = async (me) => {
    close(me);
    const pc = (me.pc = line(me, (it) => moved(me, it)));
    receive(me, pc, (stream) => copy(me, stream));
    put(pc, me);
    const number = (me.offers = (me.offers || 0) + 1);
    const sdp = await offered(pc);
    if (call === me && me.pc === pc) await me.say({ type: "offer", sdp, number });
  };
  const signalled = async (me, data) => {
    if (data.type === "again" && me.side === "physician") return direct(me);
    if (data.type === "offer" && me.side === "patient") {
      close(me);
      const pc = (me.pc = line(me, (it) => moved(me, it)));
      receive(me, pc, (stream) => copy(me, stream));
      await pc.setRemoteDescription({ type: "offer", sdp: data.sdp });
      for (const track of me.stream.getTracks()) pc.addTrack(track, me.stream);
      await pc.setLocalDescription(await pc.createAnswer());
      await gathered(pc);
      if (call === me && me.pc === pc) await me.say({ type: "answer", sdp: pc.localDescription.sdp, number: data.number });
    }
    if (data.type === "answer" && data.number === me.offers && me.pc?.signalingState === "have-local-offer")
      await me.pc.setRemoteDescription({ type: "answer", sdp: data.sdp });
  };
  /* What this browser really received goes on to the hospital, small. */
  const copy = async (me, stream) => {
    clearTimeout(me.copying);
    me.copying = setTimeout(async () => {
      me.copy?.close();
      const pc = (me.copy = line(me, (it) => it.connectionState === "failed" && me.copy === it && copy(me, stream)));
      for (const track of stream.getTracks())
        pc.addTransceiver(track, { direction: "sendonly", ...(track.kind === "video" ? { sendEncodings: [COPY] } : {}) });
      try {
        const answer = await media(me, "offer", { seat: me.seat, sdp: await offered(pc) });
        await pc.setRemoteDescription({ type: "answer", sdp: answer.sdp });
      } catch (error) {
        if (call === me && me.copy === pc && !(error instanceof Gone)) setTimeout(() => copy(me, stream), 2000);
      }
    }, 300);
  };

  const close = (me) => {
    clearTimeout(me.copying);
    for (const pc of [me.pc, me.copy]) pc?.close();
    me.pc = me.copy = null;
  };

  /* LETTERS OF THE ROOM */

  const letters = async (me, seat) => {
    me.say = (data) => media(me, "signal", { seat, data }).catch(() => {});
    while (call === me && me.seat === seat) {
      try {
        const state = (me.told = me.pc ? me.pc.connectionState : "");
        me.asking = new AbortController();
        const found = await media(me, "letters", { seat, after: me.after, state }, me.asking.signal);
        me.asking = null;
        if (me.missed) { me.missed = 0; standing(me); if (me.pc?.connectionState !== "connected") again(me, false); }
        for (const letter of found.letters) if (call === me && me.seat === seat) { me.after = letter.n; await read(me, letter); }
      } catch (error) {
        if (call !== me || me.seat !== seat) return;
        if (error.name === "AbortError") continue;
        if (error instanceof Gone) { me.seat = ""; return again(me, true); }
        me.missed = (me.missed || 0) + 1;
        if (me.missed > 2 && pane.dataset.state === "live") show("again");
        await wait(500);
      }
    }
  };
  const read = async (me, letter) => {
    if (letter.kind === "peer") {
      me.peer = letter.there;
      if (letter.there && me.mode !== "relay" && me.side === "physician") await direct(me);
      standing(me);
    } else if (letter.kind === "signal") await signalled(me, letter.data);
    else if (letter.kind === "paused" || letter.kind === "resumed") {
      me.paused = letter.kind === "paused";
      remote.muted = me.paused;
      // Nothing more to the other browser, at once; the hospital forwards from now on and says so by `mode`.
      if (me.paused && me.mode !== "relay") close(me);
      standing(me);
    } else if (letter.kind === "mode") {
      Object.assign(me, { mode: letter.mode, tries: 0 });
      if (letter.reason === "unreachable") me.note ||= "by-hospital";
      await connect(me).catch((error) => again(me, error instanceof Gone));
    } else if (letter.kind === "ended") { stop(me); show("ended"); }
    else if (letter.kind === "replaced") { stop(me, false); show("ended", "replaced"); }
  };

  /* WEAK LINES: picture gives way to voice, voice to text */

  const weigh = async () => {
    const me = call;
    if (!me?.pc || me.pc.connectionState !== "connected") return;
    let lost = 0;
    let starved = false;
    (await me.pc.getStats()).forEach((value) => {
      if (value.type === "remote-inbound-rtp") lost = Math.max(lost, value.fractionLost || 0);
      if (value.type === "candidate-pair" && value.nominated && value.availableOutgoingBitrate) starved ||= value.availableOutgoingBitrate < 60000;
    });
    me.bad = lost > 0.15 || (starved && me.kind === "video") ? me.bad + 1 : 0;
    if (me.bad >= 5 && me.kind === "video") { me.weak = true; me.bad = 0; await change(me, "voice"); }
    else if (me.bad >= 8 && lost > 0.4) { stop(me); page("/leave"); show("text"); }
  };
  setInterval(() => weigh().catch(() => {}), 2000);

  const change = async (me, kind) => {
    if (call !== me || me.kind === kind) return;
    if (kind === "voice") me.stream.getVideoTracks().forEach((track) => { me.stream.removeTrack(track); track.stop(); });
    else {
      me.weak = false;
      try {
        const more = await navigator.mediaDevices.getUserMedia({ video: VIDEO });
        more.getVideoTracks().forEach((track) => me.stream.addTrack(track));
        watch(me);
      } catch (error) {
        one("says").textContent = word(error.name === "NotAllowedError" ? "refused-camera" : "no-camera");
        return;
      }
    }
    Object.assign(me, { kind, note: "" });
    sessionStorage.setItem(kept, JSON.stringify([kind, me.session]));
    local.srcObject = me.stream;
    page("/kind", { kind }).catch(() => {});
    await connect(me).catch((error) => again(me, error instanceof Gone));
  };

  /* LEAVING */

  const stop = (me, forget = true) => {
    if (call === me) call = null;
    close(me);
    me.stream.getTracks().forEach((track) => track.stop());
    remote.srcObject = local.srcObject = null;
    if (forget) sessionStorage.removeItem(kept);
  };

  pane.addEventListener("click", async (event) => {
    const pressed = event.target.closest("button");
    if (!pressed) return;
    const me = call;
    if (pressed.dataset.liveJoin) await join(pressed.dataset.liveJoin);
    else if (pressed.hasAttribute("data-live-hear")) remote.play().then(() => { pressed.hidden = true; });
    else if (!me) return;
    else if (pressed.hasAttribute("data-live-mute")) {
      const mute = pressed.getAttribute("aria-pressed") !== "true";
      me.stream.getAudioTracks().forEach((track) => { track.enabled = !mute; });
      pressed.setAttribute("aria-pressed", String(mute));
    } else if (pressed.hasAttribute("data-live-large")) {
      if (document.fullscreenElement) await document.exitFullscreen();
      else await one("stage").requestFullscreen?.().catch(() => {});
    } else if (pressed.hasAttribute("data-live-picture")) await change(me, me.kind === "video" ? "voice" : "video");
    else if (pressed.hasAttribute("data-live-leave")) {
      const ends = me.side === "physician";
      if (me.seat && !ends) media(me, "leave", { seat: me.seat }).catch(() => {});
      stop(me);
      show(ends ? "ended" : "left");
      await page(ends ? "/end" : "/leave").catch(() => {});
    }
  });

  /* The other side opened a call, or it ended while this page was outside. */
  document.addEventListener("live:live", async () => {
    if (call || pane.dataset.state === "asking") return;
    const answer = await fetch(pane.dataset.base).catch(() => null);
    if (!answer?.ok || call) return;
    const { state } = await answer.json();
    if (["ringing", "live", "paused"].includes(state) && ["idle", "ended", "left"].includes(pane.dataset.state)) {
      if (pane.dataset.state !== "left") one("says").textContent = word("called");
    } else if (!state && pane.dataset.state === "idle") one("says").textContent = word("ended");
  });
  const network = () => call?.pc && call.pc.connectionState !== "connected" && again(call, false);
  addEventListener("online", network);
  addEventListener("pageshow", (event) => event.persisted && location.reload());
  const before = JSON.parse(sessionStorage.getItem(kept) || "null");
  if (before && pane.dataset.session) join(...before);
})();
