// Keys: those that a feed has (Page Up and Down, Ctrl+Home and End), and j k / ? where one is not
// writing. Keys of one letter can be switched off, as programs that speak for somebody send them.

const OFF = "doings-no-single-keys";

export function listenToKeys(feed) {
  const dialog = document.getElementById("keys");
  const single = document.getElementById("single-keys");
  single.checked = !localStorage.getItem(OFF);
  single.addEventListener("change", () => {
    if (single.checked) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "yes");
  });
  const help = document.getElementById("help");
  help.addEventListener("click", () => dialog.showModal());

  const letters = {
    j: () => move(feed, 1),
    k: () => move(feed, -1),
    "/": () => {
      const filters = document.getElementById("filters");
      if (filters) filters.open = true;
      document.getElementById(filters ? "text" : "find").focus();
    },
    "?": () => dialog.showModal(),
  };

  document.addEventListener("keydown", (event) => {
    if (dialog.open || event.altKey || event.metaKey || isWriting(event.target)) return;
    const isInFeed = feed.element.contains(document.activeElement);
    let act = null;
    if (event.ctrlKey) {
      if (isInFeed && event.key === "End") act = () => feed.foot.focus();
      if (isInFeed && event.key === "Home") act = () => help.focus();
    } else if (isInFeed && event.key === "PageDown") act = letters.j;
    else if (isInFeed && event.key === "PageUp") act = letters.k;
    else if (single.checked) act = letters[event.key] ?? null;
    if (!act) return;
    event.preventDefault();
    act();
  });
}

function isWriting(element) {
  return element.matches?.("input, select, textarea, [contenteditable]") ?? false;
}

// To the next or the previous article that is to be seen; more are fetched at an end.
async function move(feed, step) {
  const isShown = (one) => !one.parentElement.closest("details:not([open])");
  const current = document.activeElement?.closest("article");
  let shown = feed.articles.filter(isShown);
  let place = current ? shown.indexOf(current) + step : shown.indexOf(feed.firstInSight());
  if (place >= shown.length - 1 && step > 0) await feed.load("older");
  if (place <= 0 && step < 0) await feed.load("newer");
  shown = feed.articles.filter(isShown);
  place = current ? shown.indexOf(current) + step : place;
  const next = shown[place];
  if (!next) return;
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest", behavior: "instant" });
}
