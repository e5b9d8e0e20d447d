// What a person sees and moves. Everything that is said comes as text from Python and is set as text, never as markup.

const SVG = "http://www.w3.org/2000/svg";
const INK = { asIs: "#3d3d3d", grid: "#e4e4e4", soft: "#4d4d4d" };
const WAIT_MS = 120;       // between two messages of one drag
const SILENT_MS = 6000;    // after which we say that nobody answers

function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null));
  return node;
}

function draw(tag, attributes = {}, text = null) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  if (text !== null) node.textContent = text;
  return node;
}

function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

// The same, and "as-is" is never parted at the end of a line.
function sayWhole(node, text) {
  if (node.textContent === text) return;
  node.replaceChildren(...text.split(/(as-is\.?)/).map((part) => (part.startsWith("as-is") ? make("span", { class: "whole" }, part) : part)));
}

const show = (node, wanted) => { node.hidden = !wanted; };
const short = (number) => String(Number(Number(number).toPrecision(6)));

// ------------------------------------------------------------------------------------------------------------ charts

function nice(low, high, count) {
  const wish = (high - low) / count || 1;
  const power = 10 ** Math.floor(Math.log10(wish));
  const step = [1, 2, 5, 10].map((one) => one * power).find((one) => one >= wish * 0.999);
  const ticks = [];
  for (let at = Math.ceil(low / step - 1e-9); at * step <= high + step * 1e-9; at += 1) ticks.push(at * step);
  return ticks;
}

// The difference from as-is with its interval, on a scale that is the same for all replications of a setting.
function meter(svg, card) {
  svg.replaceChildren();
  if (card.difference === null || !card.extent) return;
  const width = svg.clientWidth || 300, middle = width / 2, y = 15, most = card.extent * 1.12;
  svg.setAttribute("viewBox", `0 0 ${width} 30`);
  const at = (value) => Math.max(2, Math.min(width - 2, middle + (value / most) * middle));
  const ink = card.told && !card.cost ? (card.good ? "#00674c" : "#a63c06") : INK.soft;
  svg.append(draw("line", { x1: 0, x2: width, y1: y, y2: y, stroke: INK.grid, "stroke-width": 2 }));
  svg.append(draw("line", { x1: middle, x2: middle, y1: 3, y2: 27, stroke: INK.asIs, "stroke-width": 2 }));
  if (card.low !== null) {
    const [low, high] = [at(card.low), at(card.high)];
    const more = { stroke: ink, "stroke-width": 7, "stroke-opacity": 0.35 };
    svg.append(draw("line", { x1: low, x2: Math.max(high, low + 1), y1: y, y2: y, ...more }));
  }
  svg.append(draw("circle", { cx: at(card.difference), cy: y, r: 5.5, fill: ink }));
}

const banded = (curve, state) => !state.asIs && curve.low.every((one) => one !== null) && curve.low.some((one, n) => one < curve.high[n]);

