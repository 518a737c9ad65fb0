/* Conversations and clocks: messages in order and once, resending under the same id, typing, read marks, countdowns.
   Fragments are fetched by htmx on `live:message`; after a reconnection `live:hello` fetches what came after the last. */
(() => {
  const room = () => document.querySelector("[data-conversation]");
  const lines = () => document.querySelector("[data-lines]");
  const post = (name, body = "") =>
    fetch(room().dataset.base + name, {
      method: "POST",
      body,
      headers: {
        "Content-Type": "application/x-www-form-urlencoded",
        ...JSON.parse(document.body.getAttribute("hx-headers") || "{}"),
      },
    }).catch(() => {});

  /* `after`: the number of the last message on the page; htmx asks for what came after it.
     `free`: nobody is in the middle of confirming or refusing in the patient's card, and the page is not being left,
     so that the card may be replaced. */
  let leaving = false;
  document.addEventListener("submit", (event) => {
    if (event.target.hasAttribute("hx-post") || event.target.hasAttribute("data-compose")) return;
    leaving = true;
    setTimeout(() => { leaving = false; }, 5000);
  });
  window.xinglinTalk = {
    free: () => !leaving && !document.querySelector("#state [role=alert], #state details[open], #state input:focus"),
    after: () => Math.max(0, ...[...document.querySelectorAll("[data-seq]")].map((line) => Number(line.dataset.seq))),
  };

  /* version 7 of RFC 9562, so that ids sort by time as the server's own do */
  const newId = () => {
    const random = [...crypto.getRandomValues(new Uint8Array(10))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    const time = Date.now().toString(16).padStart(12, "0");
    const variant = "89ab"[parseInt(random[3], 16) % 4];
    return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(0, 3)}-${variant}${random.slice(4, 7)}-${random.slice(7, 19)}`;
  };

  const toEnd = () => lines() && (lines().scrollTop = lines().scrollHeight);
  const atEnd = () => lines() && lines().scrollHeight - lines().scrollTop - lines().clientHeight < 80;

  /* once each, in order, whatever came twice */
  const tidy = () => {
    const place = lines();
    if (!place) return;
    const seen = new Set();
    for (const line of [...place.querySelectorAll("[data-seq]")]) seen.has(line.id) ? line.remove() : seen.add(line.id);
    const sorted = [...place.querySelectorAll("[data-seq]")].sort((a, b) => a.dataset.seq - b.dataset.seq);
    sorted.forEach((line, index) => place.children[index] !== line && place.insertBefore(line, place.children[index] || null));
    const marks = [...place.querySelectorAll("[data-read-by]")];
    const read = Math.max(0, ...marks.map((mark) => Number(mark.dataset.readBy)));
    marks.slice(0, -1).forEach((mark) => mark.remove());
    for (const line of sorted) line.classList.toggle("is-read", line.classList.contains("me") && Number(line.dataset.seq) <= read);
  };

  let marked = 0;
  const markRead = () => {
    const last = window.xinglinTalk.after();
    if (!room() || !room().dataset.side || document.hidden || last <= marked) return;
    marked = last;
    post("read", `seq=${last}`);
  };

  /* COMPOSING */

  let told = 0;
  document.addEventListener("input", (event) => {
    const form = event.target.closest("[data-compose]");
    if (!form || event.target.type === "file") return;
    if (Date.now() - told > 2500) { told = Date.now(); post("typing"); }
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-picture]") && event.target.files.length) event.target.form.requestSubmit();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    const form = event.target.closest("[data-compose]");
    if (form && event.target.tagName === "TEXTAREA" && !event.shiftKey) { event.preventDefault(); form.requestSubmit(); return; }
    /* Enter in a field of the record must never sign it. */
    if (event.target.tagName === "INPUT" && event.target.closest("#record-form") && event.target.name !== "code" && event.target.type !== "password") {
      event.preventDefault();
      if (event.target.id === "diagnosis-q") document.querySelector("#diagnoses-found button")?.click();
    }
  });
  document.addEventListener("htmx:configRequest", (event) => {
    const form = event.detail.elt.closest("[data-compose]");
    if (!form) return;
    const field = form.querySelector("[data-message-id]");
    if (!field.value) field.value = newId();
    event.detail.parameters instanceof FormData ? event.detail.parameters.set("id", field.value) : (event.detail.parameters.id = field.value);
  });
  document.addEventListener("htmx:confirm", (event) => {
    const form = event.detail.elt.closest?.("[data-compose]");
    if (form && !form.elements.text.value.trim() && !form.elements.picture.files.length) event.preventDefault();
  });
  const says = (form, text) => { form.querySelector("[data-says]").innerHTML = text; };
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.detail.elt.closest?.("[data-compose]");
    if (!form) return;
    if (event.detail.successful) {
      says(form, "");
      form.querySelector("[data-message-id]").value = "";
      form.elements.text.value = "";
      form.elements.picture.value = "";
      form.elements.text.focus();
      toEnd();
    } else if (event.detail.xhr?.status >= 400 && event.detail.xhr.status < 500) {
      says(form, event.detail.xhr.responseText);
      form.querySelector("[data-message-id]").value = "";
    }
  });
  /* Without a connection the text stays and goes out again under the same id; what was missed is fetched. */
  const catchUp = () => {
    const form = document.querySelector("[data-compose]");
    if (form && form.querySelector("[data-message-id]").value && form.elements.text.value.trim()) form.requestSubmit();
    if (lines()) window.htmx?.trigger(lines(), "again");
  };
  let again;
  document.addEventListener("live:hello", catchUp);
  addEventListener("online", catchUp);
  document.addEventListener("htmx:sendError", () => { clearTimeout(again); again = setTimeout(catchUp, 3000); });

  /* WHAT COMES IN */

  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, elt } = event.detail;
    if (elt?.closest?.("[data-swap-refusals]") && [403, 409, 422, 429].includes(xhr.status)) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    }
    if (event.detail.target === lines()) lines().dataset.follow = atEnd() ? "1" : "";
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target === lines()) {
      tidy();
      if (lines().dataset.follow) toEnd();
      markRead();
    }
    clocks();
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful && event.detail.requestConfig?.path?.endsWith("/record")) {
      document.dispatchEvent(new CustomEvent("record-saved"));
      const picked = event.detail.elt.dataset?.picked;
      if (picked) { document.getElementById(picked).value = ""; document.getElementById("diagnoses-found").innerHTML = ""; }
    }
  });
  let quiet;
  document.addEventListener("live:typing", (event) => {
    const place = document.querySelector("[data-typing]");
    if (!place || !room() || event.detail.id === room().dataset.side) return;
    place.hidden = false;
    clearTimeout(quiet);
    quiet = setTimeout(() => { place.hidden = true; }, 4000);
  });
  document.addEventListener("live:message", () => document.querySelector("[data-typing]")?.setAttribute("hidden", ""));
  document.addEventListener("visibilitychange", markRead);

  /* CLOCKS: server instants, shown as minutes and seconds that are left; past them, how long ago */

  const clocks = () => {
    for (const place of document.querySelectorAll("[data-countdown]")) {
      const left = Math.round((Date.parse(place.dataset.countdown) - Date.now()) / 1000);
      const size = Math.abs(left);
      place.textContent = `${left < 0 ? "+" : ""}${Math.floor(size / 60)}:${String(size % 60).padStart(2, "0")}`;
    }
  };
  setInterval(clocks, 1000);
  const grow = (area) => { area.style.height = "auto"; area.style.height = `${area.scrollHeight + 2}px`; };
  document.addEventListener("input", (event) => event.target.matches("[data-grow]") && grow(event.target));
  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("[data-grow]").forEach(grow);
    clocks(); tidy(); toEnd(); markRead();
  });
})();
