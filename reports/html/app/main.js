// Starts the parts. A part that fails leaves the figure for print in its place.

document.documentElement.classList.add("js");

for (const { name, start } of parts) {
  try {
    start();
  } catch (error) {
    console.error(`nasalyze: ${name}:`, error);
    showPaper(document.querySelector(`[data-block="${name}"]`));
  }
}

// Beside every chart a button that shows the figure for print instead.
for (const block of all(".block:not(.no-paper)")) {
  const button = element("button", { type: "button" });
  const label = () => (button.textContent = block.classList.contains("show-paper") ? "Back to the chart" : "Show the figure for print");
  button.addEventListener("click", () => {
    block.classList.toggle("show-paper");
    label();
  });
  label();
  block.append(element("p", { className: "swap" }, button));
}

for (const details of all(".folded")) details.open = false;

// The table of contents marks the section on the screen.
const links = new Map(all(".toc a").map((a) => [a.hash.slice(1), a]));
function markSection() {
  const shown = [...links.keys()].map(byId).filter(Boolean);
  const here = shown.filter((s) => s.getBoundingClientRect().top < innerHeight * 0.4).pop() || shown[0];
  for (const [id, a] of links) id === here?.id ? a.setAttribute("aria-current", "true") : a.removeAttribute("aria-current");
}
let marking = 0;
addEventListener("scroll", () => {
  marking ||= requestAnimationFrame(() => {
    marking = 0;
    markSection();
  });
}, { passive: true });
markSection();
