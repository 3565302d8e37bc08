// The page: who is who, what is shown, and what is done. The server's events keep it live.
import { attached, listenForFiles, upload } from "./attach.js";
import { drawFaults, listenForFaults } from "./faults.js";
import { listenForInline } from "./inline.js";
import { bubble, digest, place } from "./render.js";

const $ = (id) => document.getElementById(id);
const secret = document.documentElement.dataset.secret;
const state = { bot: null, people: new Map(), now: null, unread: new Map() };

async function act(body) {
  const answer = await fetch("/page/do", {
    method: "POST", headers: { "X-Sandbox": secret, "Content-Type": "application/json" }, body: JSON.stringify(body),
  });
  return answer.json();
}

async function load() {
  const found = await (await fetch("/page/state")).json();
  state.bot = found.bot;
  for (const person of found.people) {
    const messages = new Map(person.messages.map((message) => [message.message_id, message]));
    state.people.set(person.id, { ...person, messages });
  }
  state.now ??= found.people[0].id;
  drawPeople();
  drawChat();
  drawFaults(found.faults, state.people);
}

const person = () => state.people.get(state.now);
const shown = (one) => [...one.messages.values()];

function drawPeople() {
  const list = $("people");
  list.replaceChildren(...[...state.people.values()].map((one, index) => {
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.testid = `person-${one.id}`;
    button.setAttribute("aria-current", String(one.id === state.now));
    const avatar = document.createElement("span");
    avatar.className = `avatar tone-${index % 6}`;
    avatar.textContent = one.name[0];
    avatar.ariaHidden = "true";
    const who = document.createElement("span");
    who.className = "person";
    const name = document.createElement("span");
    name.className = "name";
    name.textContent = one.name;
    const tag = document.createElement("span");
    tag.className = "tag";
    tag.textContent = [one.language, one.admin ? "admin" : "", one.blocked ? "blocked" : ""].filter(Boolean).join(" · ");
    name.append(tag);
    const last = document.createElement("span");
    last.className = "last";
    last.style.display = "block";
    last.textContent = digest(shown(one).at(-1));
    who.append(name, last);
    button.append(avatar, who);
    const unread = state.unread.get(one.id);
    if (unread) {
      const badge = document.createElement("span");
      badge.className = "unread";
      badge.textContent = unread;
      badge.ariaLabel = `${unread} unread`;
      button.append(badge);
    }
    button.addEventListener("click", () => choose(one.id));
    const item = document.createElement("li");
    item.append(button);
    return item;
  }));
}

function choose(id) {
  state.now = id;
  state.unread.delete(id);
  document.querySelector(".frame").dataset.view = "chat";
  drawPeople();
  drawChat();
  load();
  $("text").focus();
}

function drawChat() {
  const one = person();
  const log = $("log");
  $("intro").hidden = one.started;
  $("compose").hidden = !one.started;
  log.hidden = !one.started;
  $("description").textContent = one.description || "A chat with the bot begins with START.";
  $("block").textContent = one.blocked ? "Unblock" : "Block";
  $("status").textContent = `bot · as ${one.name} sees it`;
  log.replaceChildren();
  for (const message of shown(one)) place(log, bubble(message, state.bot.id, press));
  log.scrollTop = log.scrollHeight;
  drawCommands();
}

function drawCommands() {
  $("commands").replaceChildren(...person().commands.map((command) => {
    const button = document.createElement("button");
    button.type = "button";
    button.role = "menuitem";
    const name = document.createElement("b");
    name.textContent = `/${command.command}`;
    const told = document.createElement("span");
    told.textContent = command.description;
    button.append(name, told);
    button.addEventListener("click", () => { openMenu(false); say(`/${command.command}`); });
    const item = document.createElement("li");
    item.append(button);
    return item;
  }));
}

function openMenu(open) {
  $("commands").hidden = !open;
  $("menu").setAttribute("aria-expanded", String(open));
}

