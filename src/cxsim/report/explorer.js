// Charts that respond: cuts what is chosen out of the columns, writes figures as people read them, hands rows to
// Vega-Lite. Everything is drawn anew at each choice; nothing is asked for from outside.
"use strict";
(() => {
  const at = (id) => document.getElementById(id);
  const section = at("explore");
  if (!section || typeof vegaEmbed === "undefined") return;
  const given = JSON.parse(at("explorer-data").textContent);
  const NARROW = 520; // of a chart, dots
  const ROW = 38;
  const SPACE = "\u00a0";
  const { said } = cxsim;
  const AS_IS = given.policies[given.reference];
  const many = given.policies.length;
  section.hidden = false;

  // --------------------------------------------------------------------------------------- figures as people read them

  // Round to what an interval of this half-width can tell, three figures where there is none; thousands apart.
  const written = (value, half, sign = "") => {
    if (value === null || value === undefined) return "\u2013";
    const known = half > 0 ? Math.floor(Math.log10(half / 2)) : value ? Math.floor(Math.log10(Math.abs(value))) - 2 : 0;
    const step = Math.min(Math.max(known, -4), 12);
    const rounded = step > 0 ? Math.round(value / 10 ** step) * 10 ** step : value;
    let text = Math.abs(rounded).toFixed(Math.max(0, -step));
    const isZero = Number(text) === 0;
    const [whole, part] = text.split(".");
    text = whole.replace(/\B(?=(\d{3})+$)/g, SPACE) + (part ? `${cxsim.decimal}${part}` : "");
    return (rounded < 0 && !isZero ? "\u2212" : isZero ? "" : sign) + text;
  };
  const span = (low, high, half, sign = "") => {
    if (low === null || high === null) return said("no interval");
    const [first, last] = [written(low, half, sign), written(high, half, sign)];
    if (first !== last) return said("{low} to {high}", { low: first, high: last });
    return low === high ? said("{value} in every run", { value: first }) : first;
  };
  // One precision for figures that stand below each other: that of the middle one.
  const middle = (halves) => {
    const known = halves.filter((half) => half > 0).sort((one, other) => one - other);
    return known.length ? known[Math.floor(known.length / 2)] : null;
  };
  const wrapped = (text, most) => {
    const lines = [""];
    for (const word of text.split(/(?<=[\s\-_/])/)) {
      for (let rest = word; rest; rest = rest.slice(most)) {
        if (lines.at(-1) && (lines.at(-1) + rest).trim().length > most) lines.push("");
        lines[lines.length - 1] += rest.slice(0, most);
      }
    }
    return lines.map((line) => line.trim());
  };

  // ------------------------------------------------------------------------------------------------ what is chosen

  const index = (columns) => new Map(columns.measure.map(
    (measure, place) => [`${measure} ${columns.firm[place]} ${columns.segment[place]}`, place]));
  const places = { means: index(given.means), time: index(given.time) };
  const place = (what, chosen) => places[what].get(`${chosen.measure} ${chosen.firm} ${chosen.segment}`);

  const isInferred = (chosen) => given.means.inferred[place("means", chosen)] === 1;

  const choice = () => ({
    measure: Number(at("measure").value),
    firm: Number(at("firm").value),
    segment: Number(at("segment").value),
    gaps: Boolean(at("as-gaps") && at("as-gaps").checked),
    policies: [...document.querySelectorAll("input[name=policy]:checked")].map((box) => Number(box.value)),
  });

  // Leave out of a list what was not measured for the rest of the choice, and fall back to the first that was.
  const offer = (list, isThere) => {
    for (const option of list.options) {
      option.hidden = option.disabled = !isThere(Number(option.value));
    }
    if (list.selectedOptions[0].disabled) {
      const first = [...list.options].find((option) => !option.disabled);
      if (first) list.value = first.value;
    }
  };
  const narrow = () => {
    const { measure } = choice();
    const known = (firm, segment) => places.means.has(`${measure} ${firm} ${segment}`);
    offer(at("firm"), (firm) => given.segments.some((_, segment) => known(firm, segment)));
    offer(at("segment"), (segment) => known(Number(at("firm").value), segment));
  };

  // ----------------------------------------------------------------------------------------------------------- rows

  const meansRows = (chosen, measure) => {
    const group = place("means", chosen);
    if (group === undefined) return [];
    const cell = (name, policy) => given.means[name][group * many + policy];
    const rows = chosen.policies.map((policy) => ({
      policy: given.policies[policy], number: policy,
      mean: cell("mean", policy), low: cell("low", policy), high: cell("high", policy),
      gap: cell("gap", policy), gapLow: cell("gap_low", policy), gapHigh: cell("gap_high", policy),
      best: cell("best", policy),
    })).filter((row) => row.mean !== null);
    if (isInferred(chosen)) return rows; // no order of what is not compared
    const sign = measure.better === "higher" ? -1 : 1;
    return rows.sort((one, other) => sign * (one.mean - other.mean));
  };

  const tied = (row) => !(row.gapLow > 0 || row.gapHigh < 0);
  const precision = (rows) => ({
    mean: middle(rows.map((row) => (row.high - row.low) / 2)),
    gap: middle(rows.map((row) => (row.gapHigh - row.gapLow) / 2)),
  });
  const drawnMean = (row, chosen, measure, halves, isNarrow) => {
    const [value, low, high] = chosen.gaps ? [row.gap, row.gapLow, row.gapHigh] : [row.mean, row.low, row.high];
    const half = chosen.gaps ? halves.gap : halves.mean;
    const sign = chosen.gaps ? "+" : "";
    const unit = chosen.gaps ? measure.gap : measure.unit;
    const figure = written(value, half, sign);
    const told = `${figure}${SPACE}${unit}`;
    const range = span(low, high, half, sign);
    return {
      policy: row.policy, value, low: low ?? value, high: high ?? value, said: told, range, runs: given.n,
      tie: chosen.gaps ? tied(row) : row.number === given.reference,
      text: isNarrow || low === null ? figure : `${figure}  (${range})`,
      aloud: `${row.policy}: ${told} (${range})`,
    };
  };

  const timeRows = (chosen, measure) => {
    const group = place("time", chosen);
    if (group === undefined || (chosen.gaps && isInferred(chosen))) return [];
    const count = given.time.at.length;
    const [values, halves] = chosen.gaps ? [given.time.gap, given.time.gap_half] : [given.time.mean, given.time.half];
    const least = chosen.gaps ? null : measure.least;
    const most = chosen.gaps ? null : measure.most;
    const rows = [];
    for (const policy of chosen.policies) {
      if (chosen.gaps && policy === given.reference) continue;
      const from = (group * many + policy) * count;
      const name = given.policies[policy];
      const start = chosen.gaps ? 0 : measure.start;
      const line = start === null || (chosen.gaps && measure.start === null) ? [] : [[0, start, 0]];
      for (let period = 0; period < count; period += 1) {
        line.push([given.time.at[period], values[from + period], halves[from + period]]);
      }
      const last = line.findLastIndex(([, value]) => value !== null);
      line.forEach(([when, value, half], number) => {
        const low = value === null ? null : Math.max(value - (half ?? 0), least ?? -Infinity);
        const high = value === null ? null : Math.min(value + (half ?? 0), most ?? Infinity);
        const sign = chosen.gaps ? "+" : "";
        const unit = chosen.gaps ? measure.gap : measure.unit;
        const told = `${written(value, half, sign)}${SPACE}${unit}`;
        const range = value === null || half === null ? said("no interval") : span(low, high, half, sign);
        rows.push({
          policy: name, at: when, value, low, high, said: told, range, runs: given.n, last: number === last, open: policy === given.reference,
          when: `${written(when, 0)} ${given.timeUnit}`, aloud: `${said("{policy}, at the end", { policy: name })}: ${told} (${range})`,
        });
      });
    }
    return rows.filter((row) => row.value !== null || row.at > 0);
  };

  // --------------------------------------------------------------------------------------------------------- drawing

  const views = {};
  const pending = {};
  const locale = { decimal: cxsim.decimal, thousands: SPACE, grouping: [3], currency: ["", ""], minus: "\u2212" };
  const draw = async (name, spec) => {
    pending[name] = spec;
    const made = await vegaEmbed(`#${name}-chart`, spec, {
      mode: "vega-lite", renderer: "svg", actions: false, formatLocale: locale, defaultStyle: false,
      expressionFunctions: { wrapped: (text) => wrapped(text, at("means-chart").clientWidth < NARROW ? 14 : 24) },
    });
    if (pending[name] !== spec) return made.finalize(); // another choice came while this was drawn
    if (views[name]) views[name].finalize();
    views[name] = made;
    return undefined;
  };
  const clear = (name, why) => {
    pending[name] = null;
    if (views[name]) views[name].finalize();
    delete views[name];
    const words = document.createElement("p");
    words.className = "nothing";
    words.textContent = why;
    at(`${name}-chart`).replaceChildren(words);
  };

  // What is inferred is grey in every chart.
  const greyed = (spec, chosen) => {
    if (!isInferred(chosen)) return;
    for (const layer of spec.layer) {
      for (const channel of ["color", "fill"]) {
        const scale = layer.encoding[channel]?.scale;
        if (scale) scale.range = scale.range.map(() => given.grey);
      }
    }
  };

  // Give the columns of the hover text the words of the choice.
  const retold = (spec, figure, range) => {
    for (const layer of spec.layer) {
      for (const one of layer.encoding.tooltip ?? []) {
        if (one.field === "said") one.title = figure;
        if (one.field === "range") one.title = range;
      }
    }
  };

  const drawMeans = (rows, chosen, measure, words) => {
    const shown = chosen.gaps ? rows.filter((row) => row.number !== given.reference && row.gap !== null) : rows;
    if (!shown.length) return clear("means", words.nothing);
    const spec = structuredClone(given.specs.means);
    const isNarrow = at("means-chart").clientWidth < NARROW;
    const reference = rows.find((row) => row.number === given.reference);
    const halves = precision(shown);
    spec.data.values = shown.map((row) => drawnMean(row, chosen, measure, halves, isNarrow));
    spec.description = words.means;
    greyed(spec, chosen);
    spec.height = shown.length * ROW;
    if (chosen.gaps || reference) spec.layer[0].data.values[0].value = chosen.gaps ? 0 : reference.mean;
    if (many === 1 || (!chosen.gaps && !reference)) spec.layer.shift();
    for (const layer of spec.layer) if (layer.encoding.x.field) layer.encoding.x.title = chosen.gaps ? measure.gap : measure.unit;
    retold(spec, chosen.gaps ? said("difference") : said("mean"), chosen.gaps ? said("interval") : said("95 % interval"));
    return draw("means", spec);
  };

  const drawTime = (chosen, measure, words) => {
    const rows = timeRows(chosen, measure);
    if (!rows.some((row) => row.value !== null)) return clear("time", words.noTime);
    const spec = structuredClone(given.specs.time);
    spec.data.values = rows;
    spec.description = words.time;
    greyed(spec, chosen);
    for (const layer of spec.layer) if (layer.encoding.y) layer.encoding.y.title = chosen.gaps ? measure.gap : measure.unit;
    retold(spec, chosen.gaps ? said("difference") : said("mean"), said("95 % interval"));
    return draw("time", spec);
  };

  // ----------------------------------------------------------------------------------------------------------- words

  const capital = (text) => text.slice(0, 1).toUpperCase() + text.slice(1);
  const told = (chosen, measure) => {
    const segment = given.segments[chosen.segment];
    const whose = `${given.firms[chosen.firm]}${segment === "all" ? "" : `, ${segment}`}`;
    const inferred = isInferred(chosen);
    const way = measure.better === "higher" ? said("higher is better") : said("lower is better");
    const firm = given.firms[chosen.firm];
    const from = inferred ? ` ${said("Inferred from the few figures known of {firm}: not compared.", { firm })}` : "";
    const unit = chosen.gaps ? measure.gap : measure.unit;
    const what = `${capital(measure.title)}, ${unit}; ${whose}; ${way}.`;
    const reference = AS_IS, runs = given.n;
    const over = chosen.gaps ? said("Differences from {reference} over {runs} paired runs", { reference, runs }) : said("Means over {runs} runs", { runs });
    const order = inferred || many === 1 ? "" : said(", best first");
    const bars = chosen.gaps
      ? said("Bars: intervals that hold together with 95 % for all policies. Open marks: cannot be told apart from it.")
      : said("Bars: 95 % interval of the mean over runs.");
    const line = !chosen.gaps && many > 1 ? ` ${said("Dashed line: {reference}.", { reference })}` : "";
    const meansBars = `${over}${order}. ${bars}${line}`;
    const cut = given.cut && !measure.state ? ` ${said("Periods that are cut short are left out.")}` : "";
    const each = chosen.gaps ? said("Difference from {reference} in each period, over paired runs.", { reference }) : said("Mean of each period over runs.");
    const timeBands = `${each} ${said("Bands: 95 % interval of each point by itself.")}${cut}`;
    const nobody = said("No policy is chosen.");
    const notCompared = said("What is inferred of {firm} is not compared.", { firm });
    return {
      means: `${what} ${meansBars}${from}`,
      time: `${what} ${timeBands}${from}`,
      meansBelow: `${meansBars}${from}`, timeBelow: `${timeBands}${from}`, title: `${capital(measure.title)}: ${whose}`,
      about: `${measure.whom} ${capital(way)}.`,
      nothing: !chosen.policies.length ? nobody
        : inferred && chosen.gaps ? notCompared
        : said("Nothing was measured for this choice."),
      noTime: !chosen.policies.length ? nobody
        : inferred && chosen.gaps ? notCompared
        : places.time.has(`${chosen.measure} ${chosen.firm} 0`) && chosen.segment
        ? said("Over time this is told for all customers together only.")
        : said("This is one figure for the whole time, or the page has no room for its course: see timeseries.parquet."),
    };
  };

  const announce = (rows, chosen, measure) => {
    if (!rows.length || isInferred(chosen)) return rows.length ? said("Inferred of {firm}: not compared.", { firm: given.firms[chosen.firm] }) : "";
    const best = chosen.gaps ? rows.find((row) => row.gap !== null) : rows[0];
    if (!best) return "";
    const halves = precision(rows);
    const one = drawnMean(best, chosen, measure, halves, false);
    const first = `${many > 1 ? said("Best mean") : said("Mean")}: ${one.policy}, ${one.said} (${one.range})`;
    if (best.gap === null) return `${first}.`;
    if (tied(best)) return `${first}; ${said("cannot be told apart from {reference}", { reference: AS_IS })}.`;
    const gap = drawnMean(best, { ...chosen, gaps: true }, measure, halves, false);
    return chosen.gaps ? `${first}.` : `${first}; ${said("{gap} from {reference}", { gap: gap.said, reference: AS_IS })} (${gap.range}).`;
  };

  const bestIn = (best) => {
    if (given.counted && best === given.n) return given.n === 1 ? said("the one run") : said("all {count} runs", { count: given.n });
    if (given.counted) return said("{runs} of {count} runs", { runs: best, count: given.n });
    return best > 0.99 ? said("over 99 %") : best < 0.01 ? said("under 1 %") : `${Math.round(100 * best)} %`;
  };

  const fillTable = (rows, measure, title) => {
    const table = at("shown-figures");
    const halves = precision(rows);
    const level = said("95 % interval");
    const head = [said("policy"), `${said("mean")}, ${measure.unit}`, level, `${said("difference")}, ${measure.gap}`, said("interval"), said("best in"), said("runs")];
    const about = said("Differences from {reference} over paired runs; their intervals hold together with 95 %.", { reference: AS_IS });
    const best = given.counted ? said("Best in: in how many runs a policy is the best.") : said("Best in: the share of resampled runs in which a policy is the best.");
    table.caption.textContent = `${title}. ${about} ${best}`;
    const line = document.createElement("tr");
    for (const name of head) {
      const cell = document.createElement("th");
      cell.scope = "col";
      cell.textContent = name;
      line.append(cell);
    }
    table.tHead.replaceChildren(line);
    table.tBodies[0].replaceChildren(...rows.map((row) => {
      const cells = [
        [row.policy], [written(row.mean, halves.mean), row.mean], [span(row.low, row.high, halves.mean), row.low === null ? "" : `${row.low} to ${row.high}`],
        [written(row.gap, halves.gap, "+"), row.gap ?? ""],
        [row.gap === null ? "\u2013" : span(row.gapLow, row.gapHigh, halves.gap, "+"), row.gap === null ? "" : `${row.gapLow} to ${row.gapHigh}`],
        [row.best === null ? "\u2013" : bestIn(row.best), row.best ?? ""],
        [String(given.n)],
      ];
      const made = document.createElement("tr");
      cells.forEach(([text, number], column) => {
        const cell = document.createElement(column ? "td" : "th");
        if (!column) cell.scope = "row";
        cell.textContent = text;
        if (number !== undefined) cell.dataset.raw = String(number);
        made.append(cell);
      });
      return made;
    }));
    cxsim.makeSortable(table);
  };

  const show = () => {
    narrow();
    const chosen = choice();
    const measure = given.measures[chosen.measure];
    const rows = meansRows(chosen, measure);
    const words = told(chosen, measure);
    at("about").textContent = words.about;
    at("chosen").textContent = words.title;
    at("means-words").textContent = words.meansBelow;
    at("time-words").textContent = words.timeBelow;
    fillTable(rows, measure, words.title);
    at("status").textContent = announce(rows, chosen, measure);
    return Promise.all([drawMeans(rows, chosen, measure, words), drawTime(chosen, measure, words)]).then(() => {
      section.dataset.drawn = String(Number(section.dataset.drawn ?? 0) + 1); // tests wait for it
    });
  };

  at("controls").addEventListener("submit", (event) => event.preventDefault());
  at("controls").addEventListener("change", show);
  at("controls").addEventListener("click", (event) => {
    const all = event.target.dataset.policies;
    if (all === undefined) return;
    for (const box of document.querySelectorAll("input[name=policy]")) box.checked = all === "all";
    show();
  });
  show();
})();
