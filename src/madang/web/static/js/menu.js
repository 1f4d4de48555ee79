// SPDX-License-Identifier: Apache-2.0
// The phone's menu shuts on Escape and on a touch beside it. It opens and shuts without script too.
for (const menu of document.querySelectorAll("[data-menu]")) {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
  document.addEventListener("pointerdown", (event) => {
    if (menu.open && !menu.contains(event.target)) menu.open = false;
  });
}
