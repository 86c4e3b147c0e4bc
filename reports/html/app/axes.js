// Axes. A log axis is a linear axis over the logarithm with its own ticks: so it has ticks at 1, 2
// and 5 within a decade too, and everything drawn on it is mapped by the same function.

const log10 = Math.log10;

/** Ticks at round numbers between lo and hi, about n and at least two. */
function linearTicks(lo, hi, n) {
  const raw = (hi - lo) / Math.max(1, n);
  if (!(raw > 0)) return [lo];
  const base = 10 ** Math.floor(log10(raw));
  const unit = base * ([1, 2, 5, 10].find((m) => m * base >= raw * 0.999) ?? 10);
  const ticks = [];
  for (let i = Math.ceil(lo / unit - 1e-9); i <= Math.floor(hi / unit + 1e-9); i++) ticks.push(i * unit);
  // A fifth of the range holds two multiples of the next round number for sure.
  if (ticks.length < 2 && n < 5) return linearTicks(lo, hi, n + 1);
  return ticks.map((t) => Number(t.toPrecision(12)));
}

/** Powers of ten between lo and hi; with 2 and 5 between them where there are few; at least two ticks. */
function logTicks(lo, hi, n) {
  const from = Math.floor(log10(lo) + 1e-9);
  const to = Math.ceil(log10(hi) - 1e-9);
  const decades = log10(hi / lo);
  if (decades < 0.7) return linearTicks(lo, hi, n);
  const every = Math.max(1, Math.ceil(decades / n));
  const steps = decades * 3 <= n ? [1, 2, 5] : [1];
  const within = (every, steps) => {
    const ticks = [];
    for (let e = from; e <= to; e += every) {
      for (const s of steps) {
        const t = s * 10 ** e;
        if (t >= lo * 0.9999 && t <= hi * 1.0001) ticks.push(t);
      }
    }
    return ticks;
  };
  const ticks = within(every, steps);
  if (ticks.length > 1) return ticks;
  const round = within(1, [1, 2, 5]);
  return [round[0], round.at(-1)];
}

/**
 * A scale from natural values to an axis.
 * kind is "linear", "log" or "choice" (indices of choices, drawn as places 0, 1, ...).
 * pad widens the axis at both ends; with inside there are no ticks there.
 */
function scale({ lo, hi, log = false, choices = null, title = "", format = number, pad = 0, inside = false }) {
  if (choices) {
    return { title, lo: -0.5, hi: choices.length - 0.5, map: (v) => (known(v) ? v : null), format: (v) => choices[v] ?? String(v), choices, ticks: () => choices.map((_, i) => i) };
  }
  // What differs by rounding is drawn as equal: between numbers a few units in the last place apart no tick can be counted.
  if (!(hi - lo > 2 ** -48 * Math.max(Math.abs(lo), Math.abs(hi)))) {
    const room = Math.abs(lo) * 0.1 || 1;
    lo -= log ? 0 : room;
    hi += room;
  }
  const map = log ? (v) => (known(v) && v > 0 ? log10(v) : null) : (v) => (known(v) ? v : null);
  const room = pad * (map(hi) - map(lo));
  const at = { lo: map(lo) - room, hi: map(hi) + room };
  const unmap = (v) => (log ? 10 ** v : v);
  return { title, ...at, map, format, log, unmap,
    ticks: (n, from = inside ? map(lo) : at.lo, to = inside ? map(hi) : at.hi) => (log ? logTicks(unmap(from), unmap(to), n) : linearTicks(from, to, n)).map(map) };
}

/** The scale of a parameter. */
function paramScale(p) {
  const title = p.name + (p.unit ? ` (${p.unit})` : "");
  if (!numeric(p)) return scale({ choices: p.choices || [], title });
  return scale({ lo: p.lower, hi: p.upper, log: Boolean(p.log) && p.lower > 0, title, pad: 0.02, inside: true });
}

/**
 * The scale of results, as the figures for print have it: log where they are positive and span a
 * decade; a few results far outside are put at the edge instead of squeezing all others into a line.
 */
