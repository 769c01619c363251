// The page's own behaviour: language, colours, plots, copying. The table is in table.js.
// Text reaches the page through textContent and setAttribute alone, and never as HTML.
"use strict";

const MESSAGES = JSON.parse(document.getElementById("messages").textContent);
const PLOTS = JSON.parse(document.getElementById("plots").textContent);
const ROOT = document.documentElement;
const LOCALES = { en: "en-US", vi: "vi-VN" };
const PLACE = /\{(\w+)(?::([+%]?)(\d+))?\}/g;
const LISTENERS = []; // what is drawn again when the language changes

function stored(name, otherwise) {
  try {
    return localStorage.getItem("tinh-" + name) || otherwise;
  } catch {
    return otherwise;
  }
}

function store(name, value) {
  try {
    localStorage.setItem("tinh-" + name, value);
  } catch {
    // A browser that keeps nothing: the choice holds until the page is closed.
  }
}

let language = stored("language", "en") === "vi" ? "vi" : "en";

// A value as a place of a message asks for it (pipeline/report/messages.py has the same).
function formatted(value, sign, decimals) {
  if (value === null || value === undefined) return "–";
  if (typeof value !== "number") return String(value);
  const options = { roundingMode: "halfEven" };
  if (decimals === undefined) {
    options.maximumFractionDigits = 20;
    if (!Number.isInteger(value)) options.maximumSignificantDigits = 6;
  } else {
    options.minimumFractionDigits = options.maximumFractionDigits = Number(decimals);
    if (sign === "%") options.style = "percent";
    if (sign === "+") options.signDisplay = "always";
  }
  return new Intl.NumberFormat(LOCALES[language], options).format(value);
}

function filled(message, values) {
  return message.replace(PLACE, (_, name, sign, decimals) =>
    formatted(values[name], sign, decimals));
}

function say(key, values = {}) {
  const found = MESSAGES[key];
  return found ? filled(found[language], values) : key;
}

// What stands between back-ticks in a message is code.
function sayInto(element, key, values) {
  const pieces = MESSAGES[key][language].split("`");
  element.replaceChildren(...pieces.map((piece, i) => {
    if (i % 2 === 0) return filled(piece, values);
    const code = document.createElement("code");
    code.textContent = filled(piece, values);
    return code;
  }));
}

function translate(scope) {
  for (const element of scope.querySelectorAll("[data-t]")) {
    const values = element.dataset.a ? JSON.parse(element.dataset.a) : {};
    if (element.namespaceURI.endsWith("svg")) element.textContent = say(element.dataset.t, values);
    else sayInto(element, element.dataset.t, values);
  }
  for (const name of ["aria-label", "placeholder", "title"]) {
    for (const element of scope.querySelectorAll(`[data-t-${name}]`)) {
      element.setAttribute(name, say(element.getAttribute("data-t-" + name)));
    }
  }
}

function pressed(group, value) {
  for (const button of document.querySelectorAll(`[data-${group}]`)) {
    button.setAttribute("aria-pressed", String(button.dataset[group] === value));
  }
}

function setLanguage(value) {
  language = value;
  ROOT.lang = value;
  store("language", value);
  pressed("language", value);
  translate(document.body);
  document.title = say("page.report") + ": " + document.getElementById("name").textContent;
  for (const listener of LISTENERS) listener();
  draw();
}

function setTheme(value) {
  if (value === "auto") delete ROOT.dataset.theme;
  else ROOT.dataset.theme = value;
  store("theme", value);
  pressed("theme", value);
  draw();
}

function colour(name) {
  // A custom property keeps light-dark() as it is written; a real property resolves it.
  const probe = document.getElementById("probe");
  probe.className = "colour-" + name;
  return getComputedStyle(probe).color;
}

// The page's words and colours in place of "@key" and "$colour".
function resolved(value) {
  if (Array.isArray(value)) return value.map(resolved);
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, resolved(v)]));
  }
  if (typeof value !== "string") return value;
  if (value.startsWith("@")) return say(value.slice(1));
  return value.startsWith("$") ? colour(value.slice(1)) : value;
}

function appearance() {
  const text = colour("text"), soft = colour("soft"), line = colour("line");
  const font = getComputedStyle(document.body).fontFamily;
  return {
    background: "transparent", font,
    view: { stroke: null },
    axis: {
      labelColor: soft, titleColor: soft, gridColor: line, domainColor: line, tickColor: line,
      labelFontSize: 12, titleFontSize: 12, titleFontWeight: "normal", titlePadding: 8,
    },
    legend: { labelColor: text, labelFontSize: 12, symbolSize: 90, symbolOpacity: 1, title: null, offset: 4 },
    locale: language === "vi" ? { number: { decimal: ",", thousands: ".", grouping: [3],
                                            currency: ["", " ₫"] } } : {},
  };
}

const drawn = new Map();

async function drawOne(element) {
  const { locale, ...config } = appearance();
  const spec = resolved(PLOTS[element.dataset.plot]);
  const options = {
    ast: true, actions: false, renderer: "svg", defaultStyle: false, config,
    formatLocale: locale.number, tooltip: { disableDefaultStyle: true },
  };
  const before = drawn.get(element);
  const { view } = await vegaEmbed(element, spec, options);
  if (before) before.finalize();
  drawn.set(element, view);
  const svg = element.querySelector("svg");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", spec.description);
  element.dataset.drawn = language;
}

let queue = Promise.resolve();

function draw() {
  queue = queue.then(() => Promise.all([...document.querySelectorAll("[data-plot]")].map(drawOne)))
    .catch((error) => console.error(String(error)));
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.language) setLanguage(button.dataset.language);
  if (button.dataset.theme) setTheme(button.dataset.theme);
  if (button.dataset.copy) {
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.dataset.done = "";
      document.getElementById("status").textContent = say("page.copied");
    } catch {
      // Without permission nothing is copied; the text stands beside the button.
    }
  }
});

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
const theme = stored("theme", "auto");
if (theme !== "auto") ROOT.dataset.theme = theme;
pressed("theme", theme);
