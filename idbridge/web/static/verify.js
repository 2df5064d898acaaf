// Checks a file without leaving the page: a file can be dropped anywhere, and sending and checking show how far they are. The
// answer takes the page's place. Without this script the form is sent as any other.
"use strict";

function begin() {
  const form = document.getElementById("verify");
  if (!form) return;
  const progress = document.getElementById("progress");
  const text = progress.querySelector("p");
  const bar = progress.querySelector("progress");
  const button = document.getElementById("check");

  function say(words, part) {
    progress.hidden = false;
    if (text.textContent !== words) text.textContent = words;
    if (part === undefined) bar.removeAttribute("value");
    else bar.value = part;
    bar.hidden = false;
  }

  function stop(words) {
    say(words);
    bar.hidden = true;
    button.disabled = false;
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (form.elements.file.files[0].size > Number(form.dataset.max)) {
      stop(progress.dataset.large);
      return;
    }
    button.disabled = true;
    say(progress.dataset.sending);
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.upload.onprogress = ({ loaded, total }) => say(progress.dataset.sending, (100 * loaded) / total);
    request.upload.onload = () => say(progress.dataset.checking);
    request.onload = () => show(request.responseText) || stop(progress.dataset.lost);
    request.onerror = () => stop(progress.dataset.lost);
    request.send(new FormData(form));
  });

  document.querySelector(".drop-hint").hidden = false;
}

function show(answer) {
  const page = new DOMParser().parseFromString(answer, "text/html");
  if (!page.getElementById("main")) return false;
  document.title = page.title;
  document.body.replaceWith(page.body);
  history.pushState({}, "");
  scrollTo(0, 0);
  document.getElementById("main").focus();
  begin();
  return true;
}

function over(event) {
  const drop = document.getElementById("drop");
  if (!drop) return;
  event.preventDefault();
  drop.classList.toggle("dropping", event.type === "dragover");
  const files = event.dataTransfer?.files;
  if (event.type === "drop" && files.length) {
    const input = event.target.closest("label")?.querySelector("input[type=file]") ?? drop.querySelector("input");
    input.files = files;
  }
}

for (const kind of ["dragover", "dragleave", "drop"]) document.addEventListener(kind, over);
addEventListener("popstate", () => location.reload());
begin();
