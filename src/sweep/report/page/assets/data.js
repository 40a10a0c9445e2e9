// The data of the page, what the reader has chosen, and the few helpers that build elements. Text is only ever set as
// text, so that a name with markup in it stays a name.

const DATA = JSON.parse(document.getElementById("page-data").textContent);
const RUNS = JSON.parse(document.getElementById("run-data").textContent).map((run, place) => ({
  params: {},
  values: [],
  test: {},
  p: {},
  verdict: "",
  state: "",
  ...run,
  place,
}));

const MOST_LINES = 60; // runs in one chart
const MOST_DETAILED = 12; // runs whose training and batch losses are drawn beside the validation loss
const MOST_MARKED = 6; // runs whose findings are marked on their curves

const state = {
  filter: "",
  verdicts: new Set(), // none: all
  chosen: new Set(), // runs laid over each other; none: those of the filter
  focus: null, // the run described in words
  sort: { column: null, down: false },
  rows: 100,
  x: "step",
  y: "linear",
  lines: new Set(["val", "train", "batch"]),
  smooth: 40,
  metric: DATA.metrics[0] || DATA.others[0] || "",
  colour: "auto",
};

const $ = (id) => document.getElementById(id);

let parsed = null;
/** The curves are parsed when they are first drawn, after the page is on the screen. */
function curves() {
  parsed ??= JSON.parse($("curve-data").textContent);
  return parsed;
}

/** Steps and values of one series of a run, or null where it was not recorded. */
function seriesOf(run, name) {
  const found = curves().runs[run.place][name];
  return found ? { steps: curves().grids[found[0]], values: found[1] } : null;
}

function element(tag, attributes, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

function drawing(tag, attributes, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return node;
}

const KNOWN = new Set(DATA.verdicts.map((one) => one.name));
const regimeClass = (name) => (KNOWN.has(name) ? `r-${name}` : "r-failed");

function mark(name) {
  const known = KNOWN.has(name) ? name : "failed";
  return drawing(
    "svg",
    { class: `mark ${regimeClass(name)}`, "aria-hidden": "true" },
    drawing("use", { href: `#m-${known}` }),
  );
}

/** A name on its own: right-to-left text in it does not reorder what stands around it. */
const isolated = (text) => element("bdi", {}, text);

function number(value, digits = 4) {
  if (typeof value !== "number") return value === undefined || value === null ? "" : String(value);
  if (Number.isInteger(value)) return String(value);
  const tiny = Math.abs(value) < 1e-3;
  return tiny ? value.toExponential(digits - 2).replace(/\.?0+e/, "e") : String(Number(value.toPrecision(digits)));
}

const METRICS = { acc: "accuracy", f1: "macro F1", bleu: "BLEU" };
/** A name as a person says it: the last part, in words. */
const words = (name) =>
  name
    .split(".")
    .pop()
    .split("_")
    .map((word) => METRICS[word] || word)
    .join(" ");
/** A probability; nothing that is read from curves is certain. */
function percent(share) {
  if (share > 0.99) return "> 99 %";
  return share < 0.01 ? "< 1 %" : `${Math.round(100 * share)} %`;
}
const sure = (run) => (run.sure === undefined ? "" : percent(run.sure));
/** The verdict of a run, or why it has none. */
const standing = (run) => run.verdict || (run.state === "FAIL" ? "failed" : "no verdict yet");
const plural = (many, what) => `${many.toLocaleString("en")} ${what}${many === 1 ? "" : "s"}`;
