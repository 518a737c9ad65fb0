/* Badges of a live visit. The server says how many milliseconds ago somebody was verified; this page counts on from
   there by its own steady clock, and after fifteen seconds without news it says that there is no data. */
(() => {
  const FRESH = 15000, EVERY = 20000, PAUSE = 700;
  const root = document.querySelector("[data-live-badge]");
  if (!root) return;
  let got = 0, asked = 0, timer = 0, note = null;

  const show = (mark) => {
    const since = performance.now() - got;
    const heard = mark.dataset.heardMs === "" ? null : Number(mark.dataset.heardMs) + since;
    const verified = mark.dataset.verifiedMs === "" ? null : Number(mark.dataset.verifiedMs) + since;
    const silent = heard === null || heard > FRESH && (mark.dataset.level === "ok" || heard > 45000);
    const shows = silent ? "silent" : mark.dataset.level === "ok" && verified !== null ? "ok" : "doubt";
    mark.dataset.shows = shows;
    mark.querySelectorAll("[data-when]").forEach((part) => { part.hidden = part.dataset.when !== shows; });
    mark.querySelectorAll("[data-ago]").forEach((part) => { part.textContent = Math.round((verified ?? 0) / 1000); });
    mark.querySelectorAll("[data-heard]").forEach((part) => { part.textContent = Math.round((heard ?? 0) / 1000); });
  };
  const count = () => {
    root.querySelectorAll(".live-mark").forEach(show);
    note?.querySelectorAll("[data-left]").forEach((left) => {
      left.textContent = Math.max(0, Math.round(Number(left.dataset.seconds) - (performance.now() - got) / 1000));
    });
  };
  const take = (html) => {
    const fresh = new DOMParser().parseFromString(html, "text/html");
    const next = fresh.querySelector("[data-live-note]");
    note?.remove();
    note = next;
    if (note) {
      const header = root.closest("header");
      if (header) header.after(note); else root.after(note);
    }
    root.replaceChildren(...fresh.querySelectorAll(".live-mark"));
    got = performance.now();
    count();
  };
  const fetchNow = async () => {
    asked = performance.now();
    try {
      const answer = await fetch(root.dataset.liveBadge, { headers: { "X-Requested-With": "fetch" } });
      if (answer.ok) take(await answer.text());
    } catch { /* Without the line the count goes on, and after fifteen seconds the badge says that there is no data. */ }
  };
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(fetchNow, Math.max(0, PAUSE - (performance.now() - asked)));
  };
  for (const kind of ["badge", "live", "hello"]) document.addEventListener(`live:${kind}`, soon);
  setInterval(count, 1000);
  setInterval(() => { if (!document.hidden && root.childElementCount) soon(); }, EVERY);
  soon();
})();
