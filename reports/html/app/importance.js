// Importance: bars at one budget, or a line per parameter against the budgets.

part("importance", () => {
  if (!chart("plot-importance", (width, c) => (chosen("importance-view") === "lines" ? linesOption(width, c) : barsOption(width, c)))) return;
  const barsReading = byId("importance-reading").textContent;
  onChange(['input[name="importance-view"]', 'input[name="importance-budget"]', "#importance-sort", "#importance-pairs"], () => {
    const lines = chosen("importance-view") === "lines";
    for (const e of all('input[name="importance-budget"], #importance-sort, #importance-pairs')) e.closest(".choice, .field").hidden = lines || e.name === "importance-budget" && page.budgets.length === 1;
    byId("importance-reading").textContent = lines ? "Coloured: parameters that explain at least 2 % at some budget; grey: the others. Budgets at which nothing can be told are left out." : barsReading;
    charts.get("plot-importance").draw();
    say(byId("importance-heading").textContent);
  });
});

/** The rows of the bar chart, sorted as asked; pairs are the strongest of them. */
function importanceRows(b, sort, pairs) {
  const d = page.params.length;
  const list = b.importance || [];
  const rows = list.slice(0, d).map((x, at) => ({ ...x, at, name: x.params[0] }));
  if (pairs) {
    const strongest = list.slice(d).filter((x) => known(x.individual.mean)).sort((x, y) => y.individual.mean - x.individual.mean).slice(0, 10);
    rows.push(...strongest.map((x, k) => ({ ...x, at: d + k, name: x.params.join(" × "), pair: true })));
  }
  const order = {
    value: (x, y) => (y.individual.mean ?? -1) - (x.individual.mean ?? -1),
    name: (x, y) => x.name.localeCompare(y.name, "en", { numeric: true }),
    space: (x, y) => x.at - y.at,
  };
  return rows.sort(order[sort] || order.value);
}

/** The interval of a share, or one standard deviation around it. */
function spread(s) {
  if (known(s.lo) && known(s.hi)) return { lo: s.lo, hi: s.hi, words: `interval ${between(s.lo, s.hi, percent)}` };
  if (known(s.std)) return { lo: Math.max(0, s.mean - s.std), hi: s.mean + s.std, words: `± ${percent(s.std)} over the trees` };
  return { lo: null, hi: null, words: "" };
}

function importanceLines(r) {
  const lines = [r.name, `${r.pair ? "interaction" : "alone"}: ${percent(r.individual.mean)}`];
  const words = spread(r.individual).words;
  if (words) lines.push(words);
  if (!r.pair && known(r.sobol.mean)) lines.push(`with interactions: ${percent(r.sobol.mean)}`);
  if (r.pair) lines.push(`together with both parameters: ${percent(r.total.mean)}`);
  return lines;
}

function barsOption(width, c) {
  const at = chosen("importance-budget");
  const b = page.budgets[at];
  const heading = byId("importance-heading");
  heading.textContent = `Share of the variance of ${page.objective.name} at ${budgetText(at)}` +
    (b.decided ? ` (${plural(b.n, "configuration")}, R² ${fixed(b.oob.r2)})` : "");
  if (!b.decided) {
    heading.textContent += ` cannot be told: ${b.reason}`;
    return { height: 40, label: heading.textContent, xAxis: { show: false }, yAxis: { show: false, type: "category" }, series: [] };
  }
  const rows = importanceRows(b, byId("importance-sort").value, byId("importance-pairs").checked);
  const names = Math.min(width * 0.38, textWidth(rows.map((r) => r.name), 12.5) + 2);
  const ends = rows.flatMap((r) => [spread(r.individual).hi, r.individual.mean, r.pair ? null : r.sobol.mean]).filter(known);
  const top = Math.min(1, Math.max(0.01, ...ends) * 1.03);
  const x = scale({ lo: 0, hi: top, title: "share of variance", format: (v) => (100 * v).toFixed(top < 0.05 ? 1 : 0) + " %" });
  return {
    height: 70 + rows.length * 27,
    label: `Bars of importance. ${heading.textContent}: ` + rows.map((r) => `${r.name} ${percent(r.individual.mean)}`).join(", "),
    stops: rows.map((r, dataIndex) => ({ seriesIndex: 1, dataIndex, text: importanceLines(r).join(", ") })),
    grid: margins({ left: names + 14, top: 6, bottom: 52, right: 24 }),
    xAxis: axis(x, c, width - names - 38, false),
    yAxis: { type: "category", inverse: true, data: rows.map((r) => r.name), axisLine: { lineStyle: { color: c.rule } }, axisTick: { show: false },
      axisLabel: { color: c.ink, fontSize: 12.5, width: names, overflow: "truncate", interval: 0 } },
    tooltip: tooltip(c, (q) => (q.dataIndex === undefined ? null : importanceLines(rows[q.dataIndex]))),
    series: [
      { type: "bar", name: "with interactions", data: rows.map((r) => (r.pair ? null : r.sobol.mean)), barWidth: 17, barGap: "-100%", z: 1, cursor: "default",
        itemStyle: { color: c.accent, opacity: 0.2 }, emphasis: { disabled: true } },
      { type: "bar", name: "alone", data: rows.map((r) => ({ value: r.individual.mean, itemStyle: { color: r.pair ? (dark.matches ? "#d9a441" : "#b27600") : c.accent } })), barWidth: 11, z: 2, cursor: "default",
        emphasis: { itemStyle: { borderColor: c.ink, borderWidth: 1.5 } } },
      whiskers(rows.map((r, i) => [i, spread(r.individual).lo, spread(r.individual).hi]), c.ink, { horizontal: true }),
    ],
  };
}

