// What is said of runs in words: the legend of the charts, findings by number, luck, and one run in full.

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

function showRun(run) {
  const panel = $("run");
  if (!run) {
    panel.replaceChildren();
    return;
  }
  panel.className = regimeClass(run.verdict);
  const meaning = DATA.verdicts.find((one) => one.name === run.verdict)?.meaning;
  panel.replaceChildren(
    element(
      "h3",
      {},
      mark(run.verdict),
      isolated(`Trial ${run.label}: ${run.verdict || run.state.toLowerCase() || "no verdict"}`),
      sure(run) && `, ${sure(run)} sure`,
      expectation(run),
    ),
    meaning ? element("p", {}, meaning) : "",
    ...[run.error, run.problem, ...(run.alerts || []), ...(run.notes || [])]
      .filter(Boolean)
      .map((text) => element("p", { class: "notice" }, isolated(text))),
    settingsList(run),
    element(
      "div",
      { class: "two" },
      element("div", {}, ...reasons(run)),
      element(
        "div",
        {},
        ...listed(
          "After training",
          "ul",
          (run.answers || []).map((text) => [text]),
        ),
        ...listed(
          "Try",
          "ol",
          (run.advice || []).map((advice) => remedy(run, advice)),
        ),
      ),
    ),
    run.command
      ? element(
          "p",
          { class: "again" },
          element("span", {}, "Run it again"),
          element("code", {}, run.command),
          copyButton(run.command),
        )
      : "",
  );
}

function expectation(run) {
  if (!run.expected || !run.verdict) return "";
  return run.expected === run.verdict
    ? ", as expected"
    : element("span", { class: "wrong" }, `, but ${run.expected} was expected`);
}

/** The three knobs first, then whatever else the trial was given. */
function settingsList(run) {
  const noise = noiseOf(run);
  const facts = [
    ["learning rate", run.learning_rate],
    ["batch size", run.batch_size],
    ["epochs", run.epochs],
    ["seed", run.seed],
    ...Object.entries(run.params)
      .filter(([name]) => name !== "seed")
      .map(([name, value]) => [words(name), value]),
    ["remedies", (run.remedies || []).join(", ")],
    [
      "best loss",
      run.loss && `${number(run.loss.best)}${noise ? ` ± ${number(noise.deviation, 2)} between seeds` : ""}`,
    ],
    ...Object.entries(run.test).map(([name, value]) => [words(name), value]),
  ];
  const items = facts.filter(([, value]) => value !== undefined && value !== null && value !== "");
  return element(
    "ul",
    { class: "knobs" },
    ...items.map(([name, value]) => element("li", {}, `${name} `, element("strong", {}, isolated(number(value, 3))))),
  );
}

const LIGHT = 0.05; // log odds below which a reason weighs next to nothing

/** How probable the regimes are, what spoke for the verdict and against it, and what the curves show. */
function reasons(run) {
  const why = (run.why || []).filter((reason) => Math.abs(reason.log_odds) >= LIGHT);
  const most = Math.max(...why.map((reason) => Math.abs(reason.log_odds)));
  const rows = why.map((reason) => weightRow(reason, most));
  const table = element("table", { class: "weights odds" }, element("tbody", {}, ...rows));
  const findings = (run.findings || []).map(({ text }) => [text]);
  return [
    ...probabilityRows(run),
    ...(rows.length ? [element("h4", {}, "What spoke against it and for it"), table] : []),
    ...listed("What the curves show", "ul", findings),
  ];
}

/** A reason with its weight as a bar, to the right where it speaks for the verdict. */
function weightRow({ text, log_odds: odds }, most) {
  const width = (50 * Math.abs(odds)) / most;
  const bar = drawing(
    "svg",
    { viewBox: "0 0 100 8", preserveAspectRatio: "none", "aria-hidden": "true" },
    drawing("rect", { x: odds > 0 ? 50 : 50 - width, y: 1, width, height: 6 }),
    drawing("path", { class: "zero", d: "M50 0V8" }),
  );
  const side = element("span", { class: "hidden" }, odds > 0 ? "for: " : "against: ");
  return element("tr", {}, element("td", {}, bar), element("td", {}, side, text));
}

function probabilityRows(run) {
  const pairs = Object.entries(run.p).sort((a, b) => b[1] - a[1]);
  if (!pairs.length) return [];
  const rows = pairs.map(([name, share]) =>
    element(
      "tr",
      {},
      element("th", { scope: "row" }, mark(name), name),
      element(
        "td",
        { class: regimeClass(name) },
        drawing(
          "svg",
          { viewBox: "0 0 100 8", preserveAspectRatio: "none", "aria-hidden": "true" },
          drawing("rect", { y: 1, width: 100 * share, height: 6 }),
        ),
      ),
      element("td", { class: "n" }, percent(share)),
    ),
  );
  return [
    element("h4", {}, "How probable each regime is"),
    element("table", { class: "weights" }, element("tbody", {}, ...rows)),
  ];
}

function listed(title, tag, items) {
  return items.length
    ? [element("h4", {}, title), element(tag, {}, ...items.map((item) => element("li", {}, ...item)))]
    : [];
}

/** A remedy with what gives it: it goes to the end of the run's command, and copies as a whole command. */
function remedy(run, { remedy: name, text, give }) {
  const given = run.command ? [" ", element("code", {}, give), " ", copyButton(`${run.command} ${give}`)] : [];
  return [element("strong", {}, words(name)), `: ${text}`, ...given];
}

const copyButton = (text) => element("button", { type: "button", class: "copy", "data-copy": text }, "Copy");
