// One run in full: its verdict in words, its settings, what spoke for and against, what to try, and the commands.

function showRun(run) {
  const panel = $("run");
  if (!run) {
    panel.replaceChildren();
    return;
  }
  panel.className = regimeClass(run.verdict);
  panel.replaceChildren(...verdictLines(run), settingsList(run), bothColumns(run), ...rerun(run));
}

function verdictLines(run) {
  const title = isolated(`Trial ${run.label}: ${run.verdict || run.state.toLowerCase() || "no verdict"}`);
  const certainty = sure(run) && `, ${sure(run)} sure`;
  const meaning = DATA.verdicts.find((one) => one.name === run.verdict)?.meaning;
  const notices = [run.error, run.problem, ...(run.alerts || []), ...(run.notes || [])].filter(Boolean);
  return [
    element("h3", {}, mark(run.verdict), title, certainty, expectation(run)),
    meaning ? element("p", {}, meaning) : "",
    ...notices.map((text) => element("p", { class: "notice" }, isolated(text))),
  ];
}

function bothColumns(run) {
  const answers = (run.answers || []).map((text) => [text]);
  const advice = (run.advice || []).map((one) => remedy(run, one));
  const after = [...listed("After training", "ul", answers), ...listed("Try", "ol", advice)];
  return element("div", { class: "two" }, element("div", {}, ...reasons(run)), element("div", {}, ...after));
}

function rerun(run) {
  if (!run.command) return [];
  const parts = [element("span", {}, "Run it again"), element("code", {}, run.command), copyButton(run.command)];
  return [element("p", { class: "again" }, ...parts)];
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
