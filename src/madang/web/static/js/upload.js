// SPDX-License-Identifier: Apache-2.0
// An archive is sent with its progress shown; a refused form comes back as a page and is put in place of this one.
function ready(form) {
  const file = form.querySelector("input[type=file]");
  const drop = form.querySelector("[data-drop]");
  const progress = form.querySelector("[data-upload-progress]");
  if (!file || !progress) return;
  const words = progress.querySelector("[data-words]");
  const bar = progress.querySelector(".done");

  file.addEventListener("change", () => {
    const chosen = file.files[0];
    file.setCustomValidity(chosen && chosen.size > Number(file.dataset.most) ? file.dataset.tooLarge : "");
    file.reportValidity();
    const stem = (chosen?.name ?? "").replace(/\.(zip|tar|tgz|(tar\.)?(gz|bz2|xz|zst))$/i, "");
    const [, word, label] = stem.match(/^(.+?)[-_](v?\d+\.\d[\w.+-]*|\d{6,8})$/i) ?? ["", stem, ""];
    name(form, word);
    offer(form.elements.label, label);
  });
  if (drop) {
    drop.querySelector("[data-drop-words]").hidden = false;
    for (const kind of ["dragenter", "dragover"]) addEventListener(kind, (event) => { event.preventDefault(); drop.classList.add("over"); });
    for (const kind of ["dragleave", "drop"]) addEventListener(kind, () => drop.classList.remove("over"));
    addEventListener("drop", (event) => {
      event.preventDefault();
      if (!event.dataTransfer.files.length) return;
      file.files = event.dataTransfer.files;
      file.dispatchEvent(new Event("change"));
    });
  }
  form.addEventListener("submit", (event) => {
    if (!file.files.length) return;
    event.preventDefault();
    send(form, progress, words, bar);
  });
}

function send(form, progress, words, bar) {
  const button = form.querySelector("button.first");
  const request = new XMLHttpRequest();
  request.open("POST", form.action);
  request.setRequestHeader("Accept", "text/html");
  progress.hidden = false;
  button.disabled = true;
  request.upload.addEventListener("progress", (event) => {
    const part = event.total ? event.loaded / event.total : 0;
    bar.setAttribute("width", 1000 * part);
    words.textContent = part < 1 ? words.dataset.words.replace("{percent}", Math.round(100 * part)) : words.dataset.end;
  });
  request.addEventListener("load", () => {
    if (request.status < 400) location.assign(request.responseURL);
    else {
      const answer = new DOMParser().parseFromString(request.responseText, "text/html");
      document.querySelector("main").replaceWith(answer.querySelector("main"));
      document.querySelectorAll("[data-upload]").forEach(ready);
      document.querySelector(".fault, main").scrollIntoView();
    }
  });
  request.addEventListener("error", () => { words.textContent = words.dataset.broken; button.disabled = false; });
  request.send(new FormData(form));
}

// A value is offered until somebody writes another.
function offer(field, word) {
  if (!field || (field.value && field.value !== field.dataset.offered)) return;
  field.value = field.dataset.offered = word;
}

function name(form, word) {
  if (!word) return;
  offer(form.querySelector("[data-name-from]"), word.replace(/[^A-Za-z0-9._-]+/g, "-").replace(/^[^A-Za-z0-9]+|\.+$/g, "").slice(0, 96));
}

document.querySelectorAll("[data-upload]").forEach(ready);
for (const field of document.querySelectorAll("[data-name-from]")) {
  const source = field.form.elements[field.dataset.nameFrom];
  source?.addEventListener("input", () => name(field.form, source.value.replace(/[?#].*$/, "").replace(/\/+$/, "").replace(/\.git$/, "").split(/[/:]/).pop()));
}
