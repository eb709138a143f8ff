// The page around textual-serve's terminal: keys that the browser must not take, fonts before the first frame, and what
// happens when the line ends. Nothing here asks anything of another machine.
"use strict";

const element = (id) => document.getElementById(id);
const LOOK_AGAIN = 1500;
let over = false;

// Keys. The browser keeps F11, F12, what it never gives away (Ctrl-W, -T, -N), zoom, and everything with Ctrl-Shift.
const ZOOM = new Set(["+", "-", "=", "0"]);

function isOurs(event) {
  if (/^F([1-9]|10)$/.test(event.key) || event.key === "Alt") return true;
  if (event.metaKey || (event.ctrlKey && event.shiftKey)) return false;
  if (event.ctrlKey || event.altKey) return !ZOOM.has(event.key);
  return event.key === "Tab" || event.key === "Escape";
}

function onKey(event) {
  if (over || event.isComposing) return;
  if (event.ctrlKey && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "v") {
    event.stopImmediatePropagation(); // the browser pastes, as people expect; the terminal would send a control character
    return;
  }
  if (isOurs(event)) event.preventDefault(); // the terminal sends it on all the same
  if (event.key === "F5") event.stopImmediatePropagation(); // no key of ours, and no reload by mistake
}

window.addEventListener("keydown", onKey, true);
window.addEventListener("keyup", (event) => event.key === "Alt" && event.preventDefault(), true);

// The terminal has the focus, whatever was clicked.
function toTerminal() {
  const input = document.querySelector(".xterm-helper-textarea");
  if (!over && input && document.activeElement !== input) input.focus();
}

window.addEventListener("focus", toTerminal);
document.addEventListener("mouseup", () => setTimeout(toTerminal));
document.addEventListener("focusout", () => setTimeout(toTerminal));

// The line.
function end(words) {
  over = true;
  element("lost").hidden = true;
  element("words").textContent = words;
  element("over").hidden = false;
  element("again").focus();
}

function lookAgain() {
  fetch("/alive", { cache: "no-store" }).then(
    () => location.reload(),
    () => setTimeout(lookAgain, LOOK_AGAIN),
  );
}

window.WebSocket = class extends WebSocket {
  constructor(...words) {
    super(...words);
    this.addEventListener("message", (event) => {
      if (typeof event.data !== "string") return;
      const [what, words] = JSON.parse(event.data);
      const told = element("terminal").dataset;
      if (what === "ended") end(words || told.ended);
      if (what === "taken") end(told.taken);
    });
    this.addEventListener("open", () => setTimeout(toTerminal));
    this.addEventListener("close", () => {
      if (over) return;
      element("lost").hidden = false;
      lookAgain();
    });
  }
};

element("again").addEventListener("click", () => location.reload());

// The terminal measures its cells once, so both fonts are there before it is.
function begin() {
  const script = document.createElement("script");
  script.src = "/static/textual.js";
  script.onload = () => document.readyState === "complete" && window.onload();
  document.head.append(script);
}

Promise.allSettled(["W", "一窗"].map((text) => document.fonts.load('16px "Roboto Mono"', text))).then(begin);
