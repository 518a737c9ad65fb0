/* Keys of the desks: j and k move, a approves, r returns, q asks; Enter in a scan field goes to the next box. */
(() => {
  const typing = (node) => node.closest("input, textarea, select, [contenteditable]");
  const go = (id) => { const link = document.getElementById(id); if (link) link.click(); };
  const open = (id) => {
    const box = document.getElementById(id);
    if (!box) return;
    box.open = true;
    const first = box.querySelector("input:not([type=hidden]), textarea");
    if (first) first.focus();
  };
  document.addEventListener("keydown", (event) => {
    if (event.target.matches("[data-scan]") && event.key === "Enter") {
      event.preventDefault();
      const fields = [...document.querySelectorAll("[data-scan]")];
      const next = fields.find((field) => !field.value.trim());
      if (next) next.focus(); else document.querySelector("[data-scan-done]")?.click();
      return;
    }
    if (event.key === "Escape") { document.activeElement?.blur?.(); document.querySelectorAll(".outcomes details[open]").forEach((box) => { box.open = false; }); return; }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const deeds = { j: () => go("key-next"), k: () => go("key-previous"), a: () => go("key-approve"), r: () => open("key-return"), q: () => open("key-ask"), h: () => go("key-hand-over") };
    const deed = deeds[event.key.toLowerCase()];
    if (deed && document.getElementById("desk")) { event.preventDefault(); deed(); }
  });
  document.addEventListener("click", (event) => {
    const demo = event.target.closest("[data-demo-scan]");
    if (!demo) return;
    document.querySelectorAll("[data-scan]").forEach((field) => {
      if (field.value.trim()) return;
      const digits = new Uint32Array(4);
      crypto.getRandomValues(digits);
      const tail = [...digits].map((n) => String(n).padStart(10, "0")).join("");
      field.value = (field.dataset.prefix || "8000000") + tail.slice(0, 13);
    });
  });
})();
