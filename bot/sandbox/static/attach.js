// Files for the next message: chosen, pasted or dropped; sent with the text as their caption.
const $ = (id) => document.getElementById(id);
let chosen = [];

function draw() {
  $("chosen").hidden = chosen.length === 0;
  $("text").placeholder = chosen.length ? "Caption" : "Message";
  $("chosen-list").replaceChildren(...chosen.map((file) => {
    const item = document.createElement("li");
    if (file.type.startsWith("image/")) {
      const picture = document.createElement("img");
      picture.src = URL.createObjectURL(file);
      picture.alt = "";
      picture.onload = () => URL.revokeObjectURL(picture.src);
      item.append(picture);
    }
    const name = document.createElement("span");
    name.textContent = file.name;
    item.append(name);
    return item;
  }));
}

function choose(files) {
  chosen = [...chosen, ...files].slice(0, 10);
  if (chosen.some((file) => !file.type.startsWith("image/"))) $("as-files").checked = true;
  draw();
  $("text").focus();
}

function clear() {
  chosen = [];
  $("files").value = "";
  $("as-files").checked = false;
  draw();
}

export const attached = () => chosen.length > 0;

// Sends what was chosen; the sentence that says why not, or nothing.
export async function upload(secret, person, caption) {
  const form = new FormData();
  form.append("person", person);
  form.append("caption", caption);
  form.append("as_files", String($("as-files").checked));
  chosen.forEach((file, index) => form.append(`file${index}`, file, file.name));
  const answer = await fetch("/page/upload", { method: "POST", headers: { "X-Sandbox": secret }, body: form });
  const { error = "" } = await answer.json();
  if (!error) clear();
  return error;
}

export function listenForFiles() {
  $("attach").addEventListener("click", () => $("files").click());
  $("files").addEventListener("change", () => choose($("files").files));
  $("unchoose").addEventListener("click", () => { clear(); $("text").focus(); });
  $("text").addEventListener("paste", (event) => {
    if (event.clipboardData.files.length) { event.preventDefault(); choose(event.clipboardData.files); }
  });
  const log = $("log");
  log.addEventListener("dragover", (event) => event.preventDefault());
  log.addEventListener("drop", (event) => { event.preventDefault(); choose(event.dataTransfer.files); });
}
