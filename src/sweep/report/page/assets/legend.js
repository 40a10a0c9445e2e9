// What stands below the charts: findings by number, the legend, and what luck may explain.

/** Findings of the charted runs, numbered in the order of their steps; those at one step share a line in the chart. */
function findingsOf(runs) {
  const marked = runs.length <= MOST_MARKED ? runs : [];
  const all = marked.flatMap((run) =>
    (run.findings || []).slice(0, runs.length > 2 ? 2 : 5).map((finding) => ({ run, ...finding })),
  );
  all.push(
    ...marked
      .filter((run) => run.lost !== undefined)
      .map((run) => ({ run, step: run.lost, text: "a loss is NaN or infinite from here on" })),
  );
  const placed = all
    .filter((finding) => typeof finding.step === "number")
    .sort((a, b) => a.step * perStep(a.run) - b.step * perStep(b.run));
  const lines = new Map();
  placed.forEach((finding, rank) => {
    const key = finding.step * perStep(finding.run);
    const line = lines.get(key) || { ...finding, numbers: "" };
    line.numbers += `${line.numbers && ","}${rank + 1}`;
    lines.set(key, line);
  });
  return { runs: new Set(marked), findings: [...lines.values()], listed: placed };
}

function showLegend(runs, marks) {
  const named = runs.slice(0, MOST_DETAILED);
  $("legend").replaceChildren(...named.map((run, rank) => legendItem(run, rank, runs)));
  if (runs.length > named.length)
    $("legend").append(element("li", { class: "soft" }, `and ${runs.length - named.length} more`));
  if (runs.length)
    $("legend").append(
      element(
        "li",
        { class: "soft" },
        "solid: validation, dashed: training, thin: batches; ▼ best by this, ▽ by the other",
      ),
    );
  $("found").replaceChildren(
    ...marks.listed.map(({ run, step, text }) =>
      element("li", {}, `${runs.length > 1 ? `trial ${run.label}, ` : ""}step ${number(step)}: ${text}`),
    ),
  );
}

function legendItem(run, rank, runs) {
  const split = colouring(runs) === "split";
  const sample = drawing(
    "svg",
    { class: "line", viewBox: "0 0 30 8", "aria-hidden": "true" },
    drawing("path", { d: "M1 4H29", stroke: split ? "var(--val)" : colourOf(run, rank, runs) }),
  );
  const best = run.loss ? `, best ${number(run.loss.best)}` : "";
  const drop = element(
    "button",
    {
      type: "button",
      class: "link",
      "data-drop": run.place,
      "aria-label": `Take trial ${run.label} out of the charts`,
    },
    "×",
  );
  return element(
    "li",
    {},
    sample,
    element("button", { type: "button", class: "link", "data-run": run.place }, isolated(`trial ${run.label}`)),
    ` ${run.verdict || run.state.toLowerCase()}${best}`,
    state.chosen.size > 1 ? drop : "",
  );
}

const noiseOf = (run) => DATA.noise[run.verdict] || DATA.noise[""];

/** Whether the best of the charted runs is better than the others by more than seeds differ. */
function luck(runs) {
  const known = runs.filter((run) => run.loss).sort((a, b) => a.loss.best - b.loss.best);
  if (known.length < 2) return "";
  const [best, ...others] = known;
  if (new Set(known.map((run) => run.recipe)).size > 1)
    return "These runs are of different recipes: their losses are not on one scale.";
  const noise = noiseOf(best);
  if (!noise)
    return `Trial ${best.label} has the lowest loss, ${number(best.loss.best)}. No setting was run with two seeds, so that the difference may be luck: repeat it with seed=0,1,2,3,4.`;
  const within = others.filter(
    (run) => run.loss.best - best.loss.best < 2 * Math.SQRT2 * Math.max(noise.deviation, noiseOf(run)?.deviation || 0),
  );
  const spread = `seeds of one setting differ by a standard deviation of ${number(noise.deviation, 2)} (${plural(noise.settings, "setting")}, ${plural(noise.runs, "run")})`;
  const close = within.length > 6 ? `${within.length} runs` : `trial ${within.map((run) => run.label).join(", ")}`;
  return within.length
    ? `Trial ${best.label} has the lowest loss, ${number(best.loss.best)}, but ${close} may differ from it by luck alone: ${spread}.`
    : `Trial ${best.label} has the lowest loss, ${number(best.loss.best)}, by more than luck explains: ${spread}.`;
}
