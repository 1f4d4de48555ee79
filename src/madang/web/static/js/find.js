// SPDX-License-Identifier: Apache-2.0
// "/" goes to the field in which one finds: on this page, or on the page that the link in the head leads to.
const typing = "input, textarea, select, [contenteditable]";

document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.target.closest(typing)) return;
  event.preventDefault();
  const field = document.querySelector("[data-find-field]");
  if (field) field.focus();
  else document.querySelector("[data-find]")?.click();
});

// In a form that is filtered, empty fields do not travel into the address.
document.addEventListener("formdata", (event) => {
  if (event.target.method !== "get") return;
  shorten(event.formData);
});
document.addEventListener("htmx:configRequest", (event) => shorten(event.detail.formData));

function shorten(fields) {
  for (const [name, value] of [...fields]) if (value === "") fields.delete(name);
}
