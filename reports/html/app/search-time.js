// Results over time: every trial as a point, the best so far at each budget as a line.

part("time", () => {
  if (!chart("plot-time", timeOption)) return;
  onChange(['input[name="time-budgets"]'], () => charts.get("plot-time").draw());
});

/** The unit that suits a duration in seconds. */
function timeUnit(seconds) {
  const units = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]];
  return units.find(([size]) => seconds >= 3 * size) || units[3];
}

/** The events that are better than all before them. */
function improvements(events) {
  const steps = [];
  for (const e of events) if (steps.length === 0 || better(e.value, steps[steps.length - 1].value)) steps.push(e);
  return steps;
}

function timeOption(width, c) {
  const asked = new Set(all('input[name="time-budgets"]:checked').map((e) => Number(e.value)));
  const shown = page.timeline.map((e, i) => ({ ...e, i })).filter((e) => asked.has(e.budget));
  const end = Math.max(1, ...page.timeline.map((e) => e.time));
  const [size, unit] = timeUnit(end);
  const x = scale({ lo: 0, hi: end / size, title: `time since the start (${unit})`, pad: 0.01 });
  const y = resultScale(shown.map((e) => e.value));
  // A large log has more configurations than the page.
  const text = (e) => [page.configs[e.config] ? `Configuration ${page.configs[e.config].id}` : known(e.value) ? "A configuration that only the log has" : "No usable result", `at ${budgetText(e.budget)}: ${known(e.value) ? number(e.value) : e.status}`, `after ${number(e.time / size)} ${unit}`];
  const height = 400;
  const series = [], stops = [];
  const sentences = [];
  const groups = [];
  page.budgets.forEach((b, i) => {
    const points = shown.filter((e) => e.budget === i && known(e.value));
    if (points.length === 0) return;
    groups.push(points);
    series.push({ type: "scatter", name: budgetText(i), cursor: "default", symbol: budgetSymbol(i), symbolSize: points.length > 500 ? 3.5 : 5, z: 2,
      itemStyle: { color: budgetColour(i), opacity: points.length > 500 ? 0.3 : 0.5 }, emphasis: { itemStyle: { opacity: 1, borderColor: c.ink, borderWidth: 1.5 } },
      data: points.map((e) => [x.map(e.time / size), y.map(e.value)]) });
  });
  const incumbents = groups.map((points) => points.reduce((best, e) => (better(e.value, best.value) ? e : best)));
  const labels = endLabels(incumbents.map((e) => ({ i: e.budget, y: y.map(e.value) })), y, height - 70, budgetShort);
  const ends = textWidth([...labels.values()]) + 6;
  for (const points of [...groups]) {
    const i = points[0].budget;
    const steps = improvements(points);
    const last = steps[steps.length - 1];
    groups.push(steps);
    stops.push(...steps.map((e, dataIndex) => ({ seriesIndex: series.length, dataIndex, text: text(e).join(", ") })));
    sentences.push(`at ${budgetText(i)} the best is ${number(last.value)} after ${number(last.time / size)} ${unit}`);
    series.push({ type: "line", step: "end", name: `best at ${budgetText(i)}`, symbol: budgetSymbol(i), symbolSize: 6, z: 4, cursor: "default",
      lineStyle: { color: budgetColour(i), width: 2, type: budgetDash(i) }, itemStyle: { color: budgetColour(i) }, emphasis: { disabled: true },
      endLabel: { show: Boolean(labels.get(i)), formatter: labels.get(i), color: c.ink, fontSize: 12, distance: 6 },
      // The last point carries the line to the end of the chart.
      data: [...steps.map((e) => [x.map(e.time / size), y.map(e.value)]), { value: [x.map(end / size), y.map(last.value)], symbol: "none" }] });
  }
  const failed = shown.filter((e) => !known(e.value));
  if (failed.length > 0) {
    groups.push(failed);
    series.push({ type: "scatter", name: "failed", symbol: "path://M0,0L10,10M10,0L0,10", symbolSize: 6, z: 3, cursor: "default", clip: false,
      itemStyle: { color: "transparent", borderColor: c.focus, borderWidth: 1.2 }, data: failed.map((e) => [x.map(e.time / size), y.lo]) });
  }
  return {
    height, stops,
    label: `Results over time, ${plural(shown.length, "trial")}: ${sentences.join("; ")}` + (failed.length ? `; ${plural(failed.length, "trial")} without a usable result` : ""),
    grid: margins({ right: 18 + ends }),
    xAxis: axis(x, c, width - 84 - ends, false), yAxis: axis(y, c, height - 70, true),
    tooltip: tooltip(c, (q) => {
      const group = groups[q.seriesIndex];
      return group && text(group[Math.min(q.dataIndex, group.length - 1)]);
    }),
    series,
  };
}
