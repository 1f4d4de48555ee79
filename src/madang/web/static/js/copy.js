// SPDX-License-Identifier: Apache-2.0
// A button that copies the text of another element. Where the browser may not, the text is selected instead.
function ready(part) {
  for (const button of part.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const source = document.getElementById(button.dataset.copy);
      try {
        await navigator.clipboard.writeText(source.textContent);
        const word = button.textContent;
        button.textContent = button.dataset.copied;
        setTimeout(() => { button.textContent = word; }, 2000);
      } catch {
        getSelection().selectAllChildren(source);
      }
    });
  }
}

ready(document);
document.addEventListener("htmx:load", (event) => ready(event.detail.elt));