function resultScale(values, title = objectiveTitle) {
  const sorted = values.filter(known).sort((x, y) => x - y);
  if (sorted.length === 0) return scale({ lo: 0, hi: 1, title });
  let lo = sorted[0], hi = sorted[sorted.length - 1], far = false;
  const quartile = (k) => sorted[Math.floor((k * sorted.length) / 4)];
  const reach = 12 * (quartile(3) - quartile(1));
  const few = Math.max(1, Math.floor(0.02 * sorted.length));
  if (reach > 0) {
    const above = sorted.filter((v) => v > quartile(3) + reach).length;
    const below = sorted.filter((v) => v < quartile(1) - reach).length;
    if (above > 0 && above <= few) [hi, far] = [sorted[sorted.length - 1 - above], true];
    if (below > 0 && below <= few) [lo, far] = [sorted[below], true];
  }
  const log = lo > 0 && hi / lo >= 10;
  const notes = [log ? ", log scale" : "", far ? ", far results at the edge" : ""].join("");
  const s = scale({ lo, hi, log, title: title + notes, pad: 0.04 });
  const map = s.map;
  return { ...s, map: (v) => (known(v) ? Math.min(s.hi, Math.max(s.lo, map(v) ?? s.lo)) : null) };
}

/** A number as a tick has it: 10⁻⁴ instead of 1×10⁻⁴. */
const tickText = (v) => number(v).replace(/^(−?)1×/, "$1");

/** What prints the ticks of a scale. */
const tickFormat = (s) => (v) => (s.format === number ? tickText : s.format)(s.log ? Number((10 ** v).toPrecision(6)) : v);

/** An ECharts axis of a scale; across is its length in pixels. */
function axis(s, c, across, vertical, more = {}) {
  const room = vertical ? 46 : s.choices ? 60 : 74;
  const ticks = s.ticks(Math.max(2, Math.floor(across / room)));
  const width = s.choices ? Math.max(30, Math.floor(across / s.choices.length) - 6) : undefined;
  const format = tickFormat(s);
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

const pen = document.createElement("canvas").getContext("2d");
/** The width of the widest text, in pixels. */
function textWidth(texts, size = 12) {
  pen.font = `${size}px ${colours().sans}`;
  return Math.ceil(Math.max(0, ...texts.map((t) => pen.measureText(t).width)));
}

/** A name cut to a width at its beginning: it is the end that tells long names apart. */
function shorten(text, width, size = 12) {
  if (textWidth([text], size) <= width) return text;
  let k = 1;
  while (k < text.length && textWidth(["…" + text.slice(k)], size) > width) k++;
  return "…" + text.slice(k);
}

/**
 * Labels at the right ends of lines: ends are {i, y} with y on the scale s over so many pixels. Lines that
 * end at one place share a label. Returns the label of each i, empty for those that share another's.
 */
function endLabels(ends, s, pixels, text) {
  const sorted = ends.filter((e) => known(e.y)).sort((x, y) => y.y - x.y);
  const labels = new Map();
  let group = null;
  for (const e of sorted) {
    if (group && ((group.y - e.y) / (s.hi - s.lo)) * pixels < 13) group.of.push(e.i);
    else group = { y: e.y, of: [e.i] };
    labels.set(e.i, group);
  }
  const join = (of) => (of.length > 3 ? `${of.slice(0, 2).map(text).join(", ")} …` : of.map(text).join(", "));
  return new Map([...labels].map(([i, g]) => [i, g.of[0] === i ? join(g.of) : ""]));
}

/**
 * The names of lines at their right ends, each with its symbol, moved apart where they would touch:
 * a series for a value axis y of the scale s over so many pixels. ends are {y, text, colour, symbol}.
 */
function endNames(ends, x, s, pixels, c, width) {
  const gap = (15 / pixels) * (s.hi - s.lo);
  const sorted = ends.filter((e) => known(e.y)).sort((a, b) => b.y - a.y).map((e) => ({ ...e, at: e.y }));
  sorted.forEach((e, k) => k > 0 && (e.at = Math.min(e.at, sorted[k - 1].at - gap)));
  let floor = s.lo;
  for (const e of sorted.reverse()) {
    e.at = Math.max(e.at, floor);
    floor = e.at + gap;
  }
  return {
    type: "scatter", silent: true, clip: false, z: 6, symbolOffset: [14, 0],
    data: sorted.map((e) => ({ value: [x, e.at], symbol: e.symbol, symbolSize: 8, itemStyle: { color: e.colour },
      label: { show: true, position: "right", distance: 5, offset: [0, 0], formatter: () => e.text, color: c.ink, fontSize: 12, width, overflow: "truncate" } })),
  };
}
