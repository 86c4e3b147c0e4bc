// A chart on the page: made when it comes near the screen, drawn anew when its size or the
// colour scheme changes, and readable by keyboard point by point.

const charts = new Map();

/**
 * Registers the chart of a plot element.
 * option(width, c) returns the ECharts option for a width in pixels and the colours c, and may
 * have, beside the keys of ECharts: `height` and `minWidth` in pixels, `label`, what the chart
 * says in words, `stops`, the points for the keyboard: {seriesIndex, dataIndex, text}, and
 * `then`, a function of the ECharts instance to call once it is drawn.
 * once is called with the instance when it is made.
 */
function chart(id, option, once) {
  const box = byId(id);
  if (!box) return null;
  const self = { id, box, option, instance: null, stops: [], at: -1, draw };
  let width = 0;
  charts.set(id, self);
  box.setAttribute("role", "img");
  box.tabIndex = 0;

  function draw() {
    try {
      attempt();
    } catch (error) {
      console.error(`nasalyze: ${id}:`, error);
      showPaper(box.closest(".block"));
    }
  }

  function attempt() {
    if (!self.near || box.clientWidth === 0) return;
    width = box.clientWidth;
    const c = colours();
    const { height, minWidth, label, stops, then, ...rest } = option(box.parentElement.clientWidth, c);
    if (height) box.style.height = `${height}px`;
    box.style.minWidth = minWidth ? `${minWidth}px` : "";
    if (!self.instance) {
      self.instance = echarts.init(box, null, { renderer: "canvas" });
      once?.(self.instance);
    }
    self.instance.resize();
    self.instance.setOption({ ...common(c), ...rest }, { notMerge: true });
    box.setAttribute("aria-label", label);
    self.stops = stops || [];
    self.at = -1;
    box.setAttribute("aria-description", self.stops.length ? "Left and right arrow keys read the points." : "");
    then?.(self.instance);
    box.dataset.drawn = String(Number(box.dataset.drawn || 0) + 1);
  }

  box.addEventListener("keydown", (event) => step(self, event));
  box.addEventListener("blur", () => self.instance?.dispatchAction({ type: "hideTip" }));
  new IntersectionObserver((entries) => {
    if (entries.some((e) => e.isIntersecting) && !self.near) {
      self.near = true;
      draw();
    }
  }, { rootMargin: "600px" }).observe(box);
  new ResizeObserver(() => {
    if (self.near && box.clientWidth !== width) {
      draw();
    }
  }).observe(box);
  return self;
}

/** Moves the tooltip to the next or the previous point. */
function step(self, event) {
  const n = self.stops.length;
  const moves = { ArrowRight: self.at + 1, ArrowDown: self.at + 1, ArrowLeft: self.at - 1, ArrowUp: self.at - 1, Home: 0, End: n - 1 };
  if (event.key === "Escape") self.instance?.dispatchAction({ type: "hideTip" });
  if (!(event.key in moves) || n === 0) return;
  event.preventDefault();
  self.at = Math.min(n - 1, Math.max(0, moves[event.key]));
  const { seriesIndex, dataIndex, text } = self.stops[self.at];
  self.instance.dispatchAction({ type: "showTip", seriesIndex, dataIndex });
  say(text);
}

function redrawAll() {
  for (const c of charts.values()) c.draw();
}
dark.addEventListener("change", redrawAll);

function common(c) {
  return {
    animation: false,
    textStyle: { fontFamily: c.sans, color: c.ink },
    backgroundColor: "transparent",
    aria: { enabled: false },
  };
}

/** A tooltip whose lines come from content(params); they are set as text, never as HTML. */
function tooltip(c, content, more = {}) {
  return {
    trigger: "item", confine: true, transitionDuration: 0, renderMode: "html",
    backgroundColor: c.paper, borderColor: c.rule, borderWidth: 1, padding: [6, 10],
    extraCssText: "box-shadow: 0 2px 10px rgb(0 0 0 / 0.18); border-radius: 4px;",
    formatter: (params) => {
      const lines = content(params);
      if (!lines || lines.length === 0) return "";
      const [first, ...others] = lines;
      return element("div", { className: "tip" }, element("b", { textContent: first }), ...others.map((l) => element("span", { textContent: l })));
    },
    ...more,
  };
}

/** Whiskers: a custom series whose data are [at, lo, hi] on a category or a value axis. */
function whiskers(data, colour, { horizontal = false, name = "", shift = 0, cap = 3 } = {}) {
  return {
    type: "custom", name, data, silent: true, z: 6, clip: true, encode: horizontal ? { x: [1, 2], y: 0 } : { x: 0, y: [1, 2] },
    renderItem: (_, api) => {
      if (!Number.isFinite(api.value(1)) || !Number.isFinite(api.value(2))) return null;
      const ends = [1, 2].map((i) => api.coord(horizontal ? [api.value(i), api.value(0)] : [api.value(0), api.value(i)]));
      const style = { stroke: colour, lineWidth: 1.5, fill: null };
      const line = (x1, y1, x2, y2) => ({ type: "line", shape: { x1, y1, x2, y2 }, style });
      const [[x1, y1], [x2, y2]] = ends;
      const s = shift;
      return { type: "group", silent: true, children: horizontal
        ? [line(x1, y1 + s, x2, y2 + s), line(x1, y1 + s - cap, x1, y1 + s + cap), line(x2, y2 + s - cap, x2, y2 + s + cap)]
        : [line(x1 + s, y1, x2 + s, y2), line(x1 + s - cap, y1, x1 + s + cap, y1), line(x2 + s - cap, y2, x2 + s + cap, y2)] };
    },
  };
}
