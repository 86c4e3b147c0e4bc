// Marginals: the mean prediction along one parameter, at one budget or at all.

part("marginals", () => {
  if (!chart("plot-marginal", marginalOption)) return;
  const results = byId("marginal-data");
  const update = () => {
    // Results of all budgets in one cloud would say nothing.
    results.disabled = chosen("marginal-budget") === "all";
    charts.get("plot-marginal").draw();
    say(byId("marginal-heading").textContent);
  };
  results.disabled = true;
  onChange(["#marginal-param", 'input[name="marginal-budget"]', "#marginal-data"], update);
});

function marginalOption(width, c) {
  const at = Number(byId("marginal-param").value);
  const p = page.params[at];
  const which = chosen("marginal-budget");
  const asked = page.budgets.map((b, i) => ({ b, i })).filter(({ i }) => which === "all" || i === which);
  const shown = asked.filter(({ b }) => b.decided && b.marginals[at]).map(({ b, i }) => ({ b, i, m: b.marginals[at] }));
  const heading = byId("marginal-heading");
  heading.textContent = `Predicted ${page.objective.name} along ${p.name}` + (which === "all" ? "" : ` at ${budgetText(which)}`);
  if (shown.length === 0) {
    heading.textContent += ` cannot be told: ${asked.map(({ b }) => b.reason).find(Boolean) ?? "no budget is decided"}`;
    return { height: 40, label: heading.textContent, xAxis: { show: false }, yAxis: { show: false }, series: [] };
  }
  const one = shown.length === 1;
  const points = one && which !== "all" && byId("marginal-data").checked
    ? page.configs.filter((f) => known(f.values[at]) && known(f.results[which])).map((f) => ({ x: f.values[at], y: f.results[which] })) : [];
  const y = resultScale(shown.flatMap(({ m }) => m.mean.flatMap((v, k) => (one || !numeric(p) ? [m.lo[k], m.hi[k]] : [v]))).concat(points.map((q) => q.y)));
  const draw = numeric(p) ? marginalLines : marginalDots;
  return draw({ p, shown, one, points, y, width, c, heading: heading.textContent });
}

const marginalText = (m, k) => `${number(m.mean[k])} (${number(m.lo[k])} to ${number(m.hi[k])})`;

/** The words for a chart of marginals: its ends and its best point at each budget. */
function marginalLabel(heading, p, shown) {
  return `${heading}. ` + shown.map(({ i, m }) => {
    const best = m.mean.reduce((k, v, j) => (better(v, m.mean[k]) ? j : k), 0);
    return `At ${budgetText(i)} best at ${valueText(p, m.x[best])} with ${marginalText(m, best)}`;
  }).join("; ");
}

/** Lines over a numeric parameter; at a single budget with a band. */
function marginalLines({ p, shown, one, points, y, width, c, heading }) {
  const x = paramScale(p);
  const height = 380;
  const ends = endLabels(shown.map(({ i, m }) => ({ i, y: y.map(m.mean[m.mean.length - 1]) })), y, height - 70, budgetShort);
  const names = one ? 0 : textWidth([...ends.values()]) + 6;
  const series = shown.map(({ i, m }) => ({
    type: "line", name: budgetText(i), showSymbol: false, symbol: budgetSymbol(i), symbolSize: 7, z: 4, step: p.kind === "int" && p.upper - p.lower <= 12 ? "middle" : false,
    lineStyle: { color: budgetColour(i), width: 2.2, type: budgetDash(i) }, itemStyle: { color: budgetColour(i) },
    endLabel: { show: !one && Boolean(ends.get(i)), formatter: ends.get(i), color: c.ink, fontSize: 12, distance: 6 },
    emphasis: { disabled: true },
    data: m.x.map((v, k) => [x.map(v), y.map(m.mean[k])]),
  }));
  if (one) series.push(band(shown[0].m, x, y, budgetColour(shown[0].i)));
  if (points.length > 0) {
    series.push({ type: "scatter", silent: true, z: 2, symbolSize: points.length > 300 ? 4 : 6, itemStyle: { color: c.soft, opacity: 0.45 }, data: points.map((q) => [x.map(q.x), y.map(q.y)]) });
  }
  return {
    height, label: marginalLabel(heading, p, shown),
    stops: shown.flatMap(({ i, m }, seriesIndex) => m.x.map((v, dataIndex) => ({ seriesIndex, dataIndex, text: `${valueText(p, v)}, ${budgetText(i)}: ${marginalText(m, dataIndex)}` }))),
    grid: margins({ right: 18 + names }),
    xAxis: axis(x, c, width - 84 - names, false), yAxis: axis(y, c, height - 70, true),
    tooltip: tooltip(c, (all) => {
      const lines = all.filter((q) => q.seriesType === "line");
      if (lines.length === 0) return null;
      return [`${p.name}: ${valueText(p, shown[lines[0].seriesIndex].m.x[lines[0].dataIndex])}`,
        ...lines.map((q) => `${one ? "" : `at ${budgetText(shown[q.seriesIndex].i)}: `}${marginalText(shown[q.seriesIndex].m, q.dataIndex)}`)];
    }, { trigger: "axis", axisPointer: { type: "line", lineStyle: { color: c.rule, type: "solid" } } }),
    series,
  };
}

