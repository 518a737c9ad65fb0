/* The panel of possible diagnoses: words that were understood are marked in the conversation, what was open stays open
   when the panel is fetched again, a question goes into the message box, a draft into the editor. All are clicks. */
(() => {
  const panel = () => document.getElementById("diagnosis");

  /* Offsets count UTF-16 units of the message; a line break of the page is one. */
  const rangeIn = (bubble, from, to) => {
    let at = 0;
    const range = document.createRange();
    const walk = (node) => {
      for (const child of node.childNodes) {
        if (child.nodeType === Node.TEXT_NODE) {
          const end = at + child.length;
          if (from >= at && from <= end) range.setStart(child, from - at);
          if (to > at && to <= end) { range.setEnd(child, to - at); return true; }
          at = end;
        } else if (child.nodeName === "BR") at += 1;
        else if (!child.matches(".visually-hidden, .when") && walk(child)) return true;
      }
      return false;
    };
    return walk(bubble) ? range : null;
  };
  const spotsOf = (chip) => (chip.dataset.spots || "").trim().split(/\s+/).filter(Boolean).map((spot) => spot.split(":").map(Number));
  const ranges = (chip) => spotsOf(chip).map(([seq, from, to]) => {
    const bubble = document.getElementById(`m-${seq}`);
    return bubble && rangeIn(bubble, from, to);
  }).filter(Boolean);
  const mark = () => {
    if (!panel() || !window.CSS?.highlights || !window.Highlight) return;
    const yes = new Highlight(), no = new Highlight();
    for (const chip of panel().querySelectorAll("[data-spots]")) {
      const place = chip.closest(".dx-chip")?.classList.contains("no") ? no : yes;
      ranges(chip).forEach((range) => place.add(range));
    }
    CSS.highlights.set("xl-yes", yes);
    CSS.highlights.set("xl-no", no);
  };
  const show = (event) => {
    const chip = event.target.closest?.("#diagnosis [data-spots]");
    if (!chip || !window.CSS?.highlights || !window.Highlight) return;
    CSS.highlights.set("xl-here", new Highlight(...ranges(chip)));
    if (event.type === "click") document.getElementById(`m-${spotsOf(chip)[0]?.[0]}`)?.scrollIntoView({ block: "nearest" });
  };
  const hide = (event) => event.target.closest?.("#diagnosis [data-spots]") && window.CSS?.highlights?.delete("xl-here");
  for (const name of ["mouseover", "focusin", "click"]) document.addEventListener(name, show);
  for (const name of ["mouseout", "focusout"]) document.addEventListener(name, hide);

  /* What was open stays open; the finding that has the focus keeps it. */
  let open = [], held = "";
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target !== panel()) return;
    open = [...panel().querySelectorAll("details[data-keep][open]")].map((one) => one.dataset.keep);
    held = document.activeElement?.closest?.("#diagnosis [data-keep]")?.dataset.keep || "";
    if (event.detail.requestConfig?.path?.endsWith("/correct")) open = open.filter((name) => !name.startsWith("chip-"));
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target === panel()) {
      for (const one of panel().querySelectorAll("details[data-keep]")) {
        if (open.includes(one.dataset.keep)) one.open = true;
        if (one.dataset.keep === held) one.querySelector("summary").focus({ preventScroll: true });
      }
    }
    mark();
  });

  /* CLICKS */

  const put = (area, text, between) => {
    const before = area.value.trimEnd();
    area.value = before ? before + between + text : text;
    area.dispatchEvent(new Event("input", { bubbles: true }));
    area.focus();
  };
  document.addEventListener("click", (event) => {
    const ask = event.target.closest("[data-ask]");
    if (ask) { const box = document.getElementById("talk-text"); if (box && !box.disabled) put(box, ask.dataset.ask, " "); return; }
    const take = event.target.closest("[data-take]");
    if (take) {
      const area = document.getElementById(`record-${take.dataset.take}`);
      const text = document.querySelector(`[data-draft-text="${take.dataset.take}"]`)?.textContent.trim();
      if (area && text && !area.value.includes(text)) put(area, text, "\n");
      return;
    }
    const look = event.target.closest("[data-look-up]");
    const query = document.getElementById("diagnosis-q");
    if (look && query) { query.value = look.dataset.lookUp; query.dispatchEvent(new Event("input", { bubbles: true })); query.focus(); return; }
    if (event.target.closest("[data-added]")) {
      document.getElementById("finding-q").value = "";
      document.getElementById("findings-found").innerHTML = "";
    }
  });
})();
