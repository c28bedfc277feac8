document.documentElement.classList.add("script");
const words = new Intl.Collator(document.documentElement.lang, { numeric: true });
/* By the value that a cell names, else by its text; what is blank stays at the end. */
const value = (cell) => cell.dataset.sort ?? cell.textContent.trim();
const numeric = /^-?\d+(\.\d+)?$/;
const order = (a, b) => {
  const [x, y] = [value(a), value(b)];
  const stated = "sort" in a.dataset && "sort" in b.dataset && numeric.test(x) && numeric.test(y);
  return stated ? Number(x) - Number(y) : words.compare(x, y);
};
for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    head.querySelector("button").addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const cell = (row) => row.cells[column];
      const rows = [...body.rows].filter((row) => value(cell(row)));
      const blank = [...body.rows].filter((row) => !value(cell(row)));
      rows.sort((a, b) => (down ? -1 : 1) * order(cell(a), cell(b)));
      body.append(...rows, ...blank);
    });
  });
  const tools = table.closest(".findings").querySelector(".tools");
  const filter = tools.querySelector("input");
  filter.addEventListener("input", () => {
    const wanted = filter.value.trim().toLowerCase();
    for (const row of body.rows) row.hidden = !row.textContent.toLowerCase().includes(wanted);
  });
}
for (const button of document.querySelectorAll("button[data-copy]")) {
  button.addEventListener("click", async () => {
    const rows = [...document.getElementById(button.dataset.copy).tBodies[0].rows];
    const column = Number(button.dataset.column);
    const ids = rows.filter((row) => !row.hidden).map((row) => row.cells[column].textContent.trim());
    const text = [...new Set(ids.filter(Boolean))].join("\n");
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = document.createElement("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    button.textContent = button.dataset.done;
  });
}
