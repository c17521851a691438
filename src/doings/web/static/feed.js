// A list that goes on as it is scrolled. Of a long one only a window is in the document, at most
// MOST articles; what leaves at one end is fetched again when it is wanted. The window has no gaps,
// so that every article has its exact place among all.

export const MOST = 500;
export const PART = 100; // how many are fetched at a time
const AHEAD = 1500; // pixels before an end at which more is fetched
const RETRY = 5000; // milliseconds after a failure

const all = (root) => [...root.querySelectorAll("article")];

// A key is `<microseconds>-<seq>`; microseconds may be negative, and too many for a number.
function parts(key) {
  const dash = key.lastIndexOf("-");
  return [BigInt(key.slice(0, dash)), BigInt(key.slice(dash + 1))];
}

export function isOlder(one, other) {
  const [at, seq] = parts(one);
  const [otherAt, otherSeq] = parts(other);
  return at === otherAt ? seq < otherSeq : at < otherAt;
}

// The place just before an article: what is newer begins there.
export function placeBefore(key) {
  const [at, seq] = parts(key);
  return `${at}-${seq + 1n}`;
}

export class Feed {
  constructor(element) {
    const { older, newer, total, params, looked } = element.dataset;
    this.element = element;
    this.older = older;
    this.newer = newer;
    this.total = total === "" ? null : Number(total);
    this.params = params;
    this.looked = looked;
    this.loading = null;
    this.foot = document.getElementById("foot");
    this.day = document.getElementById("here");
    // The number of the first article that is in the document.
    this.first = Number(this.articles[0]?.getAttribute("aria-posinset")) || 1;
    this.links = {
      older: document.getElementById("go-older"),
      newer: document.getElementById("go-newer"),
    };
  }

  get articles() {
    return all(this.element);
  }

  begin() {
    let isDue = false;
    const look = () => {
      isDue = false;
      this.tellDay();
      this.check();
    };
    const soon = () => {
      if (!isDue) requestAnimationFrame(look);
      isDue = true;
    };
    addEventListener("scroll", soon, { passive: true });
    addEventListener("resize", soon, { passive: true });
    for (const side of ["older", "newer"]) {
      this.links[side].addEventListener("click", (event) => {
        // Where all that is here is in sight, as in a folded run, the link leads to another page.
        if (!this.hasRoom(side)) return;
        event.preventDefault();
        this.failedAt = null;
        this.load(side);
      });
    }
    soon();
  }

  // Which day is at the top of the window, while its heading is not to be seen.
  tellDay() {
    const first = this.firstInSight();
    const isUnder = this.element.getBoundingClientRect().top < 0;
    this.day.textContent = first?.dataset.dayText ?? "";
    this.day.parentElement.classList.toggle("is-on", isUnder);
  }

  firstInSight() {
    return [...this.element.children].find((one) => one.getBoundingClientRect().bottom > 0);
  }

  // Fetch more where an end is near. While the reader is at the foot of the page, it stays there.
  check() {
    if (this.loading || this.foot.contains(document.activeElement)) return;
    if (this.failedAt && Date.now() - this.failedAt < RETRY) return;
    const { top, bottom } = this.element.getBoundingClientRect();
    if (this.older && bottom < innerHeight + AHEAD) this.load("older");
    // Not before the reader is in the list: what stands above it would be pushed out of sight.
    else if (this.newer && top < 0 && top > -AHEAD) this.load("newer");
  }

  // Whether a part fits in, or enough can leave at the other end without being seen to.
  hasRoom(side) {
    let room = MOST - this.articles.length;
    for (const one of this.leaving(side)) {
      if (room >= PART) break;
      room += all(one).length + 1;
    }
    return room >= PART;
  }

  // What may leave when a part comes in on a side, farthest first.
  leaving(side) {
    const children = [...this.element.children];
    if (side === "older") {
      return children.filter((one) => one.getBoundingClientRect().bottom < 0);
    }
    return children.reverse().filter((one) => one.getBoundingClientRect().top > innerHeight);
  }

  async load(side) {
    if (this.loading || !this[side] || !this.hasRoom(side)) return false;
    this.loading = side;
    this.element.ariaBusy = "true";
    try {
      const part = await this.fetchPart({ [side]: this[side], limit: PART });
      this.keep(() => this.put(side, part));
      this.failedAt = null;
    } catch (error) {
      this.failedAt = Date.now();
      console.warn("cannot fetch more of the list", error);
      setTimeout(() => this.check(), RETRY + 1);
      return false;
    } finally {
      this.loading = null;
      this.element.ariaBusy = "false";
    }
    this.element.dispatchEvent(new CustomEvent("grown"));
    requestAnimationFrame(() => this.check());
    return true;
  }

