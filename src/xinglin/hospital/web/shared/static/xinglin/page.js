/* Small comforts of every page: theme switch without a reload, one submission a form, menus that close. */
(() => {
  const dark = () => matchMedia("(prefers-color-scheme: dark)").matches;
  document.addEventListener("click", (event) => {
    const toggle = event.target.closest("[data-theme-toggle]");
    if (toggle) {
      event.preventDefault();
      const root = document.documentElement;
      const next = (root.dataset.theme || (dark() ? "dark" : "light")) === "dark" ? "light" : "dark";
      root.dataset.theme = next;
      document.cookie = `xinglin_theme=${next}; path=/; max-age=31536000; samesite=lax`;
    }
    document.querySelectorAll("details.who[open]").forEach((menu) => menu.contains(event.target) || menu.removeAttribute("open"));
  });
  document.querySelectorAll("nav [aria-current]").forEach((link) => {
    const bar = link.parentElement;
    bar.scrollLeft = link.offsetLeft - (bar.clientWidth - link.offsetWidth) / 2;
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || form.hasAttribute("data-many")) return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
    setTimeout(() => delete form.dataset.sent, 4000);
  });
  document.addEventListener("htmx:responseError", (event) => {
    const { xhr, target } = event.detail;
    if (xhr.status >= 400 && xhr.status < 500 && xhr.getResponseHeader("content-type")?.startsWith("text/html")) {
      const place = document.querySelector(target?.dataset?.refusals || "#refusals") || target;
      if (place) { place.innerHTML = xhr.responseText; window.htmx && window.htmx.process(place); place.scrollIntoView({ block: "nearest" }); }
    }
  });
})();
