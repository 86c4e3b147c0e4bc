// What every part of the page uses: the analysis, elements, numbers, colours.
// The files of this folder are joined, in the order named in html.go, into one module.

const page = JSON.parse(document.getElementById("analysis").textContent);
// JSON has no NaN; a number that cannot be told is null.
const known = (v) => v !== null && v !== undefined && Number.isFinite(v);
const byId = (id) => document.getElementById(id);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];

// The parts of the page; main.js starts them. name is the data-block of the part, if it has one.
const parts = [];
const part = (name, start) => parts.push({ name, start });

/** An element with properties, attributes and children; text is never read as HTML. */
function element(name, attributes = {}, ...children) {
  const e = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (key === "className" || key === "textContent") e[key] = value;
    else e.setAttribute(key, value === true ? "" : value);
  }
  e.append(...children.filter((c) => c !== null && c !== undefined));
  return e;
}

/** Shows the figure for print in place of the chart of a block. */
function showPaper(block) {
  block?.classList.add("show-paper");
}

/** Says something to a screen reader without moving the focus. */
function say(text) {
  byId("live").textContent = text;
}

// Numbers, printed as the tables print them.

const superscripts = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };
const power = (n) => "10" + [...String(n)].map((c) => superscripts[c]).join("");
const trimZeros = (text) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);

/** Like toFixed, but a tie goes to the even digit, as in the tables. */
function decimals(v, digits) {
  const text = v.toFixed(digits);
  const exact = v.toFixed(Math.min(100, digits + 40));
  if (!/^50*$/.test(exact.slice(exact.length - 40))) return text;
  const down = exact.slice(0, exact.length - 40).replace(/\.$/, "");
  return Number(down.at(-1)) % 2 === 0 ? down : text;
}

function number(v) {
  if (!known(v)) return "—";
  if (v === 0) return "0";
  const abs = Math.abs(v);
  if (abs < 1e-3 || (abs >= 1e6 && !(Number.isInteger(v) && abs < 1e9))) {
    const [mantissa, exponent] = v.toExponential(2).split("e");
    return trimZeros(mantissa).replace("-", "−") + "×" + power(Number(exponent));
  }
  const digits = Math.min(20, Math.max(0, 3 - Math.floor(Math.log10(abs))));
  return trimZeros(decimals(v, digits)).replace("-", "−");
}

const fixed = (v) => (known(v) ? decimals(v, 2).replace(/^-0\.00$/, "0.00").replace("-", "−") : "—");

function percent(v) {
  if (!known(v)) return "—";
  const abs = Math.abs(v);
  if (abs < 0.0005) return v > 0 ? "< 0.1 %" : "0 %";
  return decimals(100 * v, abs < 0.0995 ? 1 : 0).replace("-", "−") + " %";
}

const probability = (p) => (!known(p) ? "—" : p < 0.001 ? "< 0.001" : p.toFixed(p < 0.1 ? 3 : 2));
const between = (lo, hi, format) => (known(lo) && known(hi) ? `${format(lo)} to ${format(hi)}` : "");
const plural = (n, word) => `${n} ${word}${n === 1 ? "" : "s"}`;

// The unit of budgets; without one, a name such as "epochs" serves.
const budgetUnit = page.study.budgetUnit || (/^[^ _]*s$/.test(page.study.budgetName || "") ? page.study.budgetName : "");
// Without budgets in the log all trials have the budget 0.
const budgetless = page.budgets.length === 1 && page.budgets[0].budget === 0;
/** A budget at the end of a line. */
const budgetShort = (b) => (budgetless ? "" : number(page.budgets[b].budget));
/** A budget within a sentence: "27 epochs", or "budget 27" where there is no unit. */
const budgetText = (b) => (budgetless ? "the only budget" : budgetUnit ? `${number(page.budgets[b].budget)} ${budgetUnit}` : `budget ${number(page.budgets[b].budget)}`);
const capital = (text) => text.slice(0, 1).toUpperCase() + text.slice(1);
const budgetTitle = (page.study.budgetName || "budget") + (page.study.budgetUnit ? ` (${page.study.budgetUnit})` : "");
const objectiveTitle = page.objective.name + (page.objective.unit ? ` (${page.objective.unit})` : "");
const maximize = Boolean(page.objective.maximize);
/** Whether result x is better than y. */
const better = (x, y) => (maximize ? x > y : x < y);

const numeric = (p) => p.kind === "float" || p.kind === "int";
/** The value of a parameter in words. */
function valueText(p, v) {
  if (!known(v)) return "inactive";
  if (numeric(p)) return number(v) + (p.unit ? " " + p.unit : "");
  return p.choices?.[v] ?? String(v);
}

// Colours. Budgets are ordered, so they take steps of a perceptually even scale (viridis);
// parameters are not, so they take the Okabe-Ito set.

const viridis = ["#440154", "#482475", "#414487", "#355f8d", "#2a788e", "#21918c", "#22a884", "#44bf70", "#7ad151", "#bddf26", "#fde725"];
const okabeIto = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7a6a00", "#7f7f7f"];
const dark = matchMedia("(prefers-color-scheme: dark)");

function mix(from, to, share) {
  const channel = (text, i) => parseInt(text.slice(1 + 2 * i, 3 + 2 * i), 16);
  return "#" + [0, 1, 2].map((i) => Math.round(channel(from, i) + (channel(to, i) - channel(from, i)) * share).toString(16).padStart(2, "0")).join("");
}

/** A scale of colours at a share of one. */
function scaleColour(share, colours = viridis) {
  const at = Math.min(1, Math.max(0, share)) * (colours.length - 1);
  const i = Math.min(colours.length - 2, Math.floor(at));
  return mix(colours[i], colours[i + 1], at - i);
}

/** Colours from the best to the worst: the best stand out from the page, in both schemes. */
const bestToWorst = () => (dark.matches ? [...viridis].reverse() : viridis);

/** The colour of a budget: the ends of the scale that vanish into the page are left out. */
function budgetColour(b) {
  const share = page.budgets.length > 1 ? b / (page.budgets.length - 1) : 0.5;
  return dark.matches ? scaleColour(0.95 - 0.6 * share) : scaleColour(0.75 * (1 - share));
}

const budgetSymbols = ["circle", "rect", "triangle", "diamond"];
const budgetSymbol = (b) => budgetSymbols[b % budgetSymbols.length];
const budgetDashes = ["solid", [7, 3], [2, 2], [9, 3, 2, 3]];
const budgetDash = (b) => budgetDashes[(page.budgets.length - 1 - b) % budgetDashes.length];

/** The colours of the style sheet, read anew since they change with the scheme. */
function colours() {
  const style = getComputedStyle(document.documentElement);
  const of = (name) => style.getPropertyValue("--" + name).trim();
  return { paper: of("paper"), raised: of("raised"), ink: of("ink"), soft: of("soft"), line: of("line"), rule: of("rule"),
    accent: of("accent"), sans: of("sans"), focus: of("focus") };
}

/** The value of the chosen radio button, as a number where it is one. */
function chosen(name) {
  const value = document.querySelector(`input[name="${name}"]:checked`)?.value;
  return value === undefined || Number.isNaN(Number(value)) ? value : Number(value);
}

/** Calls f when one of the controls changes. */
function onChange(selectors, f) {
  for (const e of all(selectors.join(","))) e.addEventListener("change", f);
}