  async fetchPart(place) {
    const query = new URLSearchParams(this.params);
    for (const [name, value] of Object.entries(place)) query.set(name, value);
    const answer = await fetch(`${this.element.dataset.part}?${query}`);
    if (answer.status === 401) location.reload();
    if (!answer.ok) throw new Error(`${answer.status}`);
    const template = document.createElement("template");
    template.innerHTML = await answer.text();
    const part = template.content.querySelector("[data-part]");
    const { older, newer, total, looked } = part.dataset;
    return {
      children: [...part.children],
      older,
      newer,
      looked,
      total: total === "" ? null : Number(total),
    };
  }

  put(side, part) {
    const children = part.children.filter((one) => !document.getElementById(one.id));
    const coming = children.reduce((sum, one) => sum + 1 + all(one).length, 0);
    let room = MOST - this.articles.length - coming;
    let left = false;
    for (const one of this.leaving(side)) {
      if (room >= 0) break;
      room += all(one).length + 1;
      one.remove();
      left = true;
    }
    if (side === "older") {
      this.element.append(...children);
      this.older = part.older;
      this.looked = part.looked;
      if (left) this.newer = placeBefore(this.element.firstElementChild.dataset.key);
    } else {
      this.element.prepend(...children);
      this.newer = part.newer;
      if (left) this.dropFrom(this.articles.at(-1).dataset.key);
    }
    if (part.total !== null) this.total = part.total;
    this.settle(children[0]);
  }

  // Make room for one article at the start.
  dropOldest() {
    while (this.articles.length >= MOST) this.element.lastElementChild.remove();
    this.dropFrom(this.articles.at(-1).dataset.key);
  }

  // The list ends at an article now, behind which there are others.
  dropFrom(key) {
    this.older = key;
    this.looked = "";
  }

  // Another window in the place of this one.
  replace(part) {
    this.element.replaceChildren(...part.children);
    this.older = part.older;
    this.newer = part.newer;
    this.looked = part.looked;
    if (part.total !== null) this.total = part.total;
    this.settle(part.children[0]);
  }

  // Numbers, headings and links after a change; the number of `known` is right.
  settle(known) {
    const articles = this.articles;
    const place = Math.max(0, articles.indexOf(known));
    const number = Number(known?.getAttribute("aria-posinset"));
    // Without one it begins where it began before, and at 1 where the list does. Where nobody counts,
    // articles are numbered from the first that is shown.
    this.first = number ? Math.max(1, number - place) : this.newer ? this.first : 1;
    articles.forEach((one, index) => {
      one.setAttribute("aria-posinset", this.first + index);
      one.setAttribute("aria-setsize", this.total ?? -1);
    });
    this.headDays();
    this.countRuns();
    document.getElementById("newest").hidden = !this.newer;
    for (const side of ["older", "newer"]) {
      this.links[side].closest("nav").hidden = !this[side];
      const query = new URLSearchParams(this.params);
      query.set(side, this[side]);
      this.links[side].href = `?${query}`;
    }
    // Where a filter has no index, a part may end before it has found enough.
    const looked = document.getElementById("looked");
    looked.hidden = !this.looked;
    looked.textContent = this.looked && `Looked through all to ${this.looked}.`;
    this.links.older.textContent = this.looked && this.older ? "Search on" : "Older";
    const empty = document.querySelector(".empty");
    if (empty) empty.hidden = articles.length > 0;
    // A feed without articles is none to a screen reader.
    this.element.role = articles.length ? "feed" : null;
    this.element.ariaLabel = articles.length ? this.element.dataset.label : null;
    const end = document.getElementById("end");
    end.hidden = Boolean(this.older) || articles.length === 0;
    const total = document.getElementById("total");
    if (total && this.total !== null) total.textContent = this.total.toLocaleString("en");
  }

  headDays() {
    let day = null;
    for (const one of this.element.children) {
      const heading = one.querySelector(":scope > .day");
      if (one.dataset.day === day) heading?.remove();
      else if (!heading) {
        const made = document.createElement("h2");
        made.className = "day";
        made.textContent = one.dataset.dayText;
        one.prepend(made);
      }
      day = one.dataset.day;
    }
  }

  // A run says how many are folded into it; one without any is none.
  countRuns() {
    for (const run of this.element.querySelectorAll("details.run")) {
      const count = all(run).length;
      const summary = run.querySelector("summary");
      const text = summary.textContent.replace(/^\d+/, count);
      if (!count) run.remove();
      else if (summary.textContent !== text) summary.textContent = text;
    }
  }

  // Change the list without moving what is read. Browsers do that themselves in most cases, but not
  // in all, so it is measured here, and switched off there.
  keep(change) {
    const anchor = this.firstInSight()?.querySelector(":scope > .entry");
    const before = anchor?.getBoundingClientRect().top;
    change();
    if (!anchor?.isConnected) return;
    const moved = anchor.getBoundingClientRect().top - before;
    if (moved) scrollBy({ top: moved, behavior: "instant" });
  }
}
