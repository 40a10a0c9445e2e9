// What the reader does, and what follows from it. Nothing listens to elements that come and go: clicks are told by
// their data attributes.

let waiting = 0;
/** Everything that depends on the choice of runs. While the reader types, the table follows at once, pictures soon. */
function update(pause = 0) {
  const passing = filtered();
  const runs = charted(passing);
  showRows(passing);
  showChoice(passing, runs);
  clearTimeout(waiting);
  const redraw = () => {
    fade(passing, runs);
    drawCharts(runs);
  };
  if (pause) waiting = setTimeout(redraw, pause);
  else redraw();
}

function drawCharts(runs = charted(filtered())) {
  const marks = findingsOf(runs);
  drawChart("loss", "loss", runs, marks);
  drawChart("metric", state.metric, runs, marks);
  showLegend(runs, marks);
  $("luck").textContent = luck(runs);
  $("smooth-value").textContent = smoothShare() ? `over ${number(100 * smoothShare(), 2)} % of a run` : "off";
  $("unzoom").hidden = true;
}

function showChoice(passing, runs) {
  const narrowed = state.filter || state.verdicts.size || state.chosen.size;
  $("shown").textContent =
    passing.length === RUNS.length
      ? plural(RUNS.length, "trial")
      : `${passing.length.toLocaleString("en")} of ${plural(RUNS.length, "trial")}`;
  $("clear").hidden = !narrowed;
  const what = state.chosen.size ? "chosen" : narrowed || passing.length <= MOST_DETAILED ? "that pass the filter" : "";
  const all = state.chosen.size || passing.length;
  let text = what
    ? `Charted: ${plural(runs.length, "trial")}${runs.length < all ? ` of the ${all} ${what}, evenly chosen` : ""}.`
    : "Charted: the clearest trial of each verdict. Filter, or tick trials in the table, to chart others.";
  if (runs.length > MOST_DETAILED) text += ` Training and batch losses are drawn for up to ${MOST_DETAILED}.`;
  $("choice").textContent = text;
}

const DRAWN = [...document.querySelectorAll("svg .trial")];
/** In the map and the parallel coordinates, runs that the filter leaves out fade, and charted ones stand out. */
function fade(passing, runs) {
  const inside = new Set(passing.map((run) => run.place));
  const on = new Set(state.chosen.size ? runs.map((run) => run.place) : []);
  if (state.focus) on.add(state.focus.place);
  for (const node of DRAWN) {
    const place = Number(node.dataset.run);
    node.classList.toggle("off", !inside.has(place));
    node.classList.toggle("on", on.has(place));
  }
}

function focusOn(run, alone = true) {
  state.focus = run;
  if (alone) state.chosen = new Set([run.place]);
  update();
  showRun(run);
}

function choose(places) {
  state.chosen = new Set(places);
  state.focus = RUNS[places[0]] || null;
  update();
  showRun(state.focus);
}

function clear() {
  state.filter = $("filter").value = "";
  state.verdicts.clear();
  state.chosen.clear();
  showChips();
  update();
}

function showChips() {
  const names = [...new Set(RUNS.map(standing))];
  const known = [...KNOWN, "failed", "no verdict yet"].filter((name) => names.includes(name));
  $("chips").replaceChildren(
    ...known.map((name) =>
      element(
        "button",
        { type: "button", "data-verdict": name, "aria-pressed": String(state.verdicts.has(name)) },
        mark(name),
        name,
      ),
    ),
  );
}

const ACTIONS = {
  copy: (value, node) => navigator.clipboard?.writeText(value).then(() => (node.textContent = "Copied")),
  drop: (value) => choose([...state.chosen].filter((place) => place !== Number(value))),
  verdict: (value) => {
    if (!state.verdicts.delete(value)) state.verdicts.add(value);
    state.chosen.clear();
    showChips();
    update();
    document.querySelector(`[data-verdict="${value}"]`).focus();
  },
  sort: (value) => {
    const column = COLUMNS.find((one) => one.name === value);
    state.sort = { column, down: state.sort.column === column && !state.sort.down };
    showHead();
    showRows(filtered());
    [...document.querySelectorAll("[data-sort]")].find((node) => node.dataset.sort === value).focus();
  },
  runs: (value, node) => {
    if (value) choose(value.split(",").map(Number));
    else applyFilter(($("filter").value = node.dataset.filter));
    show("curves");
  },
  run: (value, node) => {
    focusOn(RUNS[Number(value)]);
    if (!node.closest("#trials, #legend")) show("curves");
  },
};

function applyFilter(text, pause) {
  state.filter = text.trim();
  state.chosen.clear();
  state.rows = 100;
  update(pause);
}

