// `@bot words` in the box: what the bot would offer in any chat, and the message that a choice would post there.
import { bubble } from "./render.js";

const $ = (id) => document.getElementById(id);
const PAUSE = 300;
let asked = 0;

function hide() {
  asked += 1;
  $("offers").hidden = true;
}

function offer(article, bot) {
  const button = document.createElement("button");
  button.type = "button";
  button.role = "option";
  const title = document.createElement("b");
  title.textContent = article.title;
  const told = document.createElement("span");
  told.textContent = article.description ?? "";
  button.append(title, told);
  button.addEventListener("click", () => show(article, bot));
  const item = document.createElement("li");
  item.append(button);
  return item;
}

function show(article, bot) {
  const posted = article.input_message_content;
  const message = { message_id: 0, from: { id: -1 }, date: Date.now() / 1000, text: posted.message_text,
    entities: posted.entities, reply_markup: article.reply_markup };
  const row = bubble(message, bot.id, () => {});
  delete row.dataset.testid;
  const via = document.createElement("p");
  via.className = "via";
  via.textContent = `Any chat would show: via @${bot.username}`;
  $("posted").replaceChildren(via, row);
  $("posting").showModal();
}

function draw(answer, bot) {
  const note = document.createElement("li");
  note.className = "note";
  note.textContent = answer.button?.text ?? "Nothing is offered.";
  const offers = answer.results.map((article) => offer(article, bot));
  $("offers").replaceChildren(...(offers.length ? offers : [note]));
  $("offers").hidden = false;
}

export function listenForInline(act, state) {
  $("text").addEventListener("input", () => {
    const bot = state.bot;
    const typed = $("text").value;
    const called = `@${bot?.username} `;
    hide();
    if (!typed.startsWith(called)) return;
    const mine = asked;
    setTimeout(async () => {
      if (mine !== asked) return;
      const answer = await act({ do: "inline", person: state.now, text: typed.slice(called.length) });
      if (mine === asked) draw(answer, bot);
    }, PAUSE);
  });
  $("compose").addEventListener("submit", hide);
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
}
