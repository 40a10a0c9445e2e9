// From runs to lines: values on the chosen axis, smoothed, coloured, and aligned for uPlot.

/** By what a step is multiplied on the chosen axis; 0 where a run does not tell. */
function perStep(run) {
  if (state.x === "epoch") return run.epoch_steps ? 1 / run.epoch_steps : 0;
  if (state.x === "time") return run.seconds && run.steps ? run.seconds / run.steps : 0;
  return 1;
}

/** The share of a run over which batch losses are averaged. */
const smoothShare = () => 0.2 * (state.smooth / 100) ** 2;

/** Centred moving average; near an edge the window shrinks to its half on both sides, and there the line ends. */
function smoothed(values) {
  const half = Math.floor((smoothShare() * values.length) / 2);
  if (!half) return values;
  const sums = [0];
  const counts = [0];
  for (const value of values) {
    sums.push(sums.at(-1) + (value ?? 0));
    counts.push(counts.at(-1) + (value === null ? 0 : 1));
  }
  return values.map((value, at) => {
    const reach = Math.min(half, at, values.length - 1 - at);
    const many = counts[at + reach + 1] - counts[at - reach];
    return value === null || !many || 2 * reach < half ? null : (sums[at + reach + 1] - sums[at - reach]) / many;
  });
}

let probe = null;
/** A colour of the style sheet as the canvas needs it: the browser resolves classes, themes and mixtures. */
function resolved(name, mixture = "") {
  probe ??= document.body.appendChild(element("span", { class: "hidden", "aria-hidden": "true" }));
  probe.className = `hidden ${name}`;
  probe.style.color = mixture || "var(--c)";
  return getComputedStyle(probe).color;
}

/** What colours mean in the charts: the split where there is one run; else verdict, run or a parameter. */
function colouring(runs) {
  if (state.colour !== "auto") return state.colour;
  if (runs.length === 1) return "split";
  const distinct = new Set(runs.map((run) => run.verdict)).size === runs.length;
  return distinct || runs.length > 8 ? "verdict" : "run";
}

function colourOf(run, rank, runs) {
  const meaning = colouring(runs);
  if (meaning === "split") return resolved("", "var(--val)");
  if (meaning === "run") return resolved(`p-${rank % 8}`);
  if (meaning === "verdict") return resolved(regimeClass(run.verdict));
  const values = runs.map((one) => valueOf(one, meaning)).filter((value) => typeof value === "number");
  const own = valueOf(run, meaning);
  if (typeof own !== "number")
    return resolved(`p-${new Set(runs.slice(0, rank).map((one) => valueOf(one, meaning))).size % 8}`);
  const bend = Math.min(...values) > 0 ? Math.log : (value) => value;
  const [low, high] = [bend(Math.min(...values)), bend(Math.max(...values))];
  const share = high > low ? (bend(own) - low) / (high - low) : 0.5;
  return resolved("", `color-mix(in oklab, var(--val) ${Math.round(100 * share)}%, var(--train))`);
}

/** The lines of one chart: {run, kind, steps, values, colour, width, dash, faint}. */
function linesOf(runs, quantity) {
  const detailed = runs.length <= MOST_DETAILED;
  return runs.flatMap((run, rank) => {
    const scale = perStep(run);
    const made = [];
    if (!scale) return made;
    const colour = colourOf(run, rank, runs);
    const training = colouring(runs) === "split" ? resolved("", "var(--train)") : colour;
    const add = (kind, series, look, change = (values) => values) => {
      if (series)
        made.push({
          run,
          kind,
          steps: series.steps.map((step) => step * scale),
          values: change(series.values),
          ...look,
        });
    };
    const batch = quantity === "loss" && detailed && state.lines.has("batch") ? seriesOf(run, "batch_loss") : null;
    if (batch && runs.length <= 3) add("each batch", batch, { colour: training, width: 1, faint: 0.22 });
    add("batches", batch, { colour: training, width: 1.3, faint: 0.6 }, smoothed);
    if (state.lines.has("train") && detailed) {
      add("training", seriesOf(run, `train_${quantity}`), { colour: training, width: 1.8, dash: [7, 4] });
    }
    if (state.lines.has("val"))
      add("validation", seriesOf(run, `val_${quantity}`), { colour, width: runs.length > 12 ? 1.3 : 2.2 });
    if (quantity !== "loss") add(words(quantity), seriesOf(run, quantity), { colour, width: 1.6 });
    return made;
  });
}

/** Aligned columns for uPlot: one axis for all lines. Undefined is "no point here", null is "not finite". */
function aligned(lines) {
  if (!lines.length) return [[]];
  const drawn = state.y === "log" ? (value) => (value > 0 ? value : null) : (value) => value;
  return uPlot.join(lines.map((line) => [line.steps, line.values.map(drawn)]));
}

/** A range that holds the lines; a few points that tower over the rest are cut off, so that the rest is no flat line. */
function rangeOf(lines, log) {
  const values = lines.filter((line) => line.kind !== "each batch").flatMap((line) => line.values);
  const known = Float64Array.from(values.filter((value) => value !== null && (!log || value > 0))).sort();
  if (!known.length) return [0, 1];
  const low = known[0];
  let high = known.at(-1);
  if (log) return [low / 1.15, Math.max(high, low * 1.01) * 1.15];
  const usual = known[Math.floor(0.97 * (known.length - 1))];
  if (high - low > 6 * (usual - low) && usual > low) high = low + 2 * (usual - low);
  const least = 0.1 * Math.max(Math.abs(low), Math.abs(high)) || 0.5; // a flat run looks flat, not like its noise
  const room = Math.max(0, least - (high - low)) / 2 + 0.06 * Math.max(high - low, least);
  return [low - room, high + room];
}
