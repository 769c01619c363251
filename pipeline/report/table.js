// The table of predictions: search, filter, sort, pages. Rows come from JSON in the page and are
// written with textContent alone.
"use strict";

const PER_PAGE = 20;
const DATA = JSON.parse(document.getElementById("predictions-data").textContent);
const TABLE = document.getElementById("predictions-table");
const CONTROL = (name) => document.getElementById("predictions-" + name);
const MARKS = /[\u0300-\u036f]/g;

let page = 0;
let shown = [];

const joined = (segments) => (segments === null ? "" : segments.join(""));

// What is searched: lower case; marks count only if the words sought have any.
function plain(text) {
  return text.normalize("NFD").replace(MARKS, "").replace(/đ/g, "d");
}

for (const [i, row] of DATA.rows.entries()) {
  row.place = i;
  row.gain = row.scores[0] === null || row.scores[1] === null ? null : row.scores[1] - row.scores[0];
}

function haystack(row) {
  row.exact ??= [row.prompt, joined(row.reference), joined(row.tuned), joined(row.base),
    DATA.sources[row.source].name + ":" + row.line, row.id].join("\n").normalize("NFC").toLowerCase();
  return row.exact;
}

function fits(row, words, withMarks) {
  if (!words) return true;
  if (withMarks) return haystack(row).includes(words);
  row.plain ??= plain(haystack(row));
  return row.plain.includes(words);
}

const OUTCOMES = {
  "": () => true,
  better: (row) => row.gain > 0,
  worse: (row) => row.gain !== null && row.gain < 0,
  right: (row) => row.scores[1] === 1,
  wrong: (row) => row.scores[1] === 0,
  empty: (row) => row.tuned !== null && joined(row.tuned) === "",
  cut: (row) => row.cut,
  copied: (row) => row.copied > 0,
};

const last = (value) => (value === null ? Infinity : value);
const ORDERS = {
  place: (a, b) => a.place - b.place,
  worst: (a, b) => last(a.scores[1]) - last(b.scores[1]),
  best: (a, b) => (b.scores[1] ?? -1) - (a.scores[1] ?? -1),
  base_worst: (a, b) => last(a.scores[0]) - last(b.scores[0]),
  base_best: (a, b) => (b.scores[0] ?? -1) - (a.scores[0] ?? -1),
  loss: (a, b) => last(a.gain) - last(b.gain),
  gain: (a, b) => (b.gain ?? -2) - (a.gain ?? -2),
};

function select() {
  const sought = CONTROL("search").value.normalize("NFC").toLowerCase().trim();
  const withMarks = plain(sought) !== sought;
  const task = CONTROL("task").value, source = CONTROL("source").value;
  const outcome = OUTCOMES[CONTROL("outcome").value], order = ORDERS[CONTROL("sort").value];
  shown = DATA.rows.filter((row) =>
    (task === "" || row.task === Number(task)) && (source === "" || row.source === Number(source)) &&
    outcome(row) && fits(row, sought, withMarks));
  shown.sort((a, b) => order(a, b) || a.place - b.place);
  page = 0;
  render();
}

function make(tag, name, text) {
  const element = document.createElement(tag);
  if (name) element.className = name;
  if (text !== undefined) element.textContent = text;
  return element;
}

function cell(key, name) {
  const found = make("td", name);
  found.setAttribute("role", "cell");
  found.append(make("span", "name", say(key)));
  return found;
}

function textCell(key, segments, name) {
  const found = cell(key, "text " + name);
  const text = make("div", "clamp");
  text.lang = "vi";
  if (segments === null) text.append(make("span", "none", say("predictions.unanswered")));
  else if (joined(segments) === "") text.append(make("span", "none", say("predictions.empty")));
  else for (const [i, segment] of segments.entries()) {
    text.append(i % 2 ? make("mark", "", segment) : segment);
  }
  found.append(text);
  return found;
}

// A row id that puts the command which tells about that row on the clipboard.
function idButton(id) {
  const copy = make("button", "quiet", id.slice(0, 8));
  copy.type = "button";
  copy.dataset.copy = "tinh audit row --id " + id;
  copy.title = copy.dataset.copy;
  copy.setAttribute("aria-label", say("predictions.audit") + " " + id.slice(0, 8));
  return copy;
}

function tunedCell(row) {
  const found = textCell("predictions.tuned", row.tuned, "tuned");
  if (!row.copied) return found;
  const note = make("div", "copied", say("predictions.copied", { share: row.copied }));
  note.append(...row.from.map(idButton));
  found.append(note);
  return found;
}

