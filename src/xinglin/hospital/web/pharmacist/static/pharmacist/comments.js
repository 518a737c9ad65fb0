/* Comments by keyboard: a reasonable, r not reasonable, j and k move, 1 to 3 choose the kind of code. */
(() => {
  const typing = (node) => node.closest("input:not([type=checkbox]), textarea, select");
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const box = document.getElementById("key-return");
    const click = (id) => document.getElementById(id)?.click();
    const key = event.key.toLowerCase();
    const deeds = { a: () => click("key-approve"), j: () => click("key-next"), k: () => click("key-previous"), r: () => { if (box) { box.open = true; box.querySelector("input").focus(); } } };
    if (box?.open && "123".includes(key)) deeds[key] = () => box.querySelector(`[data-kind="${key}"] input`)?.focus();
    if (!deeds[key]) return;
    event.preventDefault();
    deeds[key]();
  });
})();
