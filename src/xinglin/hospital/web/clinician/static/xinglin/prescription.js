/* A reason that is being written stays: answers of the preview come late and replace the cards around it. */
(() => {
  const kept = (field) => field.id && field.closest(".ways");
  let focused = "";
  const carry = (from, to) => {
    for (const field of from.querySelectorAll(".ways select, .ways input")) {
      const same = kept(field) && to.querySelector(`[id="${CSS.escape(field.id)}"]`);
      if (!same) continue;
      same.value = field.value;
      for (const name of ["details.med-accept", "details.finding"]) {
        if (field.closest(name)?.open) same.closest(name)?.setAttribute("open", "");
      }
    }
  };
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    const { target, fragment } = event.detail;
    if (!target?.id?.startsWith("rx-") || !fragment) return;
    const active = document.activeElement;
    if (active && target.contains(active)) focused = active.id;
    carry(target, fragment);
  });
  document.addEventListener("htmx:oobAfterSwap", () => {
    const field = focused && document.getElementById(focused);
    if (field && document.activeElement !== field) field.focus({ preventScroll: true });
    focused = "";
  });
})();