function linesOption(width, c) {
  byId("importance-heading").textContent = `Share of the variance of ${page.objective.name} against ${budgetTitle}`;
  const decided = page.budgets.map((b, i) => ({ b, i })).filter(({ b }) => b.decided);
  const most = (at) => Math.max(...decided.map(({ b }) => b.importance[at].individual.mean ?? 0));
  // A line is coloured where its parameter matters at some budget; the rest is context.
  const order = page.params.map((p, at) => at).sort((x, y) => most(y) - most(x));
  const coloured = new Map(order.slice(0, 8).filter((at) => most(at) >= 0.02).map((at, k) => [at, okabeIto[k]]));
  const budgets = decided.map(({ b }) => b.budget);
  const wide = budgets[budgets.length - 1] / budgets[0] >= 4 && budgets[0] > 0;
  const x = scale({ lo: budgets[0], hi: budgets[budgets.length - 1], log: wide, title: budgetTitle + (wide ? ", log scale" : ""), pad: 0.03 });
  x.ticks = () => budgets.map(x.map);
  const hi = Math.min(1, Math.max(0.01, ...page.params.map((_, at) => most(at))) * 1.08);
  const y = scale({ lo: 0, hi, title: "share of variance", format: (v) => (100 * v).toFixed(hi < 0.05 ? 1 : 0) + " %" });
  const names = Math.min(width * 0.34, textWidth([...coloured.keys()].map((at) => page.params[at].name)) + 2);
  const series = [...order].reverse().map((at) => {
    const colour = coloured.get(at);
    return {
      type: "line", name: page.params[at].name, symbol: budgetSymbols[order.indexOf(at) % 4], symbolSize: colour ? 8 : 4, z: colour ? 4 : 2, cursor: "default",
      lineStyle: { width: colour ? 2.2 : 1, color: colour || c.rule }, itemStyle: { color: colour || c.rule },
      emphasis: { focus: "series", lineStyle: { width: 3 } },
      data: decided.map(({ b }) => [x.map(b.budget), b.importance[at].individual.mean]),
    };
  });
  const height = 400, last = decided[decided.length - 1].b;
  series.push(endNames([...coloured].map(([at, colour]) => ({ y: last.importance[at].individual.mean, text: page.params[at].name, colour, symbol: budgetSymbols[order.indexOf(at) % 4] })),
    x.map(last.budget), y, height - 68, c, names));
  const lines = (q) => {
    const at = page.params.findIndex((p) => p.name === q.seriesName);
    const { b, i } = decided[q.dataIndex];
    return importanceLines({ ...b.importance[at], name: `${page.params[at].name} at ${budgetText(i)}` });
  };
  return {
    height,
    label: "Lines of importance against budget: " + order.slice(0, 8).map((at) => `${page.params[at].name} ` + decided.map(({ b }) => percent(b.importance[at].individual.mean)).join(", ")).join("; "),
    stops: order.flatMap((at, k) => decided.map((_, dataIndex) => ({ seriesIndex: order.length - 1 - k, dataIndex, text: lines({ seriesName: page.params[at].name, dataIndex }).join(", ") }))),
    grid: margins({ right: names + 32 }),
    xAxis: axis(x, c, width - names - 98, false),
    yAxis: axis(y, c, height - 70, true),
    tooltip: tooltip(c, lines),
    series,
  };
}
