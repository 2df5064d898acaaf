// Asks now and then whether the region has answered, and goes on when it has. Without this script the page reloads itself.
"use strict";

const waiting = document.getElementById("waiting");
const lost = waiting.querySelector(".waiting-lost");
const pause = Number(waiting.dataset.seconds) * 1000;

async function ask() {
  try {
    const answer = await fetch(waiting.dataset.status, { headers: { Accept: "application/json" }, cache: "no-store" });
    // Anything but a plain "still waiting" is for the page itself to explain: it is asked for again.
    if (!answer.ok || !(await answer.json()).waiting) {
      location.replace(waiting.dataset.again);
      return;
    }
    lost.hidden = true;
  } catch {
    lost.hidden = false;
  }
  setTimeout(ask, pause);
}

setTimeout(ask, pause);