function curveChart(box, curve, about, title) {
  const width = Math.max(280, Math.min(box.clientWidth || 700, 900)), narrow = width < 520;
  const height = narrow ? 230 : 290, left = 46, right = narrow ? 12 : 128, top = 14, bottom = 40;
  const every = [...curve.setting, ...curve.as_is, ...curve.low].filter((one) => one !== null).map((one) => 100 * one);
  const floor = Math.max(0, Math.floor((Math.min(...every) - 4) / 10) * 10);
  const last = curve.months[curve.months.length - 1];
  const x = (month) => left + (month / last) * (width - left - right);
  const y = (share) => top + ((100 - 100 * share) / (100 - floor)) * (height - top - bottom);
  const svg = draw("svg", { viewBox: `0 0 ${width} ${height}`, role: "img" });
  const alone = title.asIs || curve.setting[0] === null;
  const ends = [alone ? curve.as_is : curve.setting, curve.as_is].map((line) => `${(100 * line[line.length - 1]).toFixed(1)} %`);
  svg.append(draw("title", {}, `Share of the starting customers still with the firm, month by month. At the end: ${alone ? "" : `this setting ${ends[0]}, `}as-is ${ends[1]}.`));
  for (const tick of nice(floor, 100, 5)) {
    svg.append(draw("line", { x1: left, x2: width - right, y1: y(tick / 100), y2: y(tick / 100), stroke: INK.grid }));
    svg.append(draw("text", { x: left - 8, y: y(tick / 100) + 4, "text-anchor": "end" }, `${tick} %`));
  }
  const months = last > 18 ? nice(0, last / 12, narrow ? 4 : 6).filter(Number.isInteger).map((year) => 12 * year) : nice(0, last, 6);
  for (const month of months) {
    const text = last > 18 ? String(month / 12) : short(month);
    svg.append(draw("text", { x: x(month), y: height - bottom + 19, "text-anchor": "middle" }, text));
  }
  svg.append(draw("text", { x: (left + width - right) / 2, y: height - 4, "text-anchor": "middle" }, last > 18 ? "years" : "months"));
  const path = (values) => values.map((one, n) => `${n ? "L" : "M"}${x(curve.months[n]).toFixed(1)} ${y(one).toFixed(1)}`).join("");
  if (banded(curve, title)) {
    const back = curve.high.map((one, n) => [curve.months[n], one]).reverse();
    const band = path(curve.low) + back.map(([month, one]) => `L${x(month).toFixed(1)} ${y(one).toFixed(1)}`).join("") + "Z";
    svg.append(draw("path", { d: band, fill: about.look.mine, "fill-opacity": 0.18 }));
  }
  svg.append(draw("path", { d: path(curve.as_is), fill: "none", stroke: INK.asIs, "stroke-width": 2, "stroke-dasharray": "5 4" }));
  if (!alone) svg.append(draw("path", { d: path(curve.setting), fill: "none", stroke: about.look.mine, "stroke-width": 2.5 }));
  const lines = [[curve.as_is, "As-is", INK.asIs, ends[1]], ...(alone ? [] : [[curve.setting, "This setting", about.look.mine, ends[0]]])];
  const places = lines.map(([line]) => y(line[line.length - 1]));
  if (places.length === 2 && Math.abs(places[0] - places[1]) < 32) {
    const middle = (places[0] + places[1]) / 2, lower = places[0] >= places[1] ? 0 : 1;
    places[lower] = middle + 16;
    places[1 - lower] = middle - 16;
  }
  lines.forEach(([line, name, ink, end], n) => {
    if (narrow) {
      svg.append(draw("text", { x: left + 8, y: height - bottom - 10 - 17 * n, style: `fill: ${ink}; font-weight: 600` }, `${n ? "—" : "- -"} ${name} ${end}`));
    } else {
      svg.append(draw("text", { x: width - right + 8, y: places[n] - 2, style: `fill: ${ink}; font-weight: 600` }, name));
      svg.append(draw("text", { x: width - right + 8, y: places[n] + 13, style: `fill: ${ink}` }, end));
    }
  });
  box.replaceChildren(svg);
}

function forest(box, rows, unit) {
  const known = rows.filter((row) => row.cell.difference !== null);
  if (!known.length) return box.replaceChildren();
  const width = Math.max(280, Math.min(box.clientWidth || 700, 860)), narrow = width < 520;
  const step = 34, top = 8, left = narrow ? 34 : 210, right = 14, height = top + step * known.length + 44;
  const ends = known.flatMap(({ cell }) => [cell.difference, cell.low, cell.high]).filter((one) => one !== null).concat(0);
  let [low, high] = [Math.min(...ends), Math.max(...ends)];
  const room = (high - low) * 0.06 || 1;
  [low, high] = [low - room, high + room];
  const x = (value) => left + ((value - low) / (high - low)) * (width - left - right);
  const svg = draw("svg", { viewBox: `0 0 ${width} ${height}`, role: "img" });
  svg.append(draw("title", {}, `Difference from as-is, with 95 % intervals: ${known.map((row) => `${row.title} ${row.cell.change}`).join("; ")}`));
  const factor = unit.factor;
  for (const tick of nice(low * factor, high * factor, narrow ? 4 : 6)) {
    svg.append(draw("line", { x1: x(tick / factor), x2: x(tick / factor), y1: top, y2: height - 38, stroke: INK.grid }));
    const text = `${tick > 0 ? "+" : tick < 0 ? "−" : ""}${Math.abs(Number(tick.toPrecision(4))).toLocaleString("en").replaceAll(",", " ")}`;
    svg.append(draw("text", { x: x(tick / factor), y: height - 22, "text-anchor": "middle" }, text));
  }
  svg.append(draw("line", { x1: x(0), x2: x(0), y1: top, y2: height - 38, stroke: INK.asIs, "stroke-width": 1.5 }));
  svg.append(draw("text", { x: (left + width - right) / 2, y: height - 4, "text-anchor": "middle" }, `difference from as-is${unit.name ? `, ${unit.name}` : ""}`));
  known.forEach((row, n) => {
    const y = top + step * (n + 0.5), words = row.title.length > 30 ? `${row.title.slice(0, 29)}…` : row.title;
    const label = narrow ? row.letter : `${row.letter}  ${words}`;
    svg.append(draw("text", { x: 0, y: y + 4, style: `fill: #1a1a1a; font-weight: ${row.now ? 600 : 400}` }, label));
    if (row.cell.low !== null) {
      svg.append(draw("line", { x1: x(row.cell.low), x2: x(row.cell.high), y1: y, y2: y, stroke: row.color, "stroke-width": 3 }));
      for (const end of [row.cell.low, row.cell.high]) svg.append(draw("line", { x1: x(end), x2: x(end), y1: y - 6, y2: y + 6, stroke: row.color, "stroke-width": 2 }));
    }
    svg.append(draw("circle", { cx: x(row.cell.difference), cy: y, r: 6, fill: row.color, stroke: "#fff", "stroke-width": 1.5 }));
  });
  box.replaceChildren(svg);
}

