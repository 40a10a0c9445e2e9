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

const MOST_RAW = 3; // runs whose unsmoothed batch losses are drawn

/** The lines of one chart: {run, kind, steps, values, colour, width, dash, faint}; faint ones are background. */
function linesOf(runs, quantity) {
  return runs.filter(perStep).flatMap((run) => {
    const rank = runs.indexOf(run);
    const colour = colourOf(run, rank, runs);
    const training = colouring(runs) === "split" ? resolved("", "var(--train)") : colour;
    const made = quantity === "loss" && state.lines.has("batch") ? batchLines(run, runs, training) : [];
    if (state.lines.has("train") && runs.length <= MOST_DETAILED) {
      made.push(line(run, "training", `train_${quantity}`, { colour: training, width: 1.8, dash: [7, 4] }));
    }
    if (state.lines.has("val")) {
      made.push(line(run, "validation", `val_${quantity}`, { colour, width: runs.length > MOST_DETAILED ? 1.3 : 2.2 }));
    }
    if (quantity !== "loss") made.push(line(run, words(quantity), quantity, { colour, width: 1.6 }));
    return made.filter(Boolean);
  });
}

/** Batch losses: smoothed, and for few runs behind that as they are, or where means stand for them, their range. */
function batchLines(run, runs, colour) {
  if (runs.length > MOST_DETAILED) return [];
  const smooth = line(run, "batches", "batch_loss", { colour, width: 1.3, opacity: 0.6 }, smoothed);
  if (runs.length > MOST_RAW) return [smooth];
  const look = { colour, width: 1, opacity: 0.22, faint: true };
  const range = ["batch_high", "batch_low"].map((name) => line(run, name, name, look)).filter(Boolean);
  return [...(range.length ? range : [line(run, "each batch", "batch_loss", look)]), smooth];
}

/** One series of a run on the chosen axis, or null where it was not recorded. */
function line(run, kind, name, look, change = (values) => values) {
  const series = seriesOf(run, name);
  const scale = perStep(run);
  return (
    series && { run, kind, steps: series.steps.map((step) => step * scale), values: change(series.values), ...look }
  );
}

/** Aligned columns for uPlot: one axis for all lines. Undefined is "no point here", null is "not finite". */
function aligned(lines, log) {
  const drawn = log ? (value) => (value > 0 ? value : null) : (value) => value;
  return uPlot.join(lines.map(({ steps, values }) => [steps, values.map(drawn)]));
}

/** A range that holds the lines; a few points that tower over the rest are cut off, so that the rest is no flat line. */
function rangeOf(lines, log) {
  const values = lines.filter(({ faint }) => !faint).flatMap(({ values }) => values);
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
