// Tables that can be sorted, by a button in the head of every column.

part("tables", () => {
  for (const table of all("table.sortable")) {
    all("thead th", table).forEach((head, column) => {
      const button = element("button", { type: "button", className: "sort" });
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => sortTable(table, column));
    });
  }
});

/** What a cell is sorted by: its number where it has one, else its text. */
function sortKey(row, column) {
  const cell = row.cells[column];
  return "v" in cell.dataset ? Number(cell.dataset.v) : cell.textContent.trim();
}

/** Sorts numbers from large to small at first, names from a to z; what cannot be told stays last. */
function sortTable(table, column) {
  const heads = all("thead th", table);
  const rows = all("tbody tr", table);
  const keys = new Map(rows.map((row) => [row, sortKey(row, column)]));
  const numbers = [...keys.values()].some((k) => typeof k === "number");
  const before = heads[column].getAttribute("aria-sort");
  const order = before ? (before === "ascending" ? "descending" : "ascending") : numbers ? "descending" : "ascending";
  const sign = order === "ascending" ? 1 : -1;
  const last = (k) => Number.isNaN(k);
  rows.sort((x, y) => {
    const [a, b] = [keys.get(x), keys.get(y)];
    if (last(a) || last(b)) return last(a) - last(b);
    if (typeof a === "number" && typeof b === "number") return sign * (a - b);
    return sign * String(a).localeCompare(String(b), "en", { numeric: true });
  });
  table.tBodies[0].append(...rows);
  heads.forEach((head, i) => (i === column ? head.setAttribute("aria-sort", order) : head.removeAttribute("aria-sort")));
  say(`Sorted by ${heads[column].textContent}, ${order}`);
}
