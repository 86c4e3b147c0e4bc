// Parallel coordinates: every configuration with a result at the chosen budget as a line over
// the parameters and the result. Ranges drawn on the axes select; what is selected is listed.

const parallelPart = {
  axes: [], // {name, s} as drawn, the result last
  lines: [], // configurations as drawn, the worst first
  ranges: new Map(), // name of an axis to [lo, hi] on its scale
};
const resultAxis = Symbol("result"); // no name of a parameter can be this

part("parallel", () => {
  const box = chart("plot-parallel", parallelOption, (instance) => instance.on("axisareaselected", readRanges));
  if (!box) return;
  const select = byId("parallel-axes");
  const d = page.params.length;
  select.append(element("option", { value: "fit", textContent: "as many as fit" }), element("option", { value: "all", textContent: `all ${d} parameters` }));
  onChange(["#parallel-axes"], () => box.draw());
  onChange(['input[name="parallel-budget"]'], () => {
    parallelPart.ranges.delete(resultAxis);
    box.draw();
  });
  for (const button of all("button[data-select]")) button.addEventListener("click", () => selectBest(box, Number(button.dataset.select)));
});

/** Selects the best share of the lines by a range on the axis of the result; none drops all ranges. */
function selectBest(box, share) {
  parallelPart.ranges.clear();
  const { lines, axes } = parallelPart;
  if (share > 0 && lines.length > 0) {
    const { s } = axes[axes.length - 1];
    const n = Math.max(1, Math.round(share * lines.length));
    const ends = [lines[lines.length - 1], lines[lines.length - n]].map((f) => s.map(f.result)).sort((a, b) => a - b);
    const room = (s.hi - s.lo) * 1e-6;
    parallelPart.ranges.set(resultAxis, [ends[0] - room, ends[1] + room]);
  }
  box.draw();
}

/** Takes over the ranges that were drawn by hand. */
function readRanges() {
  const model = charts.get("plot-parallel").instance.getModel();
  parallelPart.axes.forEach(({ name }, i) => {
    const [range] = model.getComponent("parallelAxis", i).activeIntervals;
    if (range) parallelPart.ranges.set(name, [...range]);
    else parallelPart.ranges.delete(name);
  });
  listSelected();
}

/** Draws the ranges on the axes that are shown. */
function drawRanges(instance) {
  let any = false;
  parallelPart.axes.forEach(({ name }, i) => {
    const range = parallelPart.ranges.get(name);
    if (!range) return;
    any = true;
    instance.dispatchAction({ type: "axisAreaSelect", parallelAxisIndex: i, intervals: [range] }, { silent: true });
  });
  // An axis does not draw a range that it was told by an action, only one it finds when drawn anew.
  if (any) instance.resize();
  listSelected();
}

