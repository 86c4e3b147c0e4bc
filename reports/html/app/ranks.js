// The correlation matrix and the scatter of the pair of budgets that is chosen in it.

const ranksPart = { pair: -1 };

/** Turns every cell of the matrix into a button; arrow keys move between them. */
part("ranks", () => {
  const matrix = byId("matrix");
  if (!matrix) return;
  const cells = all("td[data-pair]", matrix);
  for (const cell of cells) {
    const button = element("button", { type: "button", className: "cell", "aria-pressed": "false", "aria-label": cell.dataset.label, tabindex: "-1" });
    button.append(...cell.childNodes);
    cell.append(button);
    cell.classList.add("has-button");
    const pair = Number(cell.dataset.pair);
    button.addEventListener("click", () => choosePair(pair, true));
    button.addEventListener("keydown", (event) => moveInMatrix(event, cells, pair));
  }
  chart("plot-pair", pairOption);
  choosePair(Number(matrix.dataset.first), false);
});

function moveInMatrix(event, cells, pair) {
  const moves = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] };
  const move = moves[event.key];
  if (!move) return;
  event.preventDefault();
  const { lowIndex, highIndex } = page.correlations[pair];
  const to = page.correlations.findIndex((x) => x.lowIndex === lowIndex + move[0] && x.highIndex === highIndex + move[1]);
  const cell = cells.find((e) => Number(e.dataset.pair) === to);
  if (cell) {
    for (const e of cells) e.firstChild.tabIndex = -1;
    cell.firstChild.tabIndex = 0;
    cell.firstChild.focus();
  }
}

function choosePair(pair, announce) {
  ranksPart.pair = pair;
  for (const cell of all("#matrix td[data-pair]")) {
    const on = Number(cell.dataset.pair) === pair;
    cell.firstChild.setAttribute("aria-pressed", String(on));
    cell.firstChild.tabIndex = on ? 0 : -1;
  }
  const r = page.correlations[pair];
  const title = capital(`${budgetText(r.lowIndex)} against ${budgetText(r.highIndex)}`);
  byId("pair-title").textContent = title;
  byId("pair-facts").replaceChildren(...pairFacts(r).map(([name, value]) => element("div", {}, element("dt", { textContent: name }), element("dd", { textContent: value }))));
  byId("plot-pair").hidden = r.n === 0;
  byId("pair-none").hidden = r.n > 0;
  charts.get("plot-pair")?.draw();
  if (announce) say(`${title}: ${plural(r.n, "configuration")}`);
}

/** What is known about the pair, as names and values; what cannot be told has its reason. */
function pairFacts(r) {
  const facts = [["Configurations at both", `${r.n} of ${r.nLow} at the lower`]];
  const s = r.spearman;
  const interval = between(s.lo, s.hi, fixed);
  facts.push(["Spearman ρ", known(s.rho) ? fixed(s.rho) + (interval ? ` (${interval})` : "") : `cannot tell: ${s.reason}`]);
  if (known(s.p)) facts.push(["p, corrected", `${probability(s.p)}, ${probability(s.pHolm)}`]);
  if (known(r.kendall.tau)) facts.push(["Kendall τ", fixed(r.kendall.tau)]);
  for (const t of r.topK || []) facts.push([`Best ${t.k} shared`, `${number(t.shared)} (by chance ${number(t.chance)})`]);
  const g = r.regret;
  if (known(g.regret)) facts.push(["Given up by choosing the best at the lower", `${number(g.regret)}${known(g.relative) ? ` (${percent(g.relative)} of the range)` : ""}, configuration ${g.config}`]);
  const f = r.surrogate;
  facts.push(["The two forests over the whole space", known(f.rho) ? `ρ ${fixed(f.rho)} (R² ${fixed(f.lowR2)} and ${fixed(f.highR2)})` : `cannot tell: ${f.reason}`]);
  return facts;
}

function pairOption(width, c) {
  const r = page.correlations[ranksPart.pair];
  const points = [];
  page.configs.forEach((config, i) => {
    const x = config.results[r.lowIndex], y = config.results[r.highIndex];
    if (known(x) && known(y)) points.push({ i, x, y });
  });
  const x = resultScale(points.map((p) => p.x), `${page.objective.name} at ${budgetText(r.lowIndex)}`);
  const y = resultScale(points.map((p) => p.y), `${page.objective.name} at ${budgetText(r.highIndex)}`);
  const best = new Set([page.budgets[r.lowIndex].best.config, page.budgets[r.highIndex].best.config]);
  const lines = (p) => [`Configuration ${page.configs[p.i].id}`, `at ${budgetText(r.lowIndex)}: ${number(p.x)}`, `at ${budgetText(r.highIndex)}: ${number(p.y)}`,
    ...(best.has(p.i) ? [[r.lowIndex, r.highIndex].filter((b) => page.budgets[b].best.config === p.i).map((b) => `best at ${budgetText(b)}`).join(", ")] : [])];
  const small = points.length > 400 ? 4 : points.length > 80 ? 6 : 9;
  return {
    label: `Scatter of ${plural(points.length, "configuration")}: ${page.objective.name} at ${budgetText(r.lowIndex)} against ${budgetText(r.highIndex)}; ` +
      (known(r.spearman.rho) ? `rank correlation ${fixed(r.spearman.rho)}` : `rank correlation cannot be told, ${r.spearman.reason}`),
    stops: points.map((p, dataIndex) => ({ seriesIndex: 0, dataIndex, text: lines(p).join(", ") })),
    grid: margins(),
    xAxis: axis(x, c, width - 84, false),
    yAxis: axis(y, c, 300, true),
    tooltip: tooltip(c, (q) => lines(points[q.dataIndex])),
    series: [{
      type: "scatter", symbolSize: small, cursor: "default",
      itemStyle: { color: c.accent, opacity: points.length > 400 ? 0.45 : 0.7 },
      emphasis: { itemStyle: { opacity: 1, borderColor: c.ink, borderWidth: 1.5 } },
      data: points.map((p) => ({ value: [x.map(p.x), y.map(p.y)],
        ...(best.has(p.i) ? { symbol: "diamond", symbolSize: 13, itemStyle: { color: dark.matches ? "#ffab70" : "#d55e00", opacity: 1 } } : {}) })),
    }],
  };
}
