// Which runs are shown: words that occur anywhere in a run, and comparisons such as epochs=14 or learning_rate>1e-3.

const ALIASES = {
  regime: "verdict",
  diagnosed: "verdict",
  lr: "learning_rate",
  batch: "batch_size",
  confidence: "sure",
  trial: "label",
};

const HAYSTACKS = RUNS.map((run) =>
  [
    run.label,
    run.verdict,
    run.expected,
    run.state,
    run.recipe,
    run.study,
    run.error,
    ...(run.remedies || []),
    ...Object.entries(run.params).flat(),
  ]
    .filter(Boolean)
    .join(" ")
    .toLowerCase(),
);

/** The value of a run that a filter names; undefined where no run has a column of that name. */
function valueOf(run, name) {
  const key = ALIASES[name] || name;
  if (key === "verdict") return standing(run);
  if (key === "loss") return run.loss?.best;
  if (key === "metric" || key === run.metric?.name) return run.metric?.best;
  if (key in run && typeof run[key] !== "object") return run[key];
  if (key in run.test) return run.test[key];
  const full = Object.keys(run.params).find((param) => param === key || param.split(".").pop() === key);
  return full === undefined ? undefined : run.params[full];
}

const COMPARISONS = {
  "=": (a, b) => String(a).toLowerCase() === b || (typeof a === "number" && Number(b) === a),
  "!=": (a, b) => !COMPARISONS["="](a, b),
  ">": (a, b) => typeof a === "number" && a > Number(b),
  "<": (a, b) => typeof a === "number" && a < Number(b),
  ">=": (a, b) => typeof a === "number" && a >= Number(b),
  "<=": (a, b) => typeof a === "number" && a <= Number(b),
};

function predicate(word) {
  const [, name, sign, wanted] = word.match(/^([\w.]+)(>=|<=|!=|=|>|<)(.+)$/) || [];
  if (name && RUNS.some((run) => valueOf(run, name) !== undefined)) {
    return (run) => COMPARISONS[sign](valueOf(run, name) ?? "", wanted);
  }
  return (run) => HAYSTACKS[run.place].includes(word);
}

/** The runs that pass the filter and the chosen verdicts, in their order. */
function filtered() {
  const tests = state.filter.toLowerCase().split(/\s+/).filter(Boolean).map(predicate);
  const { verdicts } = state;
  return RUNS.filter((run) => (!verdicts.size || verdicts.has(standing(run))) && tests.every((test) => test(run)));
}

/** Whether the charts show one run of each verdict: nothing is chosen, and all runs would be too many. */
function isExamples(passing) {
  return !(state.chosen.size || state.filter || state.verdicts.size) && passing.length > MOST_DETAILED;
}

/** The runs in the charts: the chosen ones; else those that pass the filter, or where nothing is asked, examples. */
function charted(passing) {
  if (isExamples(passing)) return examples();
  return spread(state.chosen.size ? RUNS.filter((run) => state.chosen.has(run.place)) : passing, MOST_LINES);
}

/** The most certain run of each verdict; of the recommended one's verdict, the recommended one. */
function examples() {
  const best = new Map();
  const rank = (run) => (run.label === DATA.best ? 2 : run.sure || 0);
  for (const run of RUNS) {
    const known = best.get(run.verdict);
    if (run.verdict && (!known || rank(run) > rank(known))) best.set(run.verdict, run);
  }
  return [...best.values()].sort((a, b) => a.place - b.place);
}

/** At most so many, evenly chosen. */
function spread(list, most) {
  return list.length <= most
    ? list
    : Array.from({ length: most }, (_, k) => list[Math.floor((k * list.length) / most)]);
}
