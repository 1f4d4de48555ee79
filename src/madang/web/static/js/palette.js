// SPDX-License-Identifier: Apache-2.0
// The box that opens over a page with Ctrl+K: one field, and under it what the words may mean. It is a modal dialog, so the focus stays in
// it and Escape shuts it; the field is a combobox over a list of options. Without script the same stands at /search.
const box = document.querySelector("[data-palette]");

if (box) {
  const field = box.querySelector("input");
  const list = box.querySelector("[role=listbox]");
  const told = box.querySelector("[role=status]");
  let waiting;
  let asking;
  let chosen = -1;

  const choose = (place) => {
    const options = list.children;
    if (chosen >= 0) options[chosen]?.setAttribute("aria-selected", "false");
    chosen = options.length ? (place + options.length) % options.length : -1;
    const option = options[chosen];
    if (!option) return field.removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", option.id);
  };

  const ask = async () => {
    asking?.abort();
    asking = new AbortController();
    try {
      const answer = await fetch(`${box.dataset.palette}?q=${encodeURIComponent(field.value)}`, { signal: asking.signal });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      list.replaceChildren(...page.querySelectorAll("[role=option]"));
    } catch {
      return;
    }
    chosen = -1;
    field.setAttribute("aria-expanded", String(list.children.length > 0));
    choose(0);
    told.textContent = list.children.length ? told.dataset.some.replace("{n}", list.children.length) : told.dataset.none;
  };

  const open = () => {
    if (box.open) return;
    box.showModal();
    field.select();
    ask();
  };

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      open();
    }
  });
  for (const link of document.querySelectorAll("[data-find]")) {
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      open();
    });
  }
  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, 120);
  });
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      choose(chosen + step);
    } else if (event.key === "Escape") {
      event.preventDefault();  // else the first press only empties the field
      box.close();
    } else if (event.key === "Enter" && list.children[chosen]) {
      event.preventDefault();
      location.assign(list.children[chosen].dataset.href);
    }
  });
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[data-href]");
    if (option) location.assign(option.dataset.href);
  });
  box.addEventListener("click", (event) => {
    if (event.target === box) box.close();
  });
}
