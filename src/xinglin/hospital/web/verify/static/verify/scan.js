// A chosen picture or file is sent at once, so that a phone needs one tap; without scripts the button does the same.
"use strict";
for (const field of document.querySelectorAll("#picture, #file")) {
  field.addEventListener("change", () => { if (field.files.length) field.form.requestSubmit(); });
}
