// SPDX-License-Identifier: Apache-2.0
// Live progress: the figures follow the task's events. At another state the server draws anew: where a part of the page is marked as
// live only that part is put in place, so that nothing typed elsewhere is lost; else the page is read again.
const open = new Set();

function show(part, values) {
  for (const place of part.querySelectorAll("[data-of]")) {
    const value = values[place.dataset.of];
    if (value === undefined || value === null) continue;
    if (place.dataset.of === "bar") place.setAttribute("width", value);
    else if (place.dataset.of === "seconds") place.textContent = time(place, Math.max(1, Math.round(value)));
    else place.textContent = Math.round(value).toLocaleString("en-US");
  }
}

function time(place, seconds) {
  if (seconds <= 99) return place.dataset.short.replace("{s}", seconds);
  return place.dataset.long.replace("{m}", Math.floor(seconds / 60).toLocaleString("en-US")).replace("{s}", seconds % 60);
}

function figures(news) {
  const total = news.files_total || null;
  return {
    bar: total ? (1000 * news.files_done) / total : 0,
    done: news.files_done,
    total,
    left: total && total - news.files_done,
    rate: news.rate,
    seconds: news.seconds_left,
  };
}

function follow(part) {
  if (!part.dataset.progress) return;
  const source = new EventSource(part.dataset.progress);
  open.add(source);
  const first = { at: performance.now(), done: null };
  const take = (event) => {
    const told = JSON.parse(event.data);
    const news = { ...told, ...told.progress };
    if (first.done === null) first.done = news.files_done;
    const seconds = (performance.now() - first.at) / 1000;
    if (news.rate === undefined && seconds > 1 && news.files_done > first.done) news.rate = (news.files_done - first.done) / seconds;
    show(part, figures(news));
    if (event.type === "end" || news.final || (part.dataset.state && news.state && news.state !== part.dataset.state)) {
      source.close();
      open.delete(source);
      draw();
    }
  };
  for (const name of ["message", "progress", "end"]) source.addEventListener(name, take);
}

let drawn = 0;
let waiting = false;

// At most one drawing a second: many tasks may end at once.
function draw() {
  if (waiting) return;
  if (!document.querySelector("[data-live]")) return void location.reload();
  waiting = true;
  setTimeout(async () => {
    drawn = performance.now();
    waiting = false;
    const answer = await fetch(location.href).catch(() => null);
    if (answer?.ok) put(new DOMParser().parseFromString(await answer.text(), "text/html"));
  }, Math.max(100, drawn ? 1000 + drawn - performance.now() : 0));
}

function put(page) {
  close();
  for (const old of document.querySelectorAll("[data-live]")) {
    const fresh = page.getElementById(old.id);
    if (!fresh) continue;
    const held = old.contains(document.activeElement) && document.activeElement.getAttribute("href");
    old.replaceWith(fresh);
    if (held) fresh.querySelector(`[href="${CSS.escape(held)}"]`)?.focus();
  }
  document.querySelectorAll("[data-progress]").forEach(follow);
}

function close() {
  for (const source of open) source.close();
  open.clear();
}

document.querySelectorAll("[data-progress]").forEach(follow);
addEventListener("pagehide", close);
for (const link of document.querySelectorAll("[data-without-script]")) link.hidden = true;