// ------------------------------------------------------------------------------------------------------------ levers

function leverRow(lever, send) {
  const id = `lever-${Math.random().toString(36).slice(2)}`;
  const reset = make("button", { class: "bare", type: "button", title: "Reset", "aria-label": `Reset ${lever.title}`, onclick: () => send({ do: "reset", lever: lever.path }) }, "↺");
  const fault = make("p", { class: "fault", id: `${id}-fault`, hidden: true });
  const label = make("label", { for: id }, lever.title, lever.note ? make("span", { class: "note" }, `, ${lever.note}`) : "");
  if (lever.options.length) {
    const select = make("select", { id, onchange: () => send({ do: "set", lever: lever.path, value: select.value }) });
    for (const option of lever.options) select.append(make("option", { value: option }, `${option.replace(/^\[|\]$/g, "")}${option === lever.now ? " (as-is)" : ""}`));
    const node = make("div", { class: "lever", "data-lever": lever.path }, make("div", { class: "row" }, label, reset), select, fault);
    return { node, reset, fault, set: (value) => { select.value = value; }, wrong: (wrong) => select.setAttribute("aria-invalid", wrong) };
  }
  let timer = null, dragging = false;
  const place = (value) => (value - lever.low) / (lever.high - lever.low);
  const number = make("input", { type: "text", class: "number", inputmode: "decimal", id, autocomplete: "off", "aria-describedby": `${id}-fault` });
  // A range input counts its steps from its low end; "any" lets today's value stand between two of them.
  const range = make("input", { type: "range", min: lever.low, max: lever.high, step: "any", "aria-label": lever.title });
  const put = (value) => {
    range.value = value;
    range.style.setProperty("--at", `calc(9px + ${place(value)} * (100% - 18px))`);
    range.setAttribute("aria-valuetext", `${short(value)} ${lever.unit}`.trim());
  };
  const stepped = (value) => {
    const at = Math.min(lever.high, lever.low + Math.round((value - lever.low) / lever.step) * lever.step);
    const near = [at, ...(Math.abs(value - lever.now) < lever.step / 2 ? [lever.now] : [])];
    return Number(near[near.length - 1].toPrecision(9));
  };
  const give = (value, going) => send({ do: "set", lever: lever.path, value, going });
  range.addEventListener("input", () => {
    dragging = true;
    const value = stepped(Number(range.value));
    put(value);
    number.value = short(value);
    if (timer === null) timer = setTimeout(() => { timer = null; give(stepped(Number(range.value)), true); }, WAIT_MS);
  });
  range.addEventListener("change", () => {
    clearTimeout(timer);
    timer = null;
    dragging = false;
    give(stepped(Number(range.value)), false);
  });
  range.addEventListener("keydown", (event) => {
    const way = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10 }[event.key];
    const end = { Home: lever.low, End: lever.high }[event.key];
    if (way === undefined && end === undefined) return;
    event.preventDefault();
    const value = stepped(end ?? Math.max(lever.low, Math.min(lever.high, Number(range.value) + way * lever.step)));
    put(value);
    number.value = short(value);
    give(value, false);
  });
  number.addEventListener("change", () => give(number.value, false));
  const mark = make("span", { class: "mark", title: `as-is ${lever.nowText}` });
  mark.style.left = `calc(9px + ${place(lever.now)} * (100% - 18px))`;
  const node = make("div", { class: "lever", "data-lever": lever.path, title: `as-is ${lever.nowText}` },
    make("div", { class: "row" }, label, number, make("span", { class: "unit" }, lever.unit), reset),
    make("div", { class: "track" }, mark, range), fault);
  return {
    node, reset, fault,
    set: (value, wrong) => {
      if (dragging) return;
      put(value);
      if (!wrong && number.getRootNode().activeElement !== number) number.value = short(value);
      if (!wrong && number.getRootNode().activeElement === number && Number(number.value) === value) number.value = short(value);
    },
    wrong: (wrong) => number.setAttribute("aria-invalid", wrong),
  };
}

