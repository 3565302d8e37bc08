// Messages as Telegram's clients draw them. Text becomes nodes, never markup: nothing a bot sends can run here.
// Entity offsets count UTF-16 units, as JavaScript's strings do.

const TAGS = { bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code", pre: "code",
  blockquote: "blockquote", expandable_blockquote: "blockquote", spoiler: "span", text_link: "a", url: "a", bot_command: "a" };

function toggled(node, name, label) {
  node.tabIndex = 0;
  node.setAttribute("role", "button");
  node.title = label;
  const flip = () => node.classList.toggle(name);
  node.addEventListener("click", flip);
  node.addEventListener("keydown", (event) => { if (event.key === "Enter") flip(); });
}

function element(entity, text) {
  const node = document.createElement(TAGS[entity.type] ?? "span");
  if (entity.type === "text_link" || entity.type === "url") {
    const address = entity.url ?? text;
    if (/^https?:\/\//.test(address)) {
      Object.assign(node, { href: address, target: "_blank", rel: "noopener noreferrer" });
    }
  }
  if (entity.type === "bot_command") { node.href = "#"; node.dataset.command = text; }
  if (entity.type === "spoiler") { node.className = "spoiler"; toggled(node, "shown", "Show"); }
  if (entity.type === "expandable_blockquote") { node.className = "folded"; toggled(node, "open", "Unfold"); }
  return node;
}

function fill(parent, text, entities, from, to) {
  let at = from;
  for (let i = 0; i < entities.length; i += 1) {
    const entity = entities[i];
    const end = Math.min(entity.offset + entity.length, to);
    if (entity.offset < at || end <= entity.offset) continue;
    parent.append(text.slice(at, entity.offset));
    const node = element(entity, text.slice(entity.offset, end));
    const inner = entities.slice(i + 1).filter((other) => other.offset >= entity.offset && other.offset < end);
    fill(node, text, inner, entity.offset, end);
    parent.append(node);
    at = end;
  }
  parent.append(text.slice(at, to));
}

function keys(message, press) {
  const box = document.createElement("div");
  box.className = "keys";
  for (const row of message.reply_markup?.inline_keyboard ?? []) {
    const line = document.createElement("div");
    for (const button of row) line.append(key(message, button, press));
    box.append(line);
  }
  return box;
}

function key(message, button, press) {
  if (button.url) {
    const link = document.createElement("a");
    Object.assign(link, { href: button.url, target: "_blank", rel: "noopener noreferrer", textContent: button.text });
    return link;
  }
  const node = document.createElement("button");
  node.type = "button";
  node.textContent = button.text;
  node.addEventListener("click", async () => {
    if (button.copy_text) { await navigator.clipboard?.writeText(button.copy_text.text); return; }
    node.setAttribute("aria-busy", "true");
    await press(message.message_id, button.callback_data);
    node.removeAttribute("aria-busy");
  });
  return node;
}

const size = (bytes) => (bytes < 1024 ? `${bytes} B` : bytes < 1048576 ? `${Math.round(bytes / 1024)} KB` : `${(bytes / 1048576).toFixed(1)} MB`);

function picture(photo) {
  const one = photo.at(-1);
  const node = document.createElement("img");
  Object.assign(node, { src: `/page/file/${one.file_id}`, alt: "Photo", width: one.width, height: one.height, className: "picture" });
  return node;
}

function paper(document_) {
  const node = document.createElement("a");
  Object.assign(node, { href: `/page/file/${document_.file_id}`, download: document_.file_name, className: "document" });
  const icon = document.createElement("span");
  icon.textContent = "↓";
  icon.ariaHidden = "true";
  const told = document.createElement("span");
  const bytes = document.createElement("small");
  bytes.textContent = size(document_.file_size);
  told.append(document_.file_name, bytes);
  node.append(icon, told);
  return node;
}

// What a list of chats shows of a message.
export function digest(message) {
  if (!message) return "No messages yet";
  const words = (message.text ?? message.caption ?? "").split("\n")[0];
  const kind = message.photo ? "Photo" : message.document?.file_name ?? "";
  return [kind, words].filter(Boolean).join(" · ") || "(not text)";
}

// Puts a row at the end of the log; those of one album share a frame.
export function place(log, row) {
  const album = row.dataset.album;
  if (!album) { log.append(row); return; }
  let frame = log.lastElementChild;
  if (frame?.dataset.frame !== album) {
    frame = document.createElement("div");
    frame.className = row.classList.contains("mine") ? "album mine" : "album";
    frame.dataset.frame = album;
    log.append(frame);
  }
  frame.append(row);
}

function answered(message) {
  const line = document.createElement("span");
  line.className = "answered";
  line.textContent = (message.text ?? message.caption ?? "(not text)").split("\n")[0];
  return line;
}

export function bubble(message, botId, press) {
  const row = document.createElement("div");
  row.className = message.from.id === botId ? "row" : "row mine";
  row.dataset.message = message.message_id;
  row.dataset.testid = message.from.id === botId ? "from-bot" : "from-me";
  if (message.media_group_id) row.dataset.album = message.media_group_id;
  const box = document.createElement("div");
  box.className = message.show_caption_above_media ? "bubble above" : "bubble";
  box.dir = "auto";
  const media = message.photo ? picture(message.photo) : message.document ? paper(message.document) : null;
  const text = message.text ?? message.caption ?? (media ? "" : "(not text)");
  const entities = [...(message.entities ?? message.caption_entities ?? [])].sort((a, b) => a.offset - b.offset || b.length - a.length);
  if (message.reply_to_message) box.append(answered(message.reply_to_message));
  if (media && !message.show_caption_above_media) box.append(media);
  fill(box, text, entities, 0, text.length);
  if (media && message.show_caption_above_media) box.append(media);
  const meta = document.createElement("span");
  meta.className = "meta";
  const time = new Date(message.date * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  meta.textContent = [message.silent ? "🔕" : "", message.has_protected_content ? "🔒" : "", message.paid ? "⭐" : "",
    message.edit_date ? "edited" : "", time].filter(Boolean).join(" ");
  box.append(meta);
  row.append(box, keys(message, press));
  return row;
}
