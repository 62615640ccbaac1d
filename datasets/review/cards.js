// The parts of a paraphrase's card. Texts of the data go into the page as text, never as markup.

export function make(tag, kind, text) {
  const node = document.createElement(tag);
  if (kind) node.className = kind;
  if (text !== undefined) node.textContent = text;
  return node;
}

export function pieces(parts, tag) {
  const text = make("p", "text");
  text.dir = "auto";
  for (const [changed, piece] of parts) text.append(changed ? make(tag, "", piece) : piece);
  if (!parts.length) text.append(make("i", "", "(empty)"));
  return text;
}

export function side(title, node) {
  const column = document.createElement("div");
  column.append(make("small", "", title), node);
  return column;
}

export function about(item) {
  const line = make("p", "about");
  const said = item.refused ? `refused: ${item.reason}` : "kept";
  line.append(make("span", item.refused ? "badge refused" : "badge kept", said));
  const add = (name, value) => {
    const span = make("span", "", name + " ");
    span.append(make("bdi", "", value));
    line.append(span);
  };
  if (item.label) add("class", item.label);
  add("through", item.pivot);
  add("by", item.engine || "–");
  add("similarity", item.similarity === null ? "–" : item.similarity.toFixed(2));
  add("change", item.change === null ? "–" : item.change.toFixed(2));
  add("id", item.id);
  if (item.detail) line.append(make("bdi", "", item.detail));
  return line;
}

export function button(text, key, action, pressed) {
  const node = make("button", "", text);
  node.type = "button";
  node.append(make("kbd", "", key));
  if (pressed !== undefined) node.setAttribute("aria-pressed", pressed);
  node.addEventListener("click", action);
  return node;
}

// The box to edit a text in, the place for why it was not saved, and its two buttons.
export function editor(text, longest, save, leave) {
  const area = make("textarea", "");
  area.value = text;
  area.maxLength = longest;
  area.dir = "auto";
  area.setAttribute("aria-label", "Text of the paraphrase");
  area.addEventListener("keydown", (event) => {
    if (event.key === "Escape") leave();
    else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) save();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  const problem = make("p", "problem", "");
  problem.setAttribute("role", "alert");
  const actions = make("div", "actions");
  actions.append(button("Save", "Ctrl+Enter", save), button("Leave it", "Esc", leave));
  return { area, problem, actions };
}