function originCell(row) {
  const found = make("th", "origin");
  found.setAttribute("role", "rowheader");
  found.scope = "row";
  const task = DATA.tasks[row.task], source = DATA.sources[row.source];
  found.append(make("span", "chip", task || say("predictions.no_task")));
  const place = make(source.href ? "a" : "span", "place", source.name + ":" + row.line);
  if (source.href) place.href = source.href;
  found.append(place);
  if (row.id) found.append(idButton(row.id));
  return found;
}

function scoreCell(key, value, name, sign) {
  const found = cell(key, "score " + name);
  found.append(make("span", "figure", formatted(value, sign, "3")));
  if (!sign && value !== null) {
    const bar = make("meter");
    bar.value = value;
    bar.setAttribute("aria-hidden", "true");
    found.append(bar);
  }
  return found;
}

function rowOf(row) {
  const found = make("tr");
  found.setAttribute("role", "row");
  found.append(
    originCell(row),
    textCell("predictions.prompt", [row.prompt], "prompt"),
    textCell("predictions.reference", row.reference, "reference"),
    tunedCell(row),
    textCell("predictions.base", row.base, "base"),
    scoreCell("predictions.base_score", row.scores[0], "of-base", ""),
    scoreCell("predictions.tuned_score", row.scores[1], "of-tuned", ""),
    scoreCell("predictions.gain", row.gain, row.gain < 0 ? "fell" : row.gain > 0 ? "rose" : "", "+"),
  );
  return found;
}

// A button where a text of the row is longer than what is shown of it.
function addMore(row) {
  const long = [...row.querySelectorAll(".clamp")].filter((t) => t.scrollHeight > t.clientHeight + 2);
  if (!long.length) return;
  const more = make("button", "more", say("predictions.more"));
  more.type = "button";
  more.setAttribute("aria-expanded", "false");
  more.addEventListener("click", () => {
    const open = row.classList.toggle("open");
    more.setAttribute("aria-expanded", String(open));
    more.textContent = say(open ? "predictions.less" : "predictions.more");
  });
  row.firstElementChild.append(more);
}

function render() {
  const pages = Math.max(1, Math.ceil(shown.length / PER_PAGE));
  page = Math.min(page, pages - 1);
  const body = TABLE.tBodies[0];
  const rows = shown.slice(page * PER_PAGE, (page + 1) * PER_PAGE).map(rowOf);
  body.replaceChildren(...rows);
  rows.forEach(addMore);
  CONTROL("found").textContent = say("predictions.found", { n: shown.length });
  CONTROL("page").textContent = say("predictions.page", { page: page + 1, pages });
  CONTROL("previous").disabled = page === 0;
  CONTROL("next").disabled = page >= pages - 1;
  CONTROL("nothing").hidden = shown.length > 0;
  TABLE.hidden = shown.length === 0;
  for (const button of TABLE.tHead.querySelectorAll("button")) {
    const sort = CONTROL("sort").value;
    const state = { [button.dataset.up]: "ascending", [button.dataset.down]: "descending" }[sort];
    if (state) button.closest("th").setAttribute("aria-sort", state);
    else button.closest("th").removeAttribute("aria-sort");
  }
}

function options(name, names) {
  for (const [i, text] of names.entries()) {
    const option = make("option", "", text || say("predictions.no_task"));
    if (!text) option.dataset.t = "predictions.no_task";
    option.value = String(i);
    CONTROL(name).append(option);
  }
}

function turn(by) {
  page += by;
  render();
  TABLE.parentElement.scrollIntoView({ block: "start" });
}

function start() {
  options("task", DATA.tasks);
  options("source", DATA.sources.map((source) => source.name));
  CONTROL("search").addEventListener("input", select);
  for (const name of ["task", "source", "outcome", "sort"]) CONTROL(name).addEventListener("change", select);
  CONTROL("previous").addEventListener("click", () => turn(-1));
  CONTROL("next").addEventListener("click", () => turn(1));
  CONTROL("clear").addEventListener("click", () => {
    for (const name of ["search", "task", "source", "outcome"]) CONTROL(name).value = "";
    select();
    CONTROL("search").focus();
  });
  for (const button of TABLE.tHead.querySelectorAll("button")) {
    button.addEventListener("click", () => {
      const sort = CONTROL("sort");
      const { up, down } = button.dataset;
      sort.value = !down || sort.value === down ? up : down;
      select();
    });
  }
  LISTENERS.push(render);
  select();
}

if (DATA.rows.length) start();
setLanguage(language);
