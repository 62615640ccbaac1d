// The review page: what is looked for, what is decided, and the keys for it.

import { about, button, editor, make, pieces, side } from "./cards.js";

const SIZE = 50;
const POLL_MS = 3000;
const SAID = { keep: "✓ keep", refuse: "✗ refuse", edit: "✎ edited" };
const at = (id) => document.getElementById(id);
const form = at("query");

const state = {
  items: [], current: 0, start: 0, next: null, previous: null,
  generation: 0, revision: 0, undo: [], editing: null, lost: false, busy: Promise.resolve(),
  repeated: new Set(), longest: 0,
};

// --- the server -----------------------------------------------------------------------------

async function ask(path, body) {
  const options = body && {
    method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json" },
  };
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new Error("The server does not answer. Start augment review again; what you decided is saved.");
  }
  const found = await response.json();
  if (!response.ok) throw new Error(found.error || response.statusText);
  return found;
}

// One action after the other: a key pressed twice quickly decides two paraphrases, not one twice.
function act(action) {
  state.busy = state.busy.then(() => { warn(""); return action(); }).catch((error) => warn(error.message));
  return state.busy;
}

function warn(message) {
  at("banner").hidden = !message;
  at("banner").textContent = message;
}

function say(message) {
  at("said").textContent = message;
}

// --- what is looked for ---------------------------------------------------------------------

// A select may be set to the empty name: classes and pivots without one exist.
function query() {
  const found = new URLSearchParams();
  for (const field of form.elements) {
    if (!field.name || field.value === "" || field.selectedOptions?.[0]?.dataset.any) continue;
    if (field.name === "sort" && field.value === "table") continue;
    found.set(field.name, field.value === "\u0000" ? "" : field.value);
  }
  return found;
}

function restore() {
  const found = new URLSearchParams(location.hash.slice(1));
  for (const field of form.elements) {
    if (!field.name || !found.has(field.name)) continue;
    field.value = found.get(field.name) === "" ? "\u0000" : found.get(field.name);
    if (field.selectedIndex === -1) field.selectedIndex = 0;
  }
  return Number(found.get("start")) || 0;
}

function remember() {
  const found = query();
  if (state.start) found.set("start", state.start);
  history.replaceState(null, "", "#" + found);
}

function fill(name, values) {
  const select = form.elements[name];
  const was = select.value;
  const any = new Option("any", "");
  any.dataset.any = "1";
  select.replaceChildren(any, ...values.map((value) => new Option(value || "(none)", value || "\u0000")));
  if ([...select.options].some((option) => option.value === was)) select.value = was;
}

// --- loading --------------------------------------------------------------------------------

// Without a place to go to: the first card that is not decided, for a key decides at once.
async function load(start, focus = -1, quiet = false) {
  if (state.editing !== null) throw new Error("Save the text that is being edited, or leave it, first.");
  const sought = query();
  sought.set("start", start);
  sought.set("size", SIZE);
  const found = await ask("api/items?" + sought);
  Object.assign(state, { items: found.items, start, next: found.next, previous: found.previous });
  counts(found);
  at("matching").textContent = `${found.total.toLocaleString("en")} shown`;
  const last = found.before + found.items.length;
  const span = `${(found.before + 1).toLocaleString("en")}–${last.toLocaleString("en")}`;
  at("where").textContent = found.total ? `${span} of ${found.total.toLocaleString("en")}` : "";
  at("earlier").disabled = found.previous === null;
  at("later").disabled = found.next === null;
  at("nothing").hidden = found.total > 0;
  at("list").replaceChildren(...found.items.map((item, index) => card(item, index)));
  if (!found.items.length && found.previous !== null) return load(found.previous, SIZE - 1, quiet);
  const open = found.items.findIndex((item) => !item.verdict);
  current(focus < 0 ? Math.max(0, open) : focus, quiet);
  remember();
}

function counts(found) {
  if (state.generation && found.generation !== state.generation) state.undo = [];
  state.generation = found.generation;
  state.revision = found.revision;
  at("progress").max = found.paraphrases || 1;
  at("progress").value = found.decided;
  const { keep, refuse, edit } = found.verdicts;
  at("counts").textContent =
    `${found.decided.toLocaleString("en")} of ${found.paraphrases.toLocaleString("en")} decided: ` +
    `${keep} keep, ${refuse} refuse, ${edit} edited`;
  const nameless = found.classes.length > 1 ? "(none)" : "(all rows)";
  at("classes").replaceChildren(...found.classes.map((one) => {
    const row = document.createElement("tr");
    const cells = [one.label || nameless, one.before, one.after, one.target ?? ""];
    row.append(...cells.map((cell) => make("td", "", typeof cell === "number" ? cell.toLocaleString("en") : cell)));
    return row;
  }));
  const notes = [...found.notes];
  if (found.stale) notes.push(`${found.stale} decisions are about texts that are not in the table now; they are kept and not applied.`);
  if (found.repeated.length) notes.push(`Kept or edited, but another row has the text: ${found.repeated.length}. They will be refused and are not counted as rows.`);
  at("notes").replaceChildren(...notes.map((note) => make("p", "", note)));
  state.repeated = new Set(found.repeated);
  at("undo").disabled = !state.undo.length;
}

