// SPDX-License-Identifier: Apache-2.0
// Live progress: the figures follow the task's events; at another state the page is read anew, for the server draws it.
function show(part, values) {
  for (const place of part.querySelectorAll("[data-of]")) {
    const value = values[place.dataset.of];
    if (value === undefined || value === null) continue;
    if (place.dataset.of === "bar") place.setAttribute("width", value);
    else place.textContent = Math.round(value).toLocaleString("en-US");
  }
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

for (const part of document.querySelectorAll("[data-progress]")) {
  if (!part.dataset.progress) continue;
  const source = new EventSource(part.dataset.progress);
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
      location.reload();
    }
  };
  for (const name of ["message", "progress", "end"]) source.addEventListener(name, take);
  addEventListener("pagehide", () => source.close());
}
for (const link of document.querySelectorAll("[data-without-script]")) link.hidden = true;
