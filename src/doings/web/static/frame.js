// What all pages do with scripts: say that there are any, offer the reader's own time zone, and
// close the menus that are left.

document.documentElement.classList.add("has-js");

const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
const zones = document.getElementById("zones");
if (zones) {
  for (const name of new Set([own, "UTC", ...Intl.supportedValuesOf("timeZone")])) {
    zones.append(Object.assign(document.createElement("option"), { value: name }));
  }
  const button = document.getElementById("own-zone");
  button.textContent = `Use mine: ${own}`;
  button.addEventListener("click", () => {
    button.form.elements.zone.value = own;
  });
}

const menus = [...document.querySelectorAll("details.menu")];
document.addEventListener("click", (event) => {
  for (const menu of menus) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of menus) {
    if (!menu.open) continue;
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
