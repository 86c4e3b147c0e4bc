// Axes. A log axis is a linear axis over the logarithm with its own ticks: so it has ticks at 1, 2
// and 5 within a decade too, and everything drawn on it is mapped by the same function.

const log10 = Math.log10;

/** Ticks at round numbers between lo and hi, about n. */
function linearTicks(lo, hi, n) {
  const raw = (hi - lo) / Math.max(1, n);
  if (!(raw > 0)) return [lo];
  const base = 10 ** Math.floor(log10(raw));
  const unit = base * ([1, 2, 5, 10].find((m) => m * base >= raw * 0.999) ?? 10);
  const ticks = [];
  for (let i = Math.ceil(lo / unit - 1e-9); i <= Math.floor(hi / unit + 1e-9); i++) ticks.push(i * unit);
  return ticks.map((t) => Number(t.toPrecision(12)));
}

/** Powers of ten between lo and hi; with 2 and 5 between them where there are few. */
function logTicks(lo, hi, n) {
  const from = Math.floor(log10(lo) + 1e-9);
  const to = Math.ceil(log10(hi) - 1e-9);
  const decades = log10(hi / lo);
  if (decades < 0.7) return linearTicks(lo, hi, n);
  const every = Math.max(1, Math.ceil(decades / n));
  const steps = decades * 3 <= n ? [1, 2, 5] : [1];
  const ticks = [];
  for (let e = from; e <= to; e += every) {
    for (const s of steps) {
      const t = s * 10 ** e;
      if (t >= lo * 0.9999 && t <= hi * 1.0001) ticks.push(t);
    }
  }
  return ticks.length > 1 ? ticks : [lo, hi];
}

/**
 * A scale from natural values to an axis.
 * kind is "linear", "log" or "choice" (indices of choices, drawn as places 0, 1, ...).
 */
function scale({ lo, hi, log = false, choices = null, title = "", format = number, pad = 0 }) {
  if (choices) {
    return { title, lo: -0.5, hi: choices.length - 0.5, map: (v) => (known(v) ? v : null), format: (v) => choices[v] ?? String(v), choices, ticks: () => choices.map((_, i) => i) };
  }
  if (!(hi > lo)) {
    const room = Math.abs(lo) * 0.1 || 1;
    lo -= log ? 0 : room;
    hi += room;
  }
  const map = log ? (v) => (known(v) && v > 0 ? log10(v) : null) : (v) => (known(v) ? v : null);
  const room = pad * (map(hi) - map(lo));
  const at = { lo: map(lo) - room, hi: map(hi) + room };
  const unmap = (v) => (log ? 10 ** v : v);
  return { title, ...at, map, format, log, ticks: (n) => (log ? logTicks(unmap(at.lo), unmap(at.hi), n) : linearTicks(at.lo, at.hi, n)).map(map) , unmap };
}

/** The scale of a parameter. */
function paramScale(p) {
  const title = p.name + (p.unit ? ` (${p.unit})` : "");
  if (!numeric(p)) return scale({ choices: p.choices || [], title });
  return scale({ lo: p.lower, hi: p.upper, log: Boolean(p.log) && p.lower > 0, title, pad: 0.02 });
}

/** The scale of results: log where they are positive and span more than two decades. */
function resultScale(values, title = objectiveTitle) {
  let lo = Infinity, hi = -Infinity;
  for (const v of values) {
    if (!known(v)) continue;
    lo = Math.min(lo, v);
    hi = Math.max(hi, v);
  }
  if (lo > hi) [lo, hi] = [0, 1];
  const log = lo > 0 && hi / lo > 100;
  return scale({ lo, hi, log, title: log ? title + ", log scale" : title, pad: 0.04 });
}

/** An ECharts axis of a scale; across is its length in pixels. */
function axis(s, c, across, vertical, more = {}) {
  const room = vertical ? 46 : s.choices ? 60 : 74;
  const ticks = s.ticks(Math.max(2, Math.floor(across / room)));
  const width = s.choices ? Math.max(30, Math.floor(across / s.choices.length) - 6) : undefined;
  const format = (v) => s.format(s.choices ? v : s.log ? Number((10 ** v).toPrecision(6)) : v);
  return {
    type: "value", min: s.lo, max: s.hi, name: s.title, nameLocation: "middle", nameGap: vertical ? 52 : 30,
    nameTextStyle: { color: c.soft, fontSize: 12, width: Math.max(80, across - 10), overflow: "truncate" },
    nameTruncate: { maxWidth: Math.max(80, across - 10) },
    axisLine: { show: true, lineStyle: { color: c.rule }, onZero: false },
    axisTick: { show: true, lineStyle: { color: c.rule }, customValues: ticks },
    axisLabel: { color: c.soft, fontSize: 12, customValues: ticks, formatter: format, hideOverlap: !s.choices,
      ...(s.choices && !vertical ? { width, overflow: "truncate", interval: 0 } : {}) },
    splitLine: { show: !s.choices, lineStyle: { color: c.line, width: 1 } },
    minorTick: { show: false },
    ...more,
  };
}

const margins = (more = {}) => ({ left: 66, right: 18, top: 14, bottom: 54, ...more });
