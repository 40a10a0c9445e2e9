// What the reader does. Nothing listens to elements that come and go: what a click means stands in the data attributes
// of what was clicked.

function focusOn(run) {
  state.focus = run;
  state.chosen = new Set([run.place]);
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
function showTheme() {
  const other = isDark() ? "Light" : "Dark";
  $("theme").textContent = other;
  $("theme").setAttribute("aria-label", `${other} theme`);
}
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