/** The band around a marginal: its interval, or one standard deviation over the trees. */
function band(m, x, y, colour) {
  const ends = (at) => m.x.map((v, k) => [x.map(v), y.map(at[k])]).filter((q) => known(q[0]) && known(q[1]));
  const outline = [...ends(m.lo), ...ends(m.hi).reverse()];
  return {
    type: "custom", silent: true, z: 3, clip: true, data: [outline[0] || [0, 0]],
    renderItem: (_, api) => ({ type: "polygon", silent: true, shape: { points: outline.map((q) => api.coord(q)) }, style: { fill: colour, opacity: 0.18 } }),
  };
}

/** Dots with whiskers, a row per choice. */
function marginalDots({ p, shown, one, points, y, width, c, heading }) {
  const choices = p.choices || [];
  const names = Math.min(width * 0.36, textWidth(choices, 12.5) + 2);
  const row = 20 + 11 * shown.length;
  const height = 76 + choices.length * row;
  const place = (k, slot) => k + (shown.length > 1 ? ((slot - (shown.length - 1) / 2) * 0.72) / shown.length : 0);
  const x = { ...y };
  const series = shown.map(({ i, m }, slot) => ({
    type: "scatter", name: budgetText(i), symbol: budgetSymbol(i), symbolSize: 10, z: 5, cursor: "default", itemStyle: { color: budgetColour(i) },
    emphasis: { itemStyle: { borderColor: c.ink, borderWidth: 1.5 } },
    data: m.x.map((k, at) => [x.map(m.mean[at]), place(k, slot)]),
  }));
  shown.forEach(({ i, m }, slot) => series.push(whiskers(m.x.map((k, at) => [place(k, slot), x.map(m.lo[at]), x.map(m.hi[at])]), budgetColour(i), { horizontal: true })));
  if (points.length > 0) {
    series.push({ type: "scatter", silent: true, z: 2, symbolSize: 5, itemStyle: { color: c.soft, opacity: 0.4 }, data: points.map((q, k) => [x.map(q.y), q.x + 0.16 + 0.22 * ((k * 0.618) % 1)]) });
  }
  // Which budget a dot belongs to stands at the right end of its row.
  const key = one ? 0 : textWidth(shown.map(({ i }) => number(page.budgets[i].budget)), 11) + 6;
  if (!one) {
    series.push({ type: "scatter", silent: true, clip: false, symbolSize: 0, z: 6, data: shown.flatMap(({ i, m }, slot) => m.x.map((k) => ({ value: [x.hi, place(k, slot)],
      label: { show: true, position: "right", distance: 4, formatter: () => number(page.budgets[i].budget), color: c.soft, fontSize: 11 } }))) });
  }
  const lines = (q) => {
    const { i, m } = shown[q.seriesIndex] || {};
    return m && [`${p.name}: ${choices[m.x[q.dataIndex]]}`, `${one ? "" : `at ${budgetText(i)}: `}${marginalText(m, q.dataIndex)}`];
  };
  return {
    height, label: marginalLabel(heading, p, shown),
    stops: shown.flatMap(({ m }, seriesIndex) => m.x.map((_, dataIndex) => ({ seriesIndex, dataIndex, text: lines({ seriesIndex, dataIndex }).join(", ") }))),
    grid: margins({ left: names + 14, top: 8, right: 18 + key }),
    xAxis: axis(x, c, width - names - 38 - key, false),
    yAxis: { type: "value", inverse: true, min: -0.5, max: choices.length - 0.5, axisLine: { show: true, lineStyle: { color: c.rule } },
      axisTick: { show: false }, splitLine: { show: false },
      axisLabel: { customValues: choices.map((_, k) => k), formatter: (k) => choices[k] ?? "", color: c.ink, fontSize: 12.5, width: names, overflow: "truncate", hideOverlap: false } },
    tooltip: tooltip(c, lines),
    series,
  };
}
