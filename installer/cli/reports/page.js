"use strict";
(() => {
  // Rows in the page at a time: what a filter costs does not grow with the number of findings.
  const STEP = 100;
  const SEVERITIES = ["critical", "high", "medium", "low", "info"];
  const at = (id) => document.getElementById(id);
  const { rules, findings } = JSON.parse(at("data").textContent);

  const words = (one) => [
    one.rule, rules[one.rule].title, one.severity, one.address, one.place, one.path, one.observed, one.expected,
    one.fix.summary, one.fingerprint,
  ].join("\n").toLowerCase();
  const rows = findings.map((one) => ({ ...one, group: rules[one.rule].group, words: words(one) }));

  // Text of others comes into the page as text only; nothing here reads markup.
  const make = (name, attributes, ...children) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  };

  // -- one finding

  const term = (name, ...children) => [make("dt", {}, name), make("dd", {}, ...children)];

  const link = (source) =>
    source.startsWith("https://") ? make("a", { href: source, rel: "noreferrer noopener" }, source) : source;

  const body = (one) => {
    const fix = [one.fix.summary];
    if (one.fix.commands.length) fix.push(make("pre", {}, one.fix.commands.join("\n")));
    if (one.fix.patch) fix.push(make("pre", {}, one.fix.patch));
    const sources = rules[one.rule].sources.map((source) => make("div", {}, link(source)));
    return make("dl", {},
      ...(one.suppressed ? term("Accepted", `${one.suppressed.by}: ${one.suppressed.reason}`) : []),
      ...(one.path ? term("Path", make("code", {}, one.path)) : []),
      ...term("Expected", make("code", {}, one.expected)),
      ...term("Why", rules[one.rule].why),
      ...term("Fix", ...fix),
      ...term("Rule", `${rules[one.rule].title} (${one.group})`),
      ...term("Sources", ...sources));
  };

  const row = (one, open) => {
    const line = make("summary", {},
      make("span", { class: `badge ${one.severity}` }, one.severity), " ",
      ...(one.suppressed ? [make("span", { class: "badge accepted" }, "accepted"), " "] : []),
      make("strong", {}, one.rule), " ", make("code", {}, one.address), " ",
      ...(one.place ? [make("code", { class: "place" }, one.place)] : []),
      make("code", { class: "observed" }, one.observed));
    const made = make("details", {}, line);
    // What is folded is not built before somebody opens it.
    const fill = () => { if (made.children.length === 1) made.append(body(one)); };
    made.addEventListener("toggle", fill);
    if (open) { fill(); made.open = true; }
    return make("li", {}, made);
  };

  // -- the list

  const state = { chosen: rows, shown: 0, open: false };

  const extend = (upTo) => {
    const added = state.chosen.slice(state.shown, upTo).map((one) => row(one, state.open));
    at("findings").append(...added);
    state.shown += added.length;
    const left = state.chosen.length - state.shown;
    at("more").hidden = left === 0;
    at("more").textContent = `Show ${Math.min(STEP, left)} more of ${left}`;
    at("count").textContent = `${state.chosen.length} of ${rows.length} findings` +
      (left ? `, the first ${state.shown} below` : "");
    return added;
  };

  const show = () => {
    at("findings").replaceChildren();
    state.shown = 0;
    extend(STEP);
  };

  const choose = () => {
    const severities = new Set(SEVERITIES.filter((severity) => at(`severity-${severity}`).checked));
    const [group, namespace, accepted] = [at("group").value, at("namespace").value, at("accepted").checked];
    const wanted = at("text").value.toLowerCase().split(/\s+/).filter(Boolean);
    state.chosen = rows.filter((one) =>
      severities.has(one.severity) && (!group || one.group === group) &&
      (namespace === "*" || `=${one.namespace}` === namespace) && (accepted || !one.suppressed) &&
      wanted.every((word) => one.words.includes(word)));
    show();
  };

  // -- the filters

  const options = (id, values, value, name) =>
    at(id).append(...[...new Set(values)].sort().map((one) => make("option", { value: value(one) }, name(one))));

  const boxes = () => SEVERITIES.map((severity) => {
    const count = rows.filter((one) => one.severity === severity && !one.suppressed).length;
    const box = make("input", { type: "checkbox", id: `severity-${severity}`, checked: "" });
    return make("label", {}, box, make("span", { class: `badge ${severity}` }, severity), ` ${count}`);
  });

  const reset = () => {
    for (const severity of SEVERITIES) at(`severity-${severity}`).checked = true;
    at("accepted").checked = true;
    at("group").value = "";
    at("namespace").value = "*";
    at("text").value = "";
    choose();
    at("text").focus();
  };

  const fold = () => {
    state.open = !state.open;
    at("open").setAttribute("aria-pressed", String(state.open));
    const shown = state.shown;
    at("findings").replaceChildren();
    state.shown = 0;
    extend(shown);
  };

  const more = () => {
    const [first] = extend(state.shown + STEP);
    // Whoever goes by keyboard goes on where the list went on.
    if (first) first.querySelector("summary").focus();
  };

  // -- paper: everything that is chosen, unfolded

  let before = null;
  const unfold = () => {
    before = { shown: state.shown, open: state.open };
    at("findings").replaceChildren();
    Object.assign(state, { shown: 0, open: true });
    extend(state.chosen.length);
  };
  const refold = () => {
    if (before === null) return;
    at("findings").replaceChildren();
    Object.assign(state, { shown: 0, open: before.open });
    extend(before.shown);
    before = null;
  };

  at("severities").append(...boxes());
  options("group", rows.map((one) => one.group), (one) => one, (one) => one.replaceAll("_", " "));
  options("namespace", rows.map((one) => one.namespace), (one) => `=${one}`, (one) => one || "(none)");
  at("filters").addEventListener("input", choose);
  at("reset").addEventListener("click", reset);
  at("open").addEventListener("click", fold);
  at("more").addEventListener("click", more);
  window.addEventListener("beforeprint", unfold);
  window.addEventListener("afterprint", refold);
  at("filters").hidden = false;
  choose();
})();