// --- cards ----------------------------------------------------------------------------------

function card(item, index) {
  const node = make("div", `item ${item.verdict}`);
  node.tabIndex = -1;
  node.setAttribute("role", "listitem");
  node.setAttribute("aria-label", `Paraphrase ${item.id}, ${item.refused ? "refused" : "kept"} by the filter`);
  node.dataset.id = item.id;
  const both = make("div", "both");
  both.append(
    side("original", pieces(item.original, "del")),
    side(item.verdict === "edit" ? "paraphrase, edited" : "paraphrase", pieces(item.text, "ins")),
  );
  const actions = make("div", "actions");
  const here = (action) => () => { current(index, true); action(); };
  actions.append(
    button("Keep", "k", here(() => decide("keep")), item.verdict === "keep"),
    button("Refuse", "r", here(() => decide("refuse")), item.verdict === "refuse"),
    button("Edit", "e", here(() => edit()), item.verdict === "edit"),
  );
  if (!item.editable) {
    actions.children[2].disabled = true;
    actions.children[2].title = item.cut ? "Too long to be edited here" : "Text pairs are kept or refused, not edited";
  }
  if (item.verdict) {
    actions.append(button("Clear", "c", here(() => decide(""))), make("span", "decided", SAID[item.verdict]));
  }
  node.append(about(item), both, actions);
  if (state.repeated.has(item.number)) node.append(make("p", "soft", "Another row has this text; this one will be refused."));
  if (item.cut) node.append(make("p", "soft", "This text is too long to be shown whole, and cannot be edited here."));
  node.addEventListener("mousedown", () => { if (state.current !== index) current(index, true); });
  return node;
}

function redraw(index) {
  at("list").children[index].replaceWith(card(state.items[index], index));
}

function current(index, quiet = false) {
  const cards = [...at("list").children];
  state.current = Math.max(0, Math.min(index, cards.length - 1));
  cards.forEach((node, place) => {
    node.classList.toggle("current", place === state.current);
    node.tabIndex = place === state.current ? 0 : -1;
    if (place === state.current) node.setAttribute("aria-current", "true");
    else node.removeAttribute("aria-current");
  });
  const node = cards[state.current];
  if (!node || quiet) return;
  if (!form.contains(document.activeElement)) node.focus({ preventScroll: true });
  node.scrollIntoView({ block: "nearest" });
}

// --- deciding -------------------------------------------------------------------------------

async function send(item, decision) {
  const was = { verdict: item.verdict, text: item.edited };
  const found = await ask("api/decide", { number: item.number, generation: state.generation, decision, was });
  // An open editor stays: the table is read again when it is left, and until then, with the old
  // generation, nothing is decided about a paraphrase that has taken the number of this one.
  if (!found.taken && !found.item && state.editing !== null) {
    throw new Error("The table was changed by another program: copy the text, leave it, and decide once more.");
  }
  if (!found.taken && !found.item) {
    counts(found);
    await load(state.start, state.current, true);
    throw new Error("The table was changed by another program and has been read again; decide once more.");
  }
  if (found.taken) {
    const now = { verdict: found.item.verdict, text: found.item.edited };
    state.undo.push({ number: item.number, place: item.place, was, now });
  }
  const before = state.repeated;
  counts(found);
  const index = state.items.findIndex((one) => one.number === item.number);
  if (index >= 0) state.items[index] = { ...found.item, place: item.place };
  // A decision on one card may take the text of another, or free it.
  state.items.forEach(({ number }, here) => {
    const other = before.has(number) !== state.repeated.has(number);
    if ((here === index || other) && number !== state.editing) redraw(here);
  });
  current(state.current, true);
  if (!found.taken && state.editing === item.number) {
    const said = SAID[found.item.verdict] || "decision cleared";
    throw new Error(`This one was decided elsewhere meanwhile: ${said}. Save again to put your text in its place.`);
  }
  if (!found.taken) throw new Error("This one was decided elsewhere meanwhile; it is shown as it is now.");
}

function decide(verdict) {
  return act(async () => {
    const item = state.items[state.current];
    if (!item) return;
    await send(item, { verdict, text: "" });
    await decided(item, verdict);
  });
}

async function decided(item, verdict) {
  const late = state.repeated.has(item.number) ? ", but another row has this text" : "";
  say(`${item.id}: ${SAID[verdict] || "decision cleared"}${late}`);
  if (verdict) await forward();
  else current(state.current);
}

async function forward() {
  if (state.current < state.items.length - 1) current(state.current + 1);
  else if (state.next !== null) await load(state.next);
  else current(state.current);
}

async function back() {
  if (state.current > 0) current(state.current - 1);
  else if (state.previous !== null) await load(state.previous, SIZE - 1);
}

