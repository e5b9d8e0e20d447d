// Tables that can be copied as cells of a spreadsheet and sorted by any column; without scripts they are only read.
"use strict";
globalThis.cxsim = (() => {
  const words = JSON.parse(document.getElementById("words").textContent);
  // A label in the words in force, with values put into its places.
  const said = (text, values = {}) => (words.labels[text] ?? text).replace(/\{(\w+)\}/g, (place, name) => values[name] ?? place)
    .replace(/(\d) %/g, "$1\u00a0%");
  const inDigits = (text) => words.decimal === "." ? text : text.replace(/(?<=\d)\.(?=\d)/g, words.decimal);
  const raw = (cell) => (cell.dataset.raw ?? cell.textContent).replace(/\s+/g, " ").trim();
  const number = (text) => {
    const found = /^[+\-\u2212]?\d[\d\s\u00a0]*([.,]\d+)?(e[+-]?\d+)?/i.exec(text);
    return found ? Number(found[0].replace(/[\s\u00a0]/g, "").replace("\u2212", "-").replace(",", ".")) : NaN;
  };
  const empty = (text) => text === "" || text === "\u2013" || text === said("unknown") || text === said("no interval");

  // Order the rows by one column: numbers by value, texts as the language of the page does; what is empty comes last.
  const sort = (table, column, order) => {
    const body = table.tBodies[0];
    const rows = [...body.rows];
    rows.forEach((row, place) => { row.dataset.place ??= String(place); });
    const texts = new Map(rows.map((row) => [row, row.cells[column] ? raw(row.cells[column]) : ""]));
    const filled = [...texts.values()].filter((text) => !empty(text));
    const numeric = filled.length > 0 && filled.every((text) => !Number.isNaN(number(text)));
    const letters = new Intl.Collator(document.documentElement.lang || undefined, { numeric: true });
    const sign = order === "descending" ? -1 : 1;
    rows.sort((one, other) => {
      const before = Number(one.dataset.place) - Number(other.dataset.place);
      if (order === "none") return before;
      const [a, b] = [texts.get(one), texts.get(other)];
      if (empty(a) || empty(b)) return Number(empty(a)) - Number(empty(b)) || before;
      return sign * (numeric ? number(a) - number(b) : letters.compare(a, b)) || before;
    });
    body.append(...rows);
  };

  const NEXT = { none: "ascending", ascending: "descending", descending: "none" };
  const makeSortable = (table) => {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      const name = head.textContent.trim();
      if (!name) return;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.textContent = name;
      button.title = said("Sort by this column");
      head.replaceChildren(button);
      head.setAttribute("aria-sort", "none");
      button.addEventListener("click", () => {
        const order = NEXT[head.getAttribute("aria-sort")];
        for (const other of heads) if (other.hasAttribute("aria-sort")) other.setAttribute("aria-sort", "none");
        head.setAttribute("aria-sort", order);
        sort(table, column, order);
      });
    });
  };

  const makeCopied = (table) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = said("Copy table");
    button.setAttribute("aria-label", `${said("Copy table")}: ${table.caption ? table.caption.textContent : ""}`);
    button.addEventListener("click", () => {
      const lines = [...table.rows].map((row) => [...row.cells].map((cell) => inDigits(raw(cell))).join("\t"));
      const fill = (event) => {
        event.clipboardData.setData("text/plain", lines.join("\n"));
        event.preventDefault();
      };
      document.addEventListener("copy", fill, { once: true });
      const copied = document.execCommand("copy");
      document.removeEventListener("copy", fill);
      button.textContent = copied ? said("Copied") : said("Select and copy by hand");
      setTimeout(() => { button.textContent = said("Copy table"); }, 3000);
    });
    table.parentElement.before(button);
  };

  for (const table of document.querySelectorAll("table")) {
    makeCopied(table);
    if (table.tHead && table.tBodies.length && table.tBodies[0].rows.length > 1) makeSortable(table);
  }

  // What is wider than the window can be scrolled by keyboard.
  const reach = () => {
    for (const one of document.querySelectorAll(".scroll, pre")) {
      if (one.scrollWidth > one.clientWidth + 1) one.tabIndex = 0;
      else one.removeAttribute("tabindex");
    }
  };
  addEventListener("resize", reach);
  document.addEventListener("toggle", reach, true);
  reach();

  // What is folded away on the screen and short is unfolded on paper.
  let unfolded = [];
  addEventListener("beforeprint", () => {
    unfolded = [...document.querySelectorAll("details.on-paper:not([open])")];
    for (const one of unfolded) one.open = true;
  });
  addEventListener("afterprint", () => { for (const one of unfolded) one.open = false; });
  return { makeSortable, said, inDigits, decimal: words.decimal };
})();