// -------------------------------------------------------------------------------------------------------------- page

export function render({ model, el }) {
  const about = model.about;
  const byPath = Object.fromEntries(about.levers.map((lever) => [lever.path, lever]));
  const rows = {};
  let sent = 0, answered = 0, silence = null, told = "", savedAt = "", measure = about.measures.length ? about.measures[0].name : "";

  const send = (message) => {
    sent += 1;
    model.send_msg({ ...message, number: sent });
    clearTimeout(silence);
    silence = setTimeout(() => { if (answered < sent) show(lost, true); }, SILENT_MS);
  };

  // ---- the levers
  const policy = make("select", { id: "start", onchange: () => send({ do: "start", policy: policy.value }) });
  for (const one of about.policies) policy.append(make("option", { value: one.name }, one.title));
  const idea = make("p", { class: "idea" });
  const begins = make("select", { id: "begins", onchange: () => send({ do: "begins", when: begins.value }) });
  for (const one of about.begins) begins.append(make("option", { value: one }, one));
  const groups = {};
  const list = make("div", {});
  const group = (name) => {
    if (!groups[name]) {
      groups[name] = make("div", { role: "group", "aria-label": name }, make("h3", {}, name));
      list.append(groups[name]);
    }
    return groups[name];
  };
  const sight = (path) => {
    if (rows[path] || !byPath[path]) return;
    rows[path] = leverRow(byPath[path], send);
    group(byPath[path].group).append(rows[path].node);
  };
  const found = make("datalist", { id: "all-levers" });
  for (const lever of about.levers) if (!lever.main) found.append(make("option", { value: lever.title }));
  const search = make("input", { type: "search", list: "all-levers", id: "search", placeholder: `${about.levers.length - about.levers.filter((one) => one.main).length} more: solves, hours, …`, autocomplete: "off" });
  search.addEventListener("change", () => {
    if (!search.value.trim()) return;
    send({ do: "show", lever: search.value });
    search.value = "";
  });
  const once = make("input", { type: "text", inputmode: "decimal", id: "once", autocomplete: "off" });
  const yearly = make("input", { type: "text", inputmode: "decimal", id: "yearly", autocomplete: "off" });
  for (const box of [once, yearly]) box.addEventListener("change", () => send({ do: "cost", once: once.value, yearly: yearly.value }));
  const undo = make("button", { type: "button", title: "Ctrl+Z", onclick: () => send({ do: "undo" }) }, "Undo");
  const clear = make("button", { type: "button", onclick: () => send({ do: "clear" }) }, "Back to as-is");
  const levers = make("section", { class: "levers", "aria-label": "Levers" },
    make("div", { class: "start" },
      make("div", { class: "wide" }, make("label", { for: "start" }, "Start from"), policy, idea),
      make("div", { class: "wide" }, make("label", { for: "begins" }, "What I move holds from"), begins)),
    list,
    make("p", { class: "legend" }, make("i"), "where it stands today (as-is)"),
    make("h3", {}, "Other levers"), make("label", { for: "search", class: "unseen" }, "Search other levers"), search, found,
    make("h3", {}, "What it costs on top"),
    make("p", { class: "small" }, "Wages, training hours, credits and the price paid are counted by the model."),
    make("div", { class: "costs" },
      make("div", {}, make("label", { for: "once" }, `Once, ${about.currency}`), once),
      make("div", {}, make("label", { for: "yearly" }, `A year, ${about.currency}`), yearly)),
    make("div", { class: "buttons" }, undo, clear));

  // ---- the answer
  const lost = make("p", { class: "fault block", role: "alert", hidden: true }, "Nobody answers: cxsim may have been stopped. Start it again, then reload this page.");
  const fault = make("p", { class: "fault block", role: "alert", hidden: true });
  const counted = make("span", { class: "counted" });
  const filled = make("div");
  const finding = make("p", { class: "finding" });
  const live = make("p", { class: "unseen", "aria-live": "polite" });
  const cards = make("div", { class: "cards" });
  const boxes = [];
  const paid = make("p", { class: "paid" });
  const answer = make("section", { class: "answer", "aria-label": "What it does" }, lost, fault,
    make("div", { class: "status" }, counted, make("div", { class: "bar", "aria-hidden": "true" }, filled)), finding, live);
  const figures = make("section", { class: "figures", "aria-label": "Figures" }, cards, paid);

  const chart = make("div", {});
  const band = make("p", { class: "small", hidden: true }, "Band: 95 % interval of the paired difference from as-is, month by month. Both lines are means of the same replications.");
  const chartBox = make("div", { class: "chart", hidden: true },
    make("h2", {}, `Customers of today still with ${about.firm}, month by month`), chart,
    band);

  // ---- pinned and saved
  const pin = make("button", { type: "button", onclick: () => send({ do: "pin" }) }, "Pin this setting");
  const open = make("button", { type: "button", class: "first", "aria-expanded": "false", onclick: () => unfold(form.hidden) }, "Save as a policy …");
  const name = make("input", { type: "text", id: "policy-name", autocomplete: "off", maxlength: 40, placeholder: "such as second-person" });
  const why = make("input", { type: "text", id: "policy-idea", autocomplete: "off", maxlength: 150 });
  const file = make("input", { type: "text", id: "policy-file", autocomplete: "off", value: about.file });
  const asks = make("p", { class: "fault" });
  const again = make("button", { type: "button", hidden: true, onclick: () => save(true) }, "Replace it");
  const form = make("form", { hidden: true, onsubmit: (event) => { event.preventDefault(); save(false); } },
    make("div", {}, make("label", { for: "policy-name" }, "Name of the policy"), name),
    make("div", {}, make("label", { for: "policy-idea" }, "In one sentence (may be empty)"), why),
    make("div", {}, make("label", { for: "policy-file" }, "File"), file),
    asks, make("div", { class: "buttons" }, make("button", { type: "submit", class: "first" }, "Save"), again,
      make("button", { type: "button", onclick: () => unfold(false) }, "Close")));
  const save = (replace) => send({ do: "save", name: name.value, idea: why.value, file: file.value, replace });
  const unfold = (wanted) => {
    show(form, wanted);
    open.setAttribute("aria-expanded", String(wanted));
    if (wanted) name.focus();
  };
  const saved = make("p", { class: "saved", role: "status", hidden: true });
  const table = make("div", { class: "scroll" });
  const pick = make("select", { id: "measure", onchange: () => { measure = pick.value; update(); } });
  for (const one of about.measures.slice(0, 4)) pick.append(make("option", { value: one.name }, one.title));
  const plot = make("div", {});
  const forestBox = make("div", { class: "forest", hidden: true },
    make("div", { class: "row" }, make("label", { for: "measure" }, "Difference from as-is in"), pick), plot,
    make("p", { class: "small" }, "Bars: 95 % intervals, each for itself."));
  const keep = make("section", { class: "keep", "aria-label": "Pinned settings" }, make("h2", {}, "Keep and compare"),
    make("div", { class: "buttons" }, pin, open), form, saved, table, forestBox);

  const footer = make("footer", {},
    about.approximate ? make("p", { class: "approximate" }, about.approximate) : null,
    make("p", {}, "As-is is the firm as the scenario describes it today. Paired: every run of a setting is set against a run of as-is with the same people and the same luck, so what differs is what the setting did. Of 95 % intervals, about 95 in 100 hold what endless runs would show."),
    make("p", {}, `Every replication pairs the setting with as-is on the same luck (seed ${about.seed}); ${about.goal} of them are made. Intervals are 95 % t intervals of the paired differences, each for itself: they are not widened for looking at them while they tighten, nor for trying many settings. Confirm what you choose with cxsim compare and another seed.`),
    make("p", {}, "Intervals cover luck between runs. What nobody knows about the world is another doubt: cxsim compare with --worlds. Nothing on this page leaves this machine."));

  const page = make("main", { class: "page", lang: "en" },
    make("header", {}, about.look.logo ? make("img", { class: "logo", src: about.look.logo, alt: "" }) : null, make("p", { class: "over" }, `${about.look.client ? `Prepared for ${about.look.client} · ` : ""}What if · ${about.name} · ${about.lasts}`), make("h1", {}, about.question || about.name)),
    make("div", { class: "body" }, levers, answer, figures, make("div", { class: "rest" }, chartBox, keep, footer)));
  page.style.setProperty("--mine", about.look.mine);
  page.style.setProperty("--ink", about.look.ink);
  if (about.look.font) page.style.fontFamily = `"${about.look.font}", system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", Arial, sans-serif`;
  page.addEventListener("keydown", (event) => {
    const typing = event.composedPath()[0];
    if ((event.ctrlKey || event.metaKey) && event.key === "z" && !(typing.tagName === "INPUT" && typing.type !== "range")) {
      event.preventDefault();
      send({ do: "undo" });
    }
  });
  el.append(page);

  function cardBox(card) {
    const box = { value: make("p", { class: "value" }), was: make("p", { class: "was" }), change: make("p", { class: "change" }),
      svg: draw("svg", { viewBox: "0 0 300 30", "aria-hidden": "true" }) };
    box.node = make("div", { class: "card", "data-measure": card.measure }, make("p", { class: "name" }, card.title), box.value, box.was, box.svg, box.change);
    cards.append(box.node);
    return box;
  }

  function updateCards(state) {
    const large = state.cards.filter((card) => !card.cost);
    large.forEach((card, n) => {
      boxes[n] ??= cardBox(card);
      const [number, ...unit] = card.value.split(/ (?=[^\d])/);
      boxes[n].value.replaceChildren(number, make("span", {}, unit.length ? ` ${unit.join(" ")}` : ""));
      say(boxes[n].was, state.asIs || card.asIs === "–" ? "" : `as-is ${card.asIs}`);
      say(boxes[n].change, state.asIs ? "" : card.change);
      boxes[n].change.className = `change ${card.told ? (card.good ? "good" : "bad") : ""}`;
      boxes[n].node.classList.toggle("early", card.early && !state.asIs);
      meter(boxes[n].svg, state.asIs ? { difference: null } : card);
    });
    const cost = state.cards.find((card) => card.cost);
    say(paid, cost && !state.asIs && cost.change ? `It costs ${cost.change} over ${about.lasts}, above as-is; a lower price is no cost, but less profit.` : "");
  }

  function updatePins(state) {
    show(forestBox, state.pins.length > 0);
    if (!state.pins.length) return table.replaceChildren();
    const head = make("tr", {}, make("th", { scope: "col" }, "Setting"), ...about.measures.slice(0, 4).map((one) => make("th", { scope: "col" }, one.title)), make("th", { scope: "col" }, "Runs"), make("th", {}, make("span", { class: "unseen" }, "Actions")));
    const lines = state.pins.map((one, n) => {
      const key = make("span", { class: "key", "aria-hidden": "true" });
      key.style.background = about.look.pins[n % about.look.pins.length];
      const letter = String.fromCharCode(65 + n);
      const cells = one.cells.map((cell) => make("td", {}, make("span", { class: "v" }, cell.value), make("span", { class: `change ${cell.told && cell.measure !== "policy_cost" ? (cell.good ? "good" : "bad") : ""}` }, cell.measure === "policy_cost" ? "" : cell.change)));
      const use = make("button", { type: "button", class: "bare", "aria-label": `Use setting ${letter}`, onclick: () => send({ do: "recall", number: one.number }) }, "Use");
      const away = make("button", { type: "button", class: "bare", "aria-label": `Take away setting ${letter}`, onclick: () => send({ do: "unpin", number: one.number }) }, "✕");
      return make("tr", { class: one.now ? "now" : "" }, make("th", { scope: "row" }, key, `${letter}  ${one.title}`, one.broken ? make("span", { class: "fault" }, " cannot be simulated") : ""), ...cells, make("td", {}, String(one.count)), make("td", { class: "acts" }, use, away));
    });
    const focused = table.contains(table.getRootNode().activeElement) ? table.getRootNode().activeElement.getAttribute("aria-label") : null;
    table.replaceChildren(make("table", {}, make("thead", {}, head), make("tbody", {}, ...lines)));
    if (focused) for (const button of table.querySelectorAll("button")) if (button.getAttribute("aria-label") === focused) button.focus();
    const place = about.measures.findIndex((one) => one.name === measure);
    const shown = state.pins.map((one, n) => ({ title: one.title, letter: String.fromCharCode(65 + n), color: about.look.pins[n % about.look.pins.length], now: one.now, cell: one.cells[place] }));
    if (!state.pins.some((one) => one.now) && !state.asIs) shown.push({ title: "This setting", letter: "•", color: about.look.mine, now: true, cell: state.cards[place] });
    const unit = state.cards[place] ? state.cards[place].unit : "";
    forest(plot, shown.filter((row) => row.cell), { factor: unit === "share" ? 100 : 1, name: unit === "share" ? "percentage points" : unit });
  }

  function update() {
    const state = model.state;
    if (!state || !state.cards) return;
    answered = Math.max(answered, state.answered || 0);
    show(lost, false);
    const elsewhere = state.fault && !state.faultAt;
    const trouble = [state.broken ? `This setting cannot be simulated.\n${state.broken}` : "", elsewhere && form.hidden ? state.fault : ""].filter(Boolean).join("\n");
    say(fault, trouble);
    show(fault, Boolean(trouble));
    const preparing = !state.asIsCount && !state.broken;
    say(counted, preparing ? "As-is is being simulated …" : state.asIs ? `${state.count} of ${about.goal} runs${about.approximate ? ", approximate" : ""}` : `${state.count} of ${about.goal} paired runs${about.approximate ? ", approximate" : ""}`);
    filled.style.width = `${(100 * state.count) / about.goal}%`;
    sayWhole(finding, state.finding);
    if (state.count === 5 || state.count === about.goal) { if (told !== state.finding) { told = state.finding; live.textContent = told; } }
    updateCards(state);
    policy.value = state.setting.start;
    begins.value = state.setting.begins;
    say(idea, state.setting.start === "as-is" ? "" : about.policies.find((one) => one.name === state.setting.start)?.idea || "");
    for (const path of Object.keys(state.levers)) sight(path);
    for (const [path, row] of Object.entries(rows)) {
      const lever = state.levers[path];
      show(row.node, Boolean(lever));
      if (!lever) continue;
      const wrong = state.faultAt === path;
      row.set(lever.value, wrong);
      row.node.classList.toggle("moved", lever.moved);
      row.node.classList.toggle("changed", lever.changed);
      row.reset.disabled = !lever.moved;
      row.wrong(wrong);
      say(row.fault, wrong ? state.fault : "");
      show(row.fault, wrong);
    }
    for (const [box, value] of [[once, state.setting.once], [yearly, state.setting.yearly]]) if (box.getRootNode().activeElement !== box && !elsewhere) box.value = short(value);
    undo.disabled = !state.undo;
    pin.disabled = state.pins.some((one) => one.now) || state.asIs;
    open.disabled = state.asIs;
    show(chartBox, Boolean(state.curve));
    if (state.curve) curveChart(chart, state.curve, about, state);
    show(band, Boolean(state.curve) && banded(state.curve, state));
    updatePins(state);
    say(asks, state.asks || (elsewhere && !form.hidden ? state.fault : ""));
    show(again, Boolean(state.asks));
    const stands = JSON.stringify(state.setting);
    if (state.saved) { say(saved, state.saved); show(saved, true); unfold(false); savedAt = stands; } else if (state.fault || state.asks || stands !== savedAt) show(saved, false);
    remember(state);
  }

  // ---- a page that is loaded again stands where it stood
  const key = `cxsim what-if ${about.name}`;
  function remember(state) {
    if (!about.remembers || !begun) return;
    try { sessionStorage.setItem(key, JSON.stringify({ setting: state.setting, pins: state.pins.map((one) => one.setting) })); } catch { /* private windows keep nothing */ }
  }
  let begun = false;
  update();
  begun = true;
  if (about.remembers) {
    try {
      const before = JSON.parse(sessionStorage.getItem(key) || "null");
      if (before) send({ do: "restore", ...before });
    } catch { /* what cannot be read is as good as nothing */ }
  }
  model.on("state", update);
  const watcher = new ResizeObserver(() => { const state = model.state; if (state && state.cards) { if (state.curve) curveChart(chart, state.curve, about, state); updatePins(state); } });
  watcher.observe(page);
}
