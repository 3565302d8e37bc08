// The panel that plays faults: what Telegram answers when the bot next sends, edits or deletes.
const $ = (id) => document.getElementById(id);

function option(value, text) {
  const made = document.createElement("option");
  made.value = value;
  made.textContent = text;
  return made;
}

function open(wanted) {
  $("faults").hidden = !wanted;
  $("faults-open").setAttribute("aria-expanded", String(wanted));
  $(wanted ? "fault" : "faults-open").focus();
}

const goesOn = (one) => (one.left === null ? "until cleared" : `${one.left} more`);

export function drawFaults(faults, people) {
  if (!$("fault").children.length) {
    $("fault").replaceChildren(...faults.groups.map((group) => {
      const made = document.createElement("optgroup");
      made.label = group.heading;
      made.append(...group.faults.map((fault) => option(fault.name, fault.label)));
      return made;
    }));
  }
  const person = $("fault-person").value;
  $("fault-person").replaceChildren(option("0", "everyone"), ...[...people.values()].map((one) => option(one.id, one.name)));
  $("fault-person").value = people.has(Number(person)) ? person : "0";
  $("playing").replaceChildren(...faults.playing.map((one) => {
    const item = document.createElement("li");
    const who = one.person === null ? "everyone" : (people.get(one.person)?.name ?? one.person);
    item.textContent = `${one.label} · ${who} · ${goesOn(one)}${one.met ? ` · met ${one.met} ×` : ""}`;
    return item;
  }));
  $("calm").hidden = faults.playing.length === 0;
  $("faults-open").classList.toggle("on", faults.playing.length > 0);
  $("faults-open").textContent = faults.playing.length ? `Faults · ${faults.playing.length}` : "Faults";
}

export function listenForFaults(act) {
  $("faults-open").addEventListener("click", () => open($("faults").hidden));
  $("faults-close").addEventListener("click", () => open(false));
  $("faults").addEventListener("keydown", (event) => { if (event.key === "Escape") open(false); });
  $("faults-form").addEventListener("submit", (event) => {
    event.preventDefault();
    act({ do: "play", fault: $("fault").value, person: Number($("fault-person").value), times: Number($("fault-times").value) });
  });
  $("calm").addEventListener("click", () => { act({ do: "calm" }); $("fault").focus(); });
}
