// The timeline page: the feed and all that goes with it. Without scripts the page is whole, too.

import { linkCalendar } from "./calendar.js";
import { Feed } from "./feed.js";
import { listenToKeys } from "./keys.js";
import { Live } from "./live.js";
import { keepPlace } from "./place.js";
import { tellTimes } from "./times.js";

// Beside the list there is room for them; above it they would push it out of sight.
const wide = matchMedia("(min-width: 60rem)");
const openFolds = () => {
  for (const fold of document.querySelectorAll("details.fold")) fold.open = wide.matches;
};
openFolds();
wide.addEventListener("change", openFolds);

const feed = new Feed(document.getElementById("feed"));
linkCalendar();
listenToKeys(feed);
tellTimes(feed.element);
await keepPlace(feed);
feed.begin();
new Live(feed, document.getElementById("news")).begin();

// An address without the fields that were left empty can be read.
const form = document.getElementById("filter-form");
form?.addEventListener("submit", () => {
  for (const field of form.elements) {
    if (field.name && !field.value) field.disabled = true;
  }
});
addEventListener("pageshow", () => {
  for (const field of form?.elements ?? []) field.disabled = false;
});
