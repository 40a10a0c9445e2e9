// The table of trials, sorted and filtered, a stretch of rows at a time; and CSV of what is shown.

const varied = (get) => new Set(RUNS.map(get).filter((value) => value !== undefined)).size > 1;
const scores = Object.keys(Object.assign({}, ...RUNS.map((run) => run.test)));

const COLUMNS = [
  { name: "study", get: (run) => run.study, show: varied((run) => run.study) },
  { name: "trial", get: (run) => run.label, show: true },
  { name: "verdict", get: (run) => run.verdict || run.state.toLowerCase(), show: true },
  { name: "sure", get: (run) => run.sure, text: sure, numeric: true },
  { name: "expected", get: (run) => run.expected },
  { name: "recipe", get: (run) => run.recipe, show: varied((run) => run.recipe) },
  { name: "learning rate", get: (run) => run.learning_rate, numeric: true },
  { name: "batch size", get: (run) => run.batch_size, numeric: true },
  { name: "epochs", get: (run) => run.epochs, numeric: true },
  ...[...new Set(RUNS.flatMap((run) => Object.keys(run.params)))]
    .slice(0, 6)
    .map((param) => ({ name: words(param), get: (run) => run.params[param] })),
  { name: "remedies", get: (run) => (run.remedies || []).join(", ") },
  { name: "best loss", get: (run) => run.loss?.best, numeric: true },
  {
    name: `best ${words(RUNS.find((run) => run.metric)?.metric.name || "metric")}`,
    get: (run) => run.metric?.best,
    numeric: true,
  },
  ...["test_loss", "test_acc", ...scores]
    .filter((name, at, all) => scores.includes(name) && all.indexOf(name) === at)
    .slice(0, 2)
    .map((name) => ({ name: words(name), get: (run) => run.test[name], numeric: true })),
].filter((column) => column.show ?? RUNS.some((run) => column.get(run) !== undefined && column.get(run) !== ""));

function sorted(runs) {
  const { column, down } = state.sort;
  if (!column) return runs;
  const compare = (a, b) => {
    const [x, y] = [column.get(a), column.get(b)];
    const missing = (x === undefined) - (y === undefined); // whatever is missing comes last either way
    if (missing) return missing;
    const order =
      typeof x === "number" && typeof y === "number"
        ? x - y
        : String(x).localeCompare(String(y), "en", { numeric: true });
    return down ? -order : order;
  };
  return [...runs].sort(compare);
}

function showHead() {
  const cells = COLUMNS.map((column) => {
    const order = state.sort.column === column ? (state.sort.down ? "descending" : "ascending") : null;
    const arrow = { ascending: " ↑", descending: " ↓" }[order] || "";
    return element(
      "th",
      { scope: "col", class: column.numeric && "n", "aria-sort": order },
      element("button", { type: "button", "data-sort": column.name }, column.name + arrow),
    );
  });
  $("trials").tHead.replaceChildren(
    element("tr", {}, element("td", {}, element("span", { class: "hidden" }, "in the charts")), ...cells),
  );
}

function showRows(runs) {
  const order = sorted(runs);
  const shown = order.slice(0, state.rows);
  $("trials").tBodies[0].replaceChildren(...shown.map(row));
  $("more").hidden = shown.length === order.length;
  $("more").textContent =
    `${plural(shown.length, "trial")} of ${order.length.toLocaleString("en")} shown: show ${Math.min(order.length - shown.length, 500)} more`;
}

const ROWS = new Map();
/** The row of a run; it is built once. */
function row(run) {
  if (!ROWS.has(run.place)) {
    const name = `Lay trial ${run.label} over the others`;
    const box = element("input", { type: "checkbox", "data-tick": run.place, "aria-label": name });
    const cells = COLUMNS.map((column) => cell(run, column));
    ROWS.set(run.place, element("tr", { "data-run": run.place }, element("td", {}, box), ...cells));
  }
  const node = ROWS.get(run.place);
  node.className = state.focus === run ? "on" : "";
  node.querySelector("[data-tick]").checked = state.chosen.has(run.place);
  return node;
}

function cell(run, column) {
  const value = column.get(run);
  if (value === undefined || value === "") return element("td", { class: column.numeric && "n" });
  if (column.name === "trial")
    return element(
      "td",
      { class: "name" },
      element("button", { type: "button", class: "run", "data-run": run.place }, isolated(value)),
    );
  if (column.name === "verdict") {
    const wrong = run.expected && run.expected !== run.verdict;
    const state = run.state !== "COMPLETE" && run.verdict ? ` ${run.state.toLowerCase()}` : "";
    return element(
      "td",
      { "data-is": "verdict" },
      element("span", { class: "verdict" }, mark(run.verdict), value),
      state,
      wrong ? element("span", { class: "wrong" }, ` not ${run.expected}`) : "",
    );
  }
  return element(
    "td",
    { class: column.numeric ? "n" : "name", "data-is": column.name },
    isolated(column.text ? column.text(run) : number(value)),
  );
}

/** A cell of a CSV; text that a spreadsheet would take for a formula is quoted as text. */
function csvCell(value) {
  if (typeof value === "number") return String(value);
  const text = String(value ?? "");
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function save(name, lines) {
  const url = URL.createObjectURL(
    new Blob([lines.map((line) => line.map(csvCell).join(",")).join("\n") + "\n"], { type: "text/csv" }),
  );
  const link = element("a", { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

function saveTable() {
  save("trials.csv", [
    COLUMNS.map((column) => column.name),
    ...sorted(filtered()).map((run) => COLUMNS.map((column) => column.get(run))),
  ]);
}

function saveCurves() {
  const lines = charted(filtered()).flatMap((run) =>
    Object.keys(curves().runs[run.place]).flatMap((name) => {
      const { steps, values } = seriesOf(run, name);
      return steps.map((step, at) => [run.label, name, step, values[at]]);
    }),
  );
  save("curves.csv", [["trial", "series", "step", "value"], ...lines]);
}
