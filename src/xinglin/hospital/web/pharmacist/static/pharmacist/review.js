/* The review desk by keyboard: an approval waits three seconds and can be taken back; the clock of the open sheet. */
(() => {
  const WAIT = 3;
  const typing = (node) => node.closest("input, textarea, select, [contenteditable]");
  const english = document.documentElement.lang === "en";
  const byId = (id) => document.getElementById(id);
  let pending = null;

  const cancel = () => {
    if (!pending) return;
    clearInterval(pending.timer);
    pending = null;
    byId("undo").hidden = true;
  };
  const send = () => {
    const button = pending.button;
    cancel();
    button.form.dataset.undone = "1";
    button.form.requestSubmit(button);
  };
  const approve = (button) => {
    if (pending) { send(); return; }
    const shown = byId("undo");
    let left = WAIT;
    shown.hidden = false;
    shown.querySelector("[data-left]").textContent = left;
    pending = { button, timer: setInterval(() => {
      left -= 1;
      shown.querySelector("[data-left]").textContent = left;
      if (left <= 0) send();
    }, 1000) };
    shown.querySelector("[data-undo]").focus({ preventScroll: true });
  };

  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!button || button.id !== "key-approve" || event.target.dataset.undone || event.target.querySelector("[name=password]")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    approve(button);
  }, true);
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-undo]")) cancel();
    if (event.target.closest("[data-keys]")) byId("keys").showModal();
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) && event.target.type !== "checkbox") return;
    const key = event.key.toLowerCase();
    const box = byId("key-return");
    const deeds = {
      "?": () => byId("keys").open ? byId("keys").close() : byId("keys").showModal(),
      u: cancel,
      ...(pending ? { j: send } : {}),
      e: () => document.querySelectorAll(".finding details").forEach((one) => { one.open = true; }),
      x: () => { if (box) { box.open = true; byId("key-refuse").focus(); } },
      a: () => { if (pending) send(); else if (byId("key-endorse")) { byId("key-endorse").open = true; byId("text-endorse").focus(); } else if (byId("key-approve")) byId("key-approve").click(); },
    };
    if (box && box.open && "123".includes(key)) {
      deeds[key] = () => { const first = box.querySelector(`[data-kind="${key}"] input`); if (first) first.focus(); };
    }
    if (!deeds[key]) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    deeds[key]();
  }, true);

  const outcomes = document.querySelector(".outcomes[data-spent]");
  const clock = byId("spent");
  if (outcomes && clock) {
    const began = Date.now() - Number(outcomes.dataset.spent) * 1000;
    const least = Number(outcomes.dataset.least);
    const tell = () => {
      const seconds = Math.floor((Date.now() - began) / 1000);
      clock.textContent = english ? `Open for ${seconds} s.` : `已看 ${seconds} 秒。`;
      clock.className = seconds < least ? "quiet" : "";
    };
    tell();
    setInterval(tell, 1000);
  }
})();