const say = (text) => act({ do: "say", person: state.now, text });
const press = (message, data) => act({ do: "press", person: state.now, message, data });

function put(id, message) {
  const one = state.people.get(id);
  if (!one) return;
  one.messages.set(message.message_id, message);
  one.started = true;
  if (id !== state.now) {
    if (!message.edit_date) state.unread.set(id, (state.unread.get(id) ?? 0) + 1);
  } else {
    $("intro").hidden = true;
    $("compose").hidden = $("log").hidden = false;
    const old = $("log").querySelector(`[data-message="${message.message_id}"]`);
    const fresh = bubble(message, state.bot.id, press);
    const log = $("log");
    const atEnd = !old || log.scrollHeight - log.scrollTop - log.clientHeight < 80;
    const focused = old?.contains(document.activeElement);
    if (old) old.replaceWith(fresh); else place(log, fresh);
    if (focused) fresh.querySelector("button")?.focus();
    if (atEnd) log.scrollTop = log.scrollHeight;
    $("status").textContent = `bot · as ${one.name} sees it`;
  }
  drawPeople();
}

function toast(text) {
  $("toast").textContent = text;
  $("toast").hidden = false;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => { $("toast").hidden = true; }, 3500);
}

function listen() {
  const events = new EventSource("/page/events");
  events.onopen = load;
  events.onmessage = ({ data }) => {
    const event = JSON.parse(data);
    if (event.kind === "message") put(event.chat, event.message);
    if (event.kind === "deleted") { state.people.get(event.chat)?.messages.delete(event.message_id); drawChat(); drawPeople(); }
    if (event.kind === "typing" && event.chat === state.now) $("status").textContent = "typing…";
    if (event.kind === "people") load();
    if (event.kind === "faults") drawFaults(event.faults, state.people);
    if (event.kind === "answer" && event.chat === state.now) {
      if (event.show_alert) { $("dialog-text").textContent = event.text; $("dialog").showModal(); } else toast(event.text);
    }
  };
}

$("compose").addEventListener("submit", async (event) => {
  event.preventDefault();
  const text = $("text").value.trim();
  if (attached()) {
    const refused = await upload(secret, state.now, text);
    if (refused) { toast(refused); return; }
  } else if (text) say(text);
  $("text").value = "";
  $("text").style.height = "";
});
$("text").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); $("compose").requestSubmit(); }
});
$("text").addEventListener("input", () => {
  $("text").style.height = "auto";
  $("text").style.height = `${$("text").scrollHeight}px`;
});
$("start").addEventListener("click", () => say("/start"));
$("menu").addEventListener("click", async () => { await load(); openMenu($("commands").hidden); });
$("back").addEventListener("click", () => { document.querySelector(".frame").dataset.view = "people"; });
$("block").addEventListener("click", () => act({ do: "block", person: state.now, blocked: !person().blocked }));
$("log").addEventListener("click", (event) => {
  const command = event.target.dataset?.command;
  if (command) { event.preventDefault(); say(command); }
});
$("log").addEventListener("load", () => {  // a picture that has come makes the talk longer
  const log = $("log");
  if (log.scrollHeight - log.scrollTop - log.clientHeight < log.clientHeight) log.scrollTop = log.scrollHeight;
}, true);
$("add").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = new FormData(event.target);
  const id = await act({ do: "add", name: form.get("name"), language: form.get("language") });
  event.target.reset();
  await load();
  choose(id);
});
document.addEventListener("keydown", (event) => { if (event.key === "Escape") openMenu(false); });
const dark = matchMedia("(prefers-color-scheme: dark)");
document.documentElement.dataset.theme = dark.matches ? "dark" : "light";
$("theme").addEventListener("click", () => {
  const root = document.documentElement;
  root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark";
});
listenForFiles();
listenForFaults(act);
listenForInline(act, state);
listen();
