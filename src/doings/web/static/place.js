// Where the reader is, kept in the entry of the browser's history, so that Back leads to the very
// article, however far down it was.

import { isOlder, placeBefore } from "./feed.js";

export async function keepPlace(feed) {
  history.scrollRestoration = "manual";
  const kept = history.state?.place;
  const [navigation] = performance.getEntriesByType("navigation");
  if (kept && navigation?.type !== "navigate") await restore(feed, kept);
  // From a place on this page, like its top, Back leads to where the reader was before.
  addEventListener("popstate", ({ state }) => state?.place && restore(feed, state.place));
  let timer;
  addEventListener(
    "scroll",
    () => {
      clearTimeout(timer);
      timer = setTimeout(() => note(feed), 150);
    },
    { passive: true },
  );
  addEventListener("pagehide", () => note(feed));
  document.addEventListener("click", () => note(feed), { capture: true });
  document.addEventListener("focusin", () => note(feed));
}

function note(feed) {
  const one = nearest(feed);
  if (!one) return;
  const focused = document.activeElement?.closest("article")?.id;
  const place = { id: one.id, key: one.dataset.key, top: topOf(one), focused };
  history.replaceState({ ...history.state, place }, "");
}

async function restore(feed, kept) {
  try {
    if (!document.getElementById(kept.id)) {
      feed.replace(await feed.fetchPart({ older: placeBefore(kept.key) }));
      await feed.load("newer");
    }
  } catch {
    return; // The page is shown from its start.
  }
  // Where it is gone, the one after it stands in its place.
  const next = (article) => isOlder(article.dataset.key, kept.key);
  const one = document.getElementById(kept.id) ?? feed.articles.find(next);
  if (!one) return;
  const focused = document.getElementById(kept.focused);
  for (const run of [one, focused].map(runAround)) if (run) run.open = true;
  focused?.focus({ preventScroll: true });
  // Where the list is too short on a side for that, more of it is fetched first.
  for (const side of ["newer", "older", null]) {
    const away = topOf(one) - kept.top;
    scrollBy({ top: away, behavior: "instant" });
    if (Math.abs(topOf(one) - kept.top) < 1 || !side) return;
    await feed.load(side);
  }
}

// The first article in sight; in a run that is open, the one of its articles that is.
function nearest(feed) {
  const head = feed.firstInSight();
  const run = head?.querySelector("details.run[open]");
  if (!run || run.querySelector("summary").getBoundingClientRect().bottom > 0) return head;
  return [...run.children].find((one) => one.getBoundingClientRect().bottom > 0) ?? head;
}

const runAround = (article) => article?.parentElement.closest("details.run");

function topOf(one) {
  return one.querySelector(":scope > .entry").getBoundingClientRect().top;
}
