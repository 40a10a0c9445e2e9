// What follows from a choice of runs: the table, the charts, their words, and the pictures that Python drew.

let waiting = 0;
/** Everything that depends on the choice of runs. While the reader types, the table follows at once, pictures soon. */
function update(pause = 0) {
  const passing = filtered();
  const runs = charted(passing);
  showRows(passing);
  showChoice(passing, runs);
  clearTimeout(waiting);
  const redraw = () => {
    fade(passing, runs);
    drawCharts(runs);
  };
  if (pause) waiting = setTimeout(redraw, pause);
  else redraw();
}

function drawCharts(runs = charted(filtered())) {
  const marks = findingsOf(runs);
  drawChart("loss", "loss", runs, marks);
  drawChart("metric", state.metric, runs, marks);
  showLegend(runs, marks);
  $("luck").textContent = luck(runs);
  $("smooth-value").textContent = smoothShare() ? `over ${number(100 * smoothShare(), 2)} % of a run` : "off";
  $("unzoom").hidden = true;
}

function showChoice(passing, runs) {
  const all = plural(RUNS.length, "trial");
  $("shown").textContent = passing.length === RUNS.length ? all : `${passing.length.toLocaleString("en")} of ${all}`;
  $("clear").hidden = !(state.filter || state.verdicts.size || state.chosen.size);
  $("choice").textContent = choiceInWords(passing, runs);
}

function choiceInWords(passing, runs) {
  if (isExamples(passing)) {
    return "Charted: the clearest trial of each verdict. Filter, or tick trials in the table, to chart others.";
  }
  const many = state.chosen.size || passing.length;
  const named =
    runs.length && runs.length <= 3 ? `trial ${runs.map((run) => run.label).join(", ")}` : plural(runs.length, "trial");
  const thinned = runs.length < many ? `, evenly chosen of ${many.toLocaleString("en")}` : "";
  const plain = runs.length > MOST_DETAILED ? ` Training and batch losses are drawn for up to ${MOST_DETAILED}.` : "";
  return `Charted: ${named}${thinned}.${plain}`;
}

const DRAWN = [...document.querySelectorAll("svg .trial")];
/** In the map and the parallel coordinates, runs that the filter leaves out fade, and charted ones stand out. */
function fade(passing, runs) {
  const inside = new Set(passing.map((run) => run.place));
  const on = new Set(state.chosen.size ? runs.map((run) => run.place) : []);
  if (state.focus) on.add(state.focus.place);
  for (const node of DRAWN) {
    const place = Number(node.dataset.run);
    node.classList.toggle("off", !inside.has(place));
    node.classList.toggle("on", on.has(place));
  }
}