function undo() {
  return act(async () => {
    const last = state.undo.pop();
    if (!last) return;
    const item = { number: last.number, place: last.place, verdict: last.now.verdict, edited: last.now.text };
    try {
      await send(item, last.was);
      state.undo.pop(); // the undoing itself
    } finally {
      at("undo").disabled = !state.undo.length;
      const index = state.items.findIndex((one) => one.number === last.number);
      if (index >= 0) current(index);
      else await load(last.place, 0);
    }
    say("undone");
  });
}

function nextOpen() {
  return act(async () => {
    const sought = query();
    sought.set("after", state.items[state.current]?.place ?? -1);
    const { place } = await ask("api/next?" + sought);
    if (place === null) return say("everything is decided");
    const index = state.items.findIndex((one) => one.place === place);
    if (index >= 0) current(index);
    else await load(place);
  });
}

const edit = () => act(async () => open(state.current));

function open(index) {
  const item = state.items[index];
  if (!item || !item.editable || state.editing !== null) return;
  state.editing = item.number;
  const node = at("list").children[index];
  const leave = () => { state.editing = null; redraw(index); current(index); };
  // What was typed stays in the editor until the server has it.
  const save = () => act(async () => {
    if (state.editing !== item.number) return; // saved or left meanwhile
    const same = area.value === before;
    // A text area changes line ends; a text that was left as it was is not an edit.
    const keep = same && item.raw === item.candidate;
    const decision = keep ? { verdict: "keep", text: "" } : { verdict: "edit", text: same ? item.raw : area.value };
    problem.textContent = "";
    try {
      await send(state.items[index], decision);
    } catch (error) {
      if (state.editing !== item.number) throw error;
      problem.textContent = error.message;
      return area.focus();
    }
    leave();
    await decided(item, decision.verdict);
  });
  const { area, problem, actions } = editor(item.raw, state.longest, save, leave);
  const before = area.value;
  node.querySelector(".both").lastElementChild.replaceWith(side("paraphrase, being edited", area));
  node.querySelector(".actions").replaceWith(problem, actions);
  area.focus();
}

// --- keys and events ------------------------------------------------------------------------

const KEYS = {
  k: () => decide("keep"), r: () => decide("refuse"), e: edit, c: () => decide(""), u: undo, n: nextOpen,
  ArrowDown: () => act(forward), j: () => act(forward), ArrowUp: () => act(back), h: () => act(back),
  "]": () => turn("next"), "[": () => turn("previous"),
  "/": () => { at("panel").open = true; form.elements.search.focus(); }, "?": () => at("keys").showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || at("keys").open) return;
  const target = event.target;
  if (form.contains(target)) {
    if (event.key === "Escape") { target.blur(); current(state.current); }
    return;
  }
  if (target.matches("textarea, input, select") || state.editing !== null) return;
  const action = KEYS[event.key];
  if (!action) return;
  event.preventDefault();
  action();
});

let waiting;
let pointed; // a select that was used with the mouse: the keys after that are for the list again
form.addEventListener("pointerdown", (event) => { pointed = event.target.closest("select"); });
form.addEventListener("keydown", () => { pointed = null; });
const changed = (event) => {
  if (event.target === pointed) pointed.blur();
  clearTimeout(waiting);
  waiting = setTimeout(() => act(() => load(0)), 200);
};
form.addEventListener("input", changed);
form.addEventListener("change", changed);
form.addEventListener("reset", () => setTimeout(() => act(() => load(0))));
form.addEventListener("submit", (event) => { event.preventDefault(); current(state.current); });
const turn = (to) => act(async () => {
  if (state[to] === null) return;
  await load(state[to]);
  scrollTo(0, 0);
});
at("earlier").addEventListener("click", () => turn("previous"));
at("later").addEventListener("click", () => turn("next"));
addEventListener("beforeunload", (event) => { if (state.editing !== null) event.preventDefault(); });
at("undo").addEventListener("click", undo);
at("next").addEventListener("click", nextOpen);
at("help").addEventListener("click", () => at("keys").showModal());

function names(found) {
  state.longest = found.longest;
  document.title = `Review of ${found.table}`;
  at("name").textContent = found.table;
  fill("label", found.labels);
  fill("pivot", found.pivots);
  fill("reason", found.reasons);
}

// Another tab, or another program, may have decided something or changed the table.
async function poll() {
  if (!document.hidden && state.editing === null) {
    state.busy = state.busy.then(async () => {
      const { generation, revision } = state;
      const found = await ask("api/about");
      if (state.lost) warn("");
      state.lost = false;
      if (found.generation !== generation) names(found);
      if (found.generation !== generation || found.revision !== revision) await load(state.start, state.current, true);
    }).catch((error) => { state.lost = true; warn(error.message); });
    await state.busy;
  }
  setTimeout(poll, POLL_MS);
}

act(async () => {
  if (innerWidth < 860) at("panel").open = false;
  names(await ask("api/about"));
  await load(restore());
}).then(() => setTimeout(poll, POLL_MS));