const show = (id) => $(id).scrollIntoView();

document.addEventListener("click", (event) => {
  if (event.target.matches("[data-tick]")) return;
  for (const [name, act] of Object.entries(ACTIONS)) {
    const node = event.target.closest(`[data-${name}]`);
    if (!node) continue;
    event.preventDefault();
    act(node.dataset[name], node);
    return;
  }
});

document.addEventListener("change", ({ target }) => {
  if (target.matches("[data-tick]")) {
    const place = Number(target.dataset.tick);
    if (!state.chosen.delete(place)) state.chosen.add(place);
    state.focus = RUNS[place];
    update();
    showRun(state.focus);
    document.querySelector(`[data-tick="${place}"]`)?.focus();
  }
  if (target.name === "x" || target.name === "y") state[target.name] = target.value;
  if (target.name === "line") target.checked ? state.lines.add(target.value) : state.lines.delete(target.value);
  if (target.id === "metric" || target.id === "colour") state[target.id] = target.value;
  if (["x", "y", "line"].includes(target.name) || ["metric", "colour"].includes(target.id)) drawCharts();
});

$("filter").addEventListener("input", (event) => applyFilter(event.target.value, 80));
$("smooth").addEventListener("input", (event) => {
  state.smooth = Number(event.target.value);
  drawCharts();
});
$("clear").addEventListener("click", clear);
$("csv").addEventListener("click", saveTable);
$("curves-csv").addEventListener("click", saveCurves);
$("more").addEventListener("click", () => {
  state.rows += 500;
  showRows(filtered());
});
$("unzoom").addEventListener("click", () => drawCharts());
for (const name of ["loss", "metric"]) {
  $(`${name}-chart`).addEventListener("keydown", (event) => moveCursor(name, event));
}

$("theme").addEventListener("click", () => {
  const dark = isDark();
  document.documentElement.dataset.theme = dark ? "light" : "dark";
  showTheme();
  drawCharts();
});
const isDark = () =>
  (document.documentElement.dataset.theme ||
    (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
const showTheme = () => ($("theme").textContent = isDark() ? "Light" : "Dark");
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  showTheme();
  drawCharts();
});
/** On paper: all rows, light colours, and charts as wide as half a page. */
function setPrinting(on) {
  document.documentElement.classList.toggle("printing", on);
  state.rows = on ? Math.max(state.rows, 1000) : state.rows;
  showRows(filtered());
  drawCharts();
}
addEventListener("beforeprint", () => setPrinting(true));
addEventListener("afterprint", () => setPrinting(false));

/** The choices that depend on the data: metrics, colours, suggestions for the filter, an axis of time. */
function offer() {
  const options = (names) => names.map((name) => element("option", { value: name }, words(name)));
  $("metric").append(...options([...DATA.metrics, ...DATA.others]));
  const params = COLUMNS.filter((column) => ["learning rate", "batch size", "epochs"].includes(column.name)).map(
    (column) => column.name.replace(" ", "_"),
  );
  $("colour").append(
    ...options([
      "auto",
      "verdict",
      "run",
      ...params.filter((name) => varied((run) => run[name])),
      ...new Set(RUNS.flatMap((run) => Object.keys(run.params))),
    ]),
  );
  const hints = COLUMNS.filter((column) => !/^(trial|sure|best|test)/.test(column.name)).flatMap((column) => {
    const values = [...new Set(RUNS.map(column.get))].filter(
      (value) => value !== undefined && value !== "" && String(value).length < 40,
    );
    return values.length > 1 && values.length <= 8
      ? values.map((value) => `${column.name.replaceAll(" ", "_")}=${value}`)
      : [];
  });
  $("suggestions").append(...hints.map((value) => element("option", { value })));
  const time = document.querySelector('[name="x"][value="time"]');
  time.disabled = !RUNS.some((run) => run.seconds && run.steps);
  const epoch = document.querySelector('[name="x"][value="epoch"]');
  epoch.disabled = !RUNS.some((run) => run.epoch_steps);
  for (const node of document.querySelectorAll("button[hidden].copy, #theme")) node.hidden = false;
}

offer();
showTheme();
showChips();
showHead();
if (RUNS.length) {
  state.focus =
    RUNS.find((run) => run.label === DATA.best) ||
    RUNS.find((run) => run.expected && run.verdict && run.expected !== run.verdict) ||
    RUNS[0];
  showRows(filtered());
  showRun(state.focus);
}
requestAnimationFrame(() =>
  setTimeout(() => {
    update();
    let width = innerWidth;
    new ResizeObserver(() => innerWidth !== width && ((width = innerWidth), drawCharts())).observe(document.body);
  }),
);