function parallelOption(width, c) {
  const at = chosen("parallel-budget");
  const shown = page.configs.filter((f) => known(f.results[at])).map((f) => ({ ...f, result: f.results[at] }));
  const worstFirst = shown.sort((x, y) => (better(x.result, y.result) ? 1 : better(y.result, x.result) ? -1 : 0));
  const wanted = byId("parallel-axes").value === "all" ? page.params.length : Math.max(3, Math.floor((width - 60) / 84) - 1);
  const axes = byImportance(at).slice(0, wanted).map((p) => ({ name: page.params[p].name, p, s: paramScale(page.params[p]) }));
  const result = resultScale(worstFirst.map((f) => f.result));
  axes.push({ name: resultAxis, s: result });
  for (const name of parallelPart.ranges.keys()) if (!axes.some((x) => x.name === name)) parallelPart.ranges.delete(name);
  Object.assign(parallelPart, { axes, lines: worstFirst });

  const title = page.objective.name + (budgetless ? "" : ` at ${budgetShort(at)}`);
  byId("parallel-heading").textContent = `Every configuration with a result at ${budgetText(at)} as a line`;
  const n = worstFirst.length;
  const ramp = bestToWorst();
  const rank = (k) => (n > 1 ? 1 - k / (n - 1) : 0);
  const height = 420, inset = 34, last = Math.max(44, Math.min(190, textWidth([title]) * 0.92 - inset + 16));
  const minWidth = axes.length * 84 > width ? axes.length * 72 + 60 : 0;
  const between = (Math.max(width, minWidth) - 2 * inset - 30 - last) / Math.max(1, axes.length - 1);
  const words = (f) => [`Configuration ${f.id}`, `${page.objective.name}: ${number(f.result)}`,
    ...axes.slice(0, 12).filter((x) => x.p !== undefined && known(f.values[x.p])).map((x) => `${x.name}: ${valueText(page.params[x.p], f.values[x.p])}`)];
  return {
    height, minWidth, then: drawRanges,
    label: `Parallel coordinates of ${plural(n, "configuration")} over ${axes.slice(0, -1).map((x) => x.name).join(", ")} and ${title}. The table of the best configurations below has the numbers; the buttons above select without a pointer.`,
    parallel: { left: inset + 6, right: inset + last, top: 92, bottom: 26,
      parallelAxisDefault: {
        realtime: n < 1500, nameLocation: "end", nameGap: 10, nameRotate: 24, nameTruncate: { maxWidth: 210 },
        nameTextStyle: { color: c.ink, fontSize: 12, align: "left", verticalAlign: "bottom", padding: [0, 0, 0, -2] },
        axisLine: { lineStyle: { color: c.soft, width: 1.2 } }, splitLine: { show: false }, minorTick: { show: false },
        areaSelectStyle: { width: 18, borderWidth: 1.5, borderColor: c.focus, color: c.focus, opacity: 0.18 },
      } },
    parallelAxis: axes.map(({ name, s }, dim) => {
      const ticks = s.ticks(6);
      return { dim, name: shorten(name === resultAxis ? title : name, 185), type: "value", min: s.lo, max: s.hi,
        axisTick: { show: true, customValues: ticks, lineStyle: { color: c.rule } },
        axisLabel: { customValues: ticks, color: c.soft, fontSize: 11, hideOverlap: true, width: Math.max(34, between - 12), overflow: "truncate",
          formatter: tickFormat(s), textBorderColor: c.paper, textBorderWidth: 3 } };
    }),
    tooltip: tooltip(c, (q) => (worstFirst[q.dataIndex] ? words(worstFirst[q.dataIndex]) : null)),
    series: [{
      type: "parallel", smooth: 0, cursor: "default", inactiveOpacity: n > 500 ? 0.02 : 0.05, activeOpacity: 0.9,
      lineStyle: { width: n > 500 ? 1 : 1.4, opacity: n > 2000 ? 0.25 : n > 300 ? 0.45 : 0.7 },
      emphasis: { lineStyle: { width: 3, opacity: 1 } },
      progressive: 1000,
      data: worstFirst.map((f, k) => ({ value: axes.map((x) => x.s.map(x.p === undefined ? f.result : f.values[x.p]) ?? NaN),
        lineStyle: { color: scaleColour(0.92 * rank(k), ramp) } })),
    }],
  };
}

/** The parameters, the most important at the budget first; in the order of the space where that cannot be told. */
function byImportance(at) {
  const list = page.budgets[at].decided ? page.budgets[at].importance : [];
  const share = (p) => list[p]?.individual.mean ?? -1;
  return page.params.map((_, p) => p).sort((x, y) => share(y) - share(x));
}

/** Says how many lines are selected and lists them, the best first. */
function listSelected() {
  const most = 20;
  const { axes, lines, ranges } = parallelPart;
  const inside = (x, f) => {
    const range = ranges.get(x.name);
    if (!range) return true;
    const v = x.s.map(x.p === undefined ? f.result : f.values[x.p]);
    return v !== null && v >= range[0] && v <= range[1];
  };
  const selected = lines.filter((f) => axes.every((x) => inside(x, f))).reverse();
  const table = byId("parallel-table"), ids = byId("parallel-ids");
  const none = ranges.size === 0;
  table.parentElement.hidden = none || selected.length === 0;
  ids.hidden = table.parentElement.hidden;
  byId("parallel-count").textContent = none ? `${plural(lines.length, "configuration")}, none selected`
    : `${selected.length} of ${plural(lines.length, "configuration")} selected`;
  if (ids.hidden) return;
  const at = chosen("parallel-budget");
  const shown = axes.filter((x) => x.p !== undefined).map((x) => page.params[x.p]);
  const cell = (name, text, number) => element(name, { textContent: text, className: number ? "num" : null, ...(name === "th" ? { scope: "row" } : {}) });
  const head = element("tr", {}, element("th", { scope: "col", textContent: "Configuration" }), element("th", { scope: "col", className: "num", textContent: `${page.objective.name} at ${number(page.budgets[at].budget)}` }),
    ...shown.map((p) => element("th", { scope: "col", className: numeric(p) ? "num" : null, textContent: p.name })));
  const rows = selected.slice(0, most).map((f) => element("tr", {}, element("th", { scope: "row" }, element("code", { textContent: f.id })), cell("td", number(f.result), true),
    ...shown.map((p) => {
      const v = f.values[page.params.indexOf(p)];
      return cell("td", known(v) ? (numeric(p) ? number(v) : valueText(p, v)) : "—", numeric(p));
    })));
  table.replaceChildren(element("caption", { textContent: selected.length > most ? `The best ${most} of the ${selected.length} selected.` : "The selected configurations, the best first." }),
    element("thead", {}, head), element("tbody", {}, ...rows));
  ids.querySelector("summary").textContent = `All ${selected.length} identifiers`;
  ids.querySelector("code").textContent = selected.map((f) => f.id).join("\n");
}
