// The two charts: uPlot on a canvas, findings and best points on it, a cursor for mouse and keyboard, and words.

const charts = {}; // by name: {plot, lines, quantity}
const sync = uPlot.sync("curves");
const AXES = { step: "step", epoch: "epoch", time: "seconds, at an even pace" };

function drawChart(name, quantity, runs, marks) {
  charts[name]?.plot?.destroy();
  const place = $(`${name}-chart`);
  place.replaceChildren();
  const lines = quantity ? linesOf(runs, quantity) : [];
  $(`${name}-title`).textContent = quantity === "loss" ? "Loss" : capital(words(quantity)) || "Metric";
  $(`${name}-words`).textContent = inWords(runs, quantity);
  charts[name] = { lines, plot: null };
  if (!lines.length) {
    place.append(element("p", { class: "empty" }, emptyReason(runs, quantity)));
    return;
  }
  const log = quantity === "loss" && state.y === "log";
  const data = aligned(lines, log);
  charts[name] = {
    lines,
    plot: new uPlot(options(place, lines, quantity, marks, log), data, place),
    home: [data[0][0], data[0].at(-1)],
  };
}

function options(place, lines, quantity, marks, log) {
  const ink = resolved("", "var(--soft)");
  const grid = { stroke: resolved("", "var(--line)"), width: 1 };
  const range = rangeOf(lines, log);
  const labelled = new Set(lines.map((line) => line.run)).size;
  const axis = {
    stroke: ink,
    grid,
    ticks: { ...grid, size: 5 },
    font: "12px system-ui, sans-serif",
    labelFont: "12px system-ui, sans-serif",
  };
  return {
    width: place.clientWidth,
    height: place.clientHeight,
    padding: [12, labelled > 1 && labelled <= 8 ? 56 : 14, 0, 0],
    legend: { show: false },
    cursor: {
      sync: { key: sync.key },
      focus: { prox: 24 },
      dataIdx: nearestPoint,
      points: { size: 6 },
      drag: { x: true, y: false },
    },
    focus: { alpha: labelled > 1 ? 0.25 : 1 },
    scales: { x: { time: false }, y: { distr: log ? 3 : 1, range: () => range } },
    axes: [
      { ...axis, label: AXES[state.x], labelSize: 20, size: 36 },
      { ...axis, size: 58, values: (_, ticks) => ticks.map((tick) => (tick === null ? "" : number(tick, 3))) },
    ],
    series: [{}, ...lines.map((line) => look(line, labelled))],
    bands: bandsOf(lines),
    hooks: {
      setCursor: [(plot) => readout(plot, lines)],
      setScale: [(_, key) => key === "x" && ($("unzoom").hidden = !isZoomed())],
      draw: [(plot) => drawMarks(plot, lines, quantity, marks, labelled, ink)],
    },
  };
}

/** The fill between the highest and the lowest batch loss of each stretch. */
function bandsOf(lines) {
  return lines.flatMap(({ kind, colour }, place) => {
    const fill = resolved("", `color-mix(in srgb, ${colour} 16%, transparent)`);
    return kind === "batch_low" ? [{ series: [place, place + 1], fill }] : [];
  });
}

function look(line, runs) {
  const few = runs <= 3 && line.steps.length <= 80 && !line.opacity;
  return {
    stroke: line.colour,
    width: line.width,
    dash: line.dash,
    alpha: line.opacity || 1,
    points: { show: few, size: 5, fill: line.colour },
  };
}

/** The nearest index at which a line has a point: lines on other steps leave gaps in its column. */
function nearestPoint(plot, series, index) {
  const column = plot.data[series];
  if (!series || column[index] != null) return index;
  for (let away = 1; away < column.length; away++) {
    if (column[index - away] != null) return index - away;
    if (column[index + away] != null) return index + away;
  }
  return index;
}

function readout(plot, lines) {
  const { idx } = plot.cursor;
  if (idx === null || idx === undefined) return;
  const runs = [...new Set(lines.map((line) => line.run))];
  const near = plot.series.findIndex((series, place) => place && series._focus);
  const wanted = runs.length === 1 ? runs[0] : near > 0 ? lines[near - 1].run : null;
  const told = lines.map((line, place) => ({ line, value: plot.data[place + 1][nearestPoint(plot, place + 1, idx)] }));
  const shown = told.filter(
    ({ line, value }) =>
      value != null && !line.faint && (line.run === wanted || (!wanted && line.kind === "validation")),
  );
  const said = shown
    .slice(0, 8)
    .map(({ line, value }) => `${wanted ? line.kind : `trial ${line.run.label}`} ${number(value)}`);
  $("readout").textContent =
    `${wanted && runs.length > 1 ? `trial ${wanted.label}, ` : ""}${state.x} ${number(plot.data[0][idx])}: ${said.join(", ")}`;
}

