// Shows the operations of the platform as they end, while somebody looks at the page.
"use strict";
(() => {
  const MAX_ROWS = 200;
  const table = document.querySelector("[data-follow]");
  if (!table) return;
  const body = table.tBodies[0];
  const state = document.querySelector("[data-live]");
  const pause = document.querySelector("[data-pause]");
  let source = null;
  let last = table.dataset.last;
  let waiting = [];

  const say = (text) => { state.textContent = text; };
  const show = (html) => {
    const holder = document.createElement("template");
    holder.innerHTML = html;
    document.querySelector("[data-empty]")?.remove();
    body.prepend(holder.content);
    while (body.rows.length > MAX_ROWS) body.rows[body.rows.length - 1].remove();
  };
  const paused = () => pause.getAttribute("aria-pressed") === "true";
  const follow = () => {
    const address = new URL(table.dataset.follow, document.baseURI);
    address.searchParams.set("after", last);
    source = new EventSource(address);
    source.onopen = () => say(paused() ? "Paused" : "Live");
    source.onerror = () => say("The platform does not answer; trying again");
    source.addEventListener("operation", (event) => {
      last = event.lastEventId;
      if (!paused()) return show(event.data);
      waiting = [...waiting, event.data].slice(-MAX_ROWS);
      say(`Paused, ${waiting.length} new`);
    });
  };
  pause.addEventListener("click", () => {
    const now = !paused();
    pause.setAttribute("aria-pressed", String(now));
    pause.textContent = now ? "Continue" : "Pause";
    say(now ? "Paused" : "Live");
    if (!now) waiting.splice(0).forEach(show);
  });
  // A tab in the background costs the platform nothing, and leaves the browser its connections.
  document.addEventListener("visibilitychange", () => {
    source?.close();
    source = null;
    if (!document.hidden) follow();
  });
  pause.hidden = false;
  if (!document.hidden) follow();
})();
