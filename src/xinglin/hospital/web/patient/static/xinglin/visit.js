/* Asking for a visit: choose a diagnosis from the list, show the upload only when it is wanted, change the patient. */
(() => {
  document.addEventListener("click", (event) => {
    const choice = event.target.closest("[data-set]");
    if (!choice) return;
    document.getElementById(choice.dataset.set).value = choice.dataset.value;
    choice.closest("ul").remove();
  });
  const upload = () => {
    const fields = document.querySelector("[data-upload-fields]");
    const wanted = document.querySelector("[data-upload]");
    if (fields && wanted) fields.hidden = !wanted.checked && !fields.querySelector(".wrong");
  };
  document.addEventListener("change", (event) => {
    if (event.target.name === "earlier") upload();
    if (event.target.matches("[data-reload]")) location.search = `?person=${event.target.value}`;
  });
  document.addEventListener("DOMContentLoaded", upload);
  upload();
})();
