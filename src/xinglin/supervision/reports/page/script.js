(() => {
  const root = document.documentElement;
  const pick = (language) => { root.dataset.lang = language; root.lang = language === "zh" ? "zh-CN" : "en"; };
  pick((navigator.language || "zh").toLowerCase().startsWith("zh") ? "zh" : "en");
  document.getElementById("language").addEventListener("click", () => pick(root.dataset.lang === "zh" ? "en" : "zh"));
  document.getElementById("theme").addEventListener("click", () => {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
  });
})();
