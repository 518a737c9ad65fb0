/* The test of devices: camera, microphone level, loudspeaker, the way to the media process and back. */
(() => {
  const place = document.querySelector("[data-devices]");
  if (!place) return;
  const one = (name) => place.querySelector(`[data-device="${name}"]`);
  const say = (name, outcome) => {
    const row = one(name);
    row.dataset.outcome = outcome;
    for (const word of row.querySelectorAll("[data-when]")) word.hidden = !word.dataset.when.split(" ").includes(outcome);
  };
  let stream;
  const why = (error) => ({ NotAllowedError: "refused", SecurityError: "refused", NotReadableError: "busy" })[error.name] || "absent";
  const open = async (want) => {
    try { return await navigator.mediaDevices.getUserMedia(want); } catch (error) { return why(error); }
  };

  const level = (track) => {
    const context = new AudioContext();
    const meter = context.createAnalyser();
    context.createMediaStreamSource(new MediaStream([track])).connect(meter);
    const samples = new Float32Array(meter.fftSize);
    let heard = false;
    const measure = () => {
      if (track.readyState !== "live") return context.close();
      meter.getFloatTimeDomainData(samples);
      const loud = Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / samples.length);
      place.querySelector("[data-level]").style.width = `${Math.min(100, Math.round(loud * 400))}%`;
      if (loud > 0.01 && !heard) { heard = true; say("microphone", "ok"); }
      setTimeout(measure, 100);
    };
    measure();
  };

  const echo = async () => {
    say("line", "trying");
    const began = performance.now();
    const pc = new RTCPeerConnection({ iceServers: [] });
    try {
      const back = new Promise((done, fail) => {
        pc.addEventListener("connectionstatechange", () => pc.connectionState === "failed" && fail(new Error("failed")));
        const look = setInterval(async () => {
          (await pc.getStats()).forEach((value) => {
            if (value.type === "inbound-rtp" && value.packetsReceived > 5) { clearInterval(look); done(); }
          });
        }, 200);
        setTimeout(() => { clearInterval(look); fail(new Error("late")); }, 15000);
      });
      for (const track of stream.getTracks()) pc.addTransceiver(track, { direction: "sendrecv" });
      await pc.setLocalDescription(await pc.createOffer());
      await new Promise((done) => { pc.addEventListener("icegatheringstatechange", () => pc.iceGatheringState === "complete" && done()); setTimeout(done, 2000); });
      const answer = await fetch(`${place.dataset.media}/media/test`, { method: "POST", body: JSON.stringify({ token: place.dataset.token, sdp: pc.localDescription.sdp }) });
      if (!answer.ok) throw new Error(String(answer.status));
      await pc.setRemoteDescription({ type: "answer", sdp: (await answer.json()).sdp });
      await back;
      place.querySelector("[data-took]").textContent = ((performance.now() - began) / 1000).toFixed(1);
      say("line", "ok");
    } catch (error) {
      say("line", error instanceof TypeError ? "unreachable" : "failed");
    } finally {
      pc.close();
    }
  };

  const begin = async () => {
    if (!navigator.mediaDevices?.getUserMedia) { for (const name of ["camera", "microphone", "line"]) say(name, "insecure"); return; }
    for (const name of ["camera", "microphone"]) say(name, "asking");
    stream?.getTracks().forEach((track) => track.stop());
    stream = new MediaStream();
    const camera = await open({ video: { width: { ideal: 640 }, height: { ideal: 360 }, frameRate: { ideal: 15 } } });
    if (typeof camera === "string") say("camera", camera);
    else { camera.getTracks().forEach((track) => stream.addTrack(track)); place.querySelector("video").srcObject = stream; say("camera", "ok"); }
    const microphone = await open({ audio: true });
    if (typeof microphone === "string") say("microphone", microphone);
    else { const [track] = microphone.getAudioTracks(); stream.addTrack(track); say("microphone", "quiet"); level(track); }
    if (stream.getTracks().length) await echo();
    else say("line", "nothing");
  };

  place.addEventListener("click", (event) => {
    const pressed = event.target.closest("button");
    if (pressed?.hasAttribute("data-begin")) { pressed.hidden = true; begin(); }
    if (pressed?.hasAttribute("data-again")) begin();
    if (pressed?.hasAttribute("data-tone")) {
      const context = new AudioContext();
      const tone = context.createOscillator();
      const quiet = context.createGain();
      quiet.gain.value = 0.2;
      tone.frequency.value = 523;
      tone.connect(quiet).connect(context.destination);
      tone.start();
      tone.stop(context.currentTime + 1);
      tone.addEventListener("ended", () => context.close());
      say("speaker", "played");
    }
    if (pressed?.dataset.heard) say("speaker", pressed.dataset.heard);
  });
  addEventListener("pagehide", () => stream?.getTracks().forEach((track) => track.stop()));
})();
