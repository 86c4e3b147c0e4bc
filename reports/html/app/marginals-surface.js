// Surfaces: the mean prediction over the two parameters of a strong interaction.

part("surfaces", () => {
  if (!chart("plot-surface", surfaceOption)) return;
  const fill = () => {
    const surfaces = page.budgets[chosen("surface-budget")].surfaces || [];
    byId("surface-pair").replaceChildren(...surfaces.map((s, i) => element("option", { value: i, textContent: `${s.params.join(" × ")} (${percent(s.share)})` })));
  };
  const draw = () => {
    charts.get("plot-surface").draw();
    say(byId("surface-heading").textContent);
  };
  fill();
  onChange(['input[name="surface-budget"]'], () => {
    fill();
    draw();
  });
  onChange(["#surface-pair"], draw);
});

/** The scale of a parameter over the cells around the points of a surface, and the edges of these cells. */
function surfaceScale(p, points) {
  const s = paramScale(p);
  const at = points.map(s.map);
  if (s.choices) return { s, edges: [...at.map((v) => v - 0.5), at[at.length - 1] + 0.5] };
  const middles = at.slice(1).map((v, i) => (v + at[i]) / 2);
  const edges = [at[0], ...middles, at[at.length - 1]];
  const lo = edges[0], hi = edges[edges.length - 1];
  return { s: { ...s, lo, hi, ticks: (n) => s.ticks(n, lo, hi) }, edges };
}

function surfaceOption(width, c) {
  const at = chosen("surface-budget");
  const b = page.budgets[at];
  const f = b.decided ? b.surfaces?.[Number(byId("surface-pair").value)] : null;
  const heading = byId("surface-heading");
  if (!f) {
    heading.textContent = `Predicted ${page.objective.name} over pairs at ${budgetText(at)} cannot be told: ${b.reason || "no pair was computed"}`;
    return { height: 40, label: heading.textContent, xAxis: { show: false }, yAxis: { show: false }, series: [] };
  }
  heading.textContent = `Predicted ${page.objective.name} over ${f.params.join(" and ")} at ${budgetText(at)}`;
  const [p, q] = f.params.map((name) => page.params.find((x) => x.name === name));
  const x = surfaceScale(p, f.x), y = surfaceScale(q, f.y);
  const cells = f.x.flatMap((_, i) => f.y.map((_, j) => ({ i, j, v: f.mean[i][j] }))).filter((cell) => known(cell.v));
  const values = cells.map((cell) => cell.v);
  const lo = Math.min(...values), hi = Math.max(...values);
  const ramp = maximize ? [...bestToWorst()].reverse() : bestToWorst();
  const height = Math.min(440, Math.max(320, width * 0.62));
  const lines = (cell) => [`${page.objective.name}: ${number(cell.v)}`, `${p.name}: ${valueText(p, f.x[cell.i])}`, `${q.name}: ${valueText(q, f.y[cell.j])}`];
  const best = cells.reduce((k, cell) => (better(cell.v, k.v) ? cell : k), cells[0]);
  const label = y.s.choices ? Math.min(width * 0.3, textWidth(y.s.choices) + 2) : 46;
  return {
    height, label: `${heading.textContent}: from ${number(lo)} to ${number(hi)}, best: ${lines(best).join(", ")}`,
    stops: cells.map((cell, dataIndex) => ({ seriesIndex: 0, dataIndex, text: lines(cell).join(", ") })),
    grid: margins({ left: label + 30, right: 96 }),
    xAxis: axis(x.s, c, width - label - 130, false, { splitLine: { show: false } }),
    yAxis: axis(y.s, c, height - 70, true, { splitLine: { show: false }, nameGap: label + 8 }),
    visualMap: { type: "continuous", min: lo, max: hi > lo ? hi : lo + 1, dimension: 2, seriesIndex: 0, calculable: false, hoverLink: false, precision: 4, orient: "vertical", right: 0, top: 14, itemWidth: 14, itemHeight: height - 110,
      inRange: { color: ramp }, text: [tickText(hi), tickText(lo)], textStyle: { color: c.soft } },
    tooltip: tooltip(c, (t) => (t.dataIndex === undefined ? null : lines(cells[t.dataIndex]))),
    series: [{
      type: "custom", clip: true, encode: { x: 0, y: 1 }, data: cells.map((cell) => [x.s.map(f.x[cell.i]), y.s.map(f.y[cell.j]), cell.v]),
      renderItem: (params, api) => {
        const { i, j } = cells[params.dataIndex];
        const [x0, y1] = api.coord([x.edges[i], y.edges[j]]);
        const [x1, y0] = api.coord([x.edges[i + 1], y.edges[j + 1]]);
        // Whole pixels, so that no seams show.
        const [left, right, top, bottom] = [x0, x1, y0, y1].map(Math.round);
        return { type: "rect", shape: { x: left, y: top, width: right - left, height: bottom - top }, style: { fill: api.visual("color") }, emphasis: { style: { stroke: c.ink, lineWidth: 1.5 } } };
      },
    }],
  };
}
