// Checks a file without leaving the page: a file can be dropped anywhere, and sending and checking show how far they are. The
// answer takes the page's place, and can be had in another language by sending the same once more. Without this script the
// forms are sent as any others.
"use strict";

let sent = null; // the last form that was answered: a large file is not in its answer, but still at hand here

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
    const data = new FormData(form);
    const request = send(form.action, data, () => stop(progress.dataset.lost));
    request.upload.onprogress = ({ loaded, total }) => say(progress.dataset.sending, (100 * loaded) / total);
    request.upload.onload = () => say(progress.dataset.checking);
    request.send(data);
  });

  document.querySelector(".drop-hint").hidden = false;
}

function send(address, data, lost) {
  const request = new XMLHttpRequest();
  request.open("POST", address);
  request.onload = () => show(request.responseText, data) || lost();
  request.onerror = lost;
  return request;
}

function show(answer, data) {
  const page = new DOMParser().parseFromString(answer, "text/html");
  if (!page.getElementById("main")) return false;
  sent = data;
  document.title = page.title;
  document.documentElement.lang = page.documentElement.lang;
  document.body.replaceWith(page.body);
  history.pushState({}, "");
  scrollTo(0, 0);
  document.getElementById("main").focus();
  begin();
  offerLanguages();
  return true;
}

function offerLanguages() {
  const languages = document.getElementById("languages");
  if (!languages) return;
  languages.hidden = false;
  languages.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    const buttons = languages.querySelectorAll("button");
    const again = () => buttons.forEach((button) => (button.disabled = false));
    buttons.forEach((button) => (button.disabled = true));
    send(event.submitter.formAction, sent, again).send(sent);
  });
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
