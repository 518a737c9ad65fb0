/* Between the page and the browser's fake camera: a tester changes what the camera shows while a visit goes on.
   Modes: live (the camera, swaying a little so that a film that begins again is not the same), other (somebody else's
   pictures), still (the last picture again and again), loop (the last four seconds again and again). How weak the line
   seems is said here too (`lost`), because a busy machine is no weak line; `apart` in the session's storage keeps two
   browsers from finding each other, while each still finds the hospital. */
(() => {
  const WIDTH = 480, HEIGHT = 360, EVERY_MS = 100, KEPT = 40;
  const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  const lines = [];
  const Plain = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Plain {
    constructor(...given) { super(...given); lines.push(this); }
    async getStats() {
      const found = new Map();
      (await super.getStats()).forEach((value, key) => {
        if (value.type === "remote-inbound-rtp") found.set(key, { ...value, fractionLost: window.camera.lost });
        else if (value.type !== "candidate-pair") found.set(key, value);
      });
      return found;
    }
    async setRemoteDescription(description) {
      const browser = description.sdp.includes("extmap-allow-mixed");
      const sdp = description.sdp.split("\r\n").filter((line) => !line.startsWith("a=candidate")).join("\r\n");
      return super.setRemoteDescription(browser && sessionStorage.apart ? { ...description, sdp } : description);
    }
  };
  window.camera = { mode: "live", others: [], lines, lost: 0 };
  window.camera.meet = async (sources) => {
    window.camera.others = await Promise.all(sources.map((source) => new Promise((done) => {
      const picture = new Image();
      picture.onload = () => done(picture);
      picture.src = source;
    })));
  };
  navigator.mediaDevices.getUserMedia = async (wanted) => {
    const stream = await real(wanted);
    const [track] = stream.getVideoTracks();
    if (!track) return stream;
    const video = document.createElement("video");
    video.muted = true;
    video.srcObject = new MediaStream([track]);
    await video.play();
    const canvas = document.createElement("canvas");
    canvas.width = WIDTH;
    canvas.height = HEIGHT;
    const paint = canvas.getContext("2d");
    const kept = [];
    const start = Math.random() * 1000;
    let count = 0;
    const sway = (picture) => {
      const at = start + performance.now() / 1000;
      paint.drawImage(picture, 8 * Math.sin(at * 0.71) - 10, 6 * Math.sin(at * 0.53) - 8, WIDTH + 20, HEIGHT + 16);
    };
    const draw = () => {
      count += 1;
      const { mode, others } = window.camera;
      if (mode === "live") sway(video);
      if (mode === "other" && others.length) sway(others[Math.floor(count / 3) % others.length]);
      if (mode === "live" || mode === "other") {
        const copy = document.createElement("canvas");
        copy.width = WIDTH;
        copy.height = HEIGHT;
        copy.getContext("2d").drawImage(canvas, 0, 0);
        kept.push(copy);
        if (kept.length > KEPT) kept.shift();
      } else paint.drawImage(mode === "still" ? kept.at(-1) : kept[count % kept.length], 0, 0);
    };
    draw();
    const timer = setInterval(draw, EVERY_MS);
    const [made] = canvas.captureStream(1000 / EVERY_MS).getVideoTracks();
    const stop = made.stop.bind(made);
    made.stop = () => { clearInterval(timer); track.stop(); stop(); };
    return new MediaStream([made, ...stream.getAudioTracks()]);
  };
})();
