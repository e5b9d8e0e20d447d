// A button above each table copies it as cells of a spreadsheet; without scripts, tables are selected and copied by hand.
for (const table of document.querySelectorAll("table")) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Copy table";
  button.addEventListener("click", () => {
    const lines = [...table.rows].map((row) =>
      [...row.cells].map((cell) => (cell.dataset.raw ?? cell.innerText).replace(/\s+/g, " ").trim()).join("\t"));
    const fill = (event) => {
      event.clipboardData.setData("text/plain", lines.join("\n"));
      event.preventDefault();
    };
    document.addEventListener("copy", fill, { once: true });
    button.textContent = document.execCommand("copy") ? "Copied" : "Select and copy by hand";
  });
  table.parentElement.before(button);
}
