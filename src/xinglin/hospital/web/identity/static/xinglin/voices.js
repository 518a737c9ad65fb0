/* Three sentences recorded one by one as 16 kHz WAV and put into the form's own file fields. Files work without this. */
(() => {
  const form = document.querySelector("[data-voices]");
  if (!form || !navigator.mediaDevices || !window.AudioContext) return;
  const RATE = 16000, MOST = 20;
  let current = null;

  const wav = (chunks) => {
    const length = chunks.reduce((sum, one) => sum + one.length, 0), view = new DataView(new ArrayBuffer(44 + 2 * length));
    const text = (at, word) => [...word].forEach((letter, i) => view.setUint8(at + i, letter.charCodeAt(0)));
    text(0, "RIFF"); view.setUint32(4, 36 + 2 * length, true); text(8, "WAVEfmt "); view.setUint32(16, 16, true);
    view.setUint16(20, 1, true); view.setUint16(22, 1, true); view.setUint32(24, RATE, true); view.setUint32(28, 2 * RATE, true);
    view.setUint16(32, 2, true); view.setUint16(34, 16, true); text(36, "data"); view.setUint32(40, 2 * length, true);
    let at = 44;
    for (const chunk of chunks) for (const value of chunk) { view.setInt16(at, Math.max(-1, Math.min(1, value)) * 32767, true); at += 2; }
    return new Blob([view], { type: "audio/wav" });
  };

  async function begin(button) {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1, echoCancellation: false, noiseSuppression: false } });
    const context = new AudioContext({ sampleRate: RATE }), source = context.createMediaStreamSource(stream);
    const tap = context.createScriptProcessor(4096, 1, 1), chunks = [];
    tap.onaudioprocess = (event) => chunks.push(new Float32Array(event.inputBuffer.getChannelData(0)));
    source.connect(tap); tap.connect(context.destination);
    const label = button.textContent;
    button.textContent = button.dataset.stop;
    const said = button.parentElement.querySelector("[data-said]"), begun = Date.now();
    const clock = setInterval(() => { const s = Math.round((Date.now() - begun) / 1000); said.textContent = `${s} s`; if (s >= MOST) end(); }, 250);
    const end = () => {
      clearInterval(clock); tap.disconnect(); source.disconnect(); context.close(); stream.getTracks().forEach((track) => track.stop());
      const files = new DataTransfer();
      files.items.add(new File([wav(chunks)], "voice.wav", { type: "audio/wav" }));
      button.parentElement.querySelector("input[type=file]").files = files.files;
      button.textContent = button.dataset.again || label;
      current = null;
    };
    current = { button, end };
  }

  form.querySelectorAll("[data-record]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => {
      if (current) { const was = current.button; current.end(); if (was === button) return; }
      begin(button).catch(() => { button.parentElement.querySelector("[data-said]").textContent = "✕"; });
    });
  });
})();