/** Findings as numbered dotted lines; the best points as triangles, hollow where the other quantity chose the step. */
function drawMarks(plot, lines, quantity, marks, labelled, ink) {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio;
  ctx.save();
  ctx.font = `${11 * ratio}px system-ui, sans-serif`;
  ctx.textAlign = "center";
  marks.findings.forEach((finding) => {
    const x = plot.valToPos(finding.step * perStep(finding.run), "x", true);
    if (x < bbox.left || x > bbox.left + bbox.width) return;
    ctx.strokeStyle = ctx.fillStyle = ink;
    ctx.setLineDash([2 * ratio, 3 * ratio]);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.fillText(finding.numbers, x, bbox.top - 2 * ratio);
  });
  ctx.setLineDash([]);
  for (const line of lines.filter((one) => one.kind === "validation" && marks.runs.has(one.run))) {
    const own = quantity === "loss" ? line.run.loss : line.run.metric;
    const other = quantity === "loss" ? line.run.metric : line.run.loss;
    const isShown = quantity === "loss" || quantity === line.run.metric?.name;
    if (other && isShown) triangle(plot, line, other.step, false);
    if (own && isShown) triangle(plot, line, own.step, true);
  }
  if (labelled > 1 && labelled <= 8) labelEnds(plot, lines);
  ctx.restore();
}

function triangle(plot, line, step, solid) {
  const at = line.steps.findIndex((x) => x >= step * perStep(line.run) - 1e-9);
  if (at < 0 || line.values[at] === null) return;
  const { ctx } = plot;
  const size = 6 * devicePixelRatio;
  const [x, y] = [plot.valToPos(line.steps[at], "x", true), plot.valToPos(line.values[at], "y", true) - size];
  ctx.beginPath();
  ctx.moveTo(x - size, y - size);
  ctx.lineTo(x + size, y - size);
  ctx.lineTo(x, y + size * 0.7);
  ctx.closePath();
  ctx.lineWidth = 1.6 * devicePixelRatio;
  ctx.strokeStyle = line.colour;
  ctx.fillStyle = solid ? line.colour : resolved("", "var(--paper)");
  ctx.fill();
  ctx.stroke();
}

/** The run's name where its line ends, moved apart where lines end close together. */
function labelEnds(plot, lines) {
  const { ctx, bbox } = plot;
  const ends = new Map(lines.map((line) => [line.run, line])); // the last kind of each run: validation where there is one
  const labels = [...ends.values()].map((line) => {
    const last = line.values.findLastIndex((value) => value !== null);
    const y = last < 0 ? bbox.top : plot.valToPos(line.values[last], "y", true);
    return { line, y: Math.min(Math.max(y, bbox.top + 6), bbox.top + bbox.height) };
  });
  labels.sort((a, b) => a.y - b.y);
  const gap = 13 * devicePixelRatio;
  labels.forEach((label, rank) => rank && (label.y = Math.max(label.y, labels[rank - 1].y + gap)));
  const over = labels.length ? Math.max(0, labels.at(-1).y - (bbox.top + bbox.height)) : 0;
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  ctx.font = `600 ${11 * devicePixelRatio}px system-ui, sans-serif`;
  for (const { line, y } of labels) {
    ctx.fillStyle = line.colour;
    ctx.fillText(line.run.label.split("/").pop().slice(0, 8), bbox.left + bbox.width + 6 * devicePixelRatio, y - over);
  }
}

function isZoomed() {
  return Object.values(charts).some(
    ({ plot, home }) => plot && (plot.scales.x.min > home[0] || plot.scales.x.max < home[1]),
  );
}

/** Arrow keys move the cursor of a chart by a point, with shift by ten. */
function moveCursor(name, event) {
  const { plot } = charts[name];
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (!plot || !step) return;
  event.preventDefault();
  const last = plot.data[0].length - 1;
  const index = Math.min(
    Math.max((plot.cursor.idx ?? (step > 0 ? -1 : last + 1)) + step * (event.shiftKey ? 10 : 1), 0),
    last,
  );
  plot.setCursor({ left: plot.valToPos(plot.data[0][index], "x"), top: plot.over.clientHeight / 2 });
}

function inWords(runs, quantity) {
  const key = quantity === "loss" ? "loss" : "metric";
  const told = runs
    .filter((run) => run[key])
    .slice(0, 8)
    .map(
      (run) =>
        `trial ${run.label}, ${run.verdict || "no verdict"}: best ${number(run[key].best)} at step ${number(run[key].step)}, last ${number(run[key].last)}`,
    );
  return `${plural(runs.length, "run")}. ${told.join("; ")}. Arrow keys read the values.`;
}

function emptyReason(runs, quantity) {
  if (!runs.length) return "No run passes the filter.";
  if (state.x === "time" && !runs.some(perStep)) return "These runs did not record their time.";
  if (!quantity) return "No metric was recorded.";
  return `No ${words(quantity)} was recorded for ${runs.length === 1 ? "this run" : "these runs"}.`;
}

const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
