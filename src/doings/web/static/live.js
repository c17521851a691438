// What happens meanwhile. It is only counted, on a button; the list changes when the reader says so.

import { isOlder, MOST, PART } from "./feed.js";

const PAUSE = 250; // milliseconds in which what happens together is gathered
const RECONNECT = 10_000;
const ERASED_LATER = 5_000; // after somebody was erased, texts still change for a while
const MOST_AT_ONCE = 25;

// RFC 3339 in UTC as a key's microseconds, all six digits of them.
function microseconds(text) {
  const [seconds, fraction = ""] = text.replace("Z", "").split(".");
  return BigInt(Date.parse(`${seconds}Z`)) * 1000n + BigInt(fraction.padEnd(6, "0"));
}

const keyOf = (activity) => `${microseconds(activity.occurred_at)}-${activity.seq}`;

export class Live {
  constructor(feed, element) {
    this.feed = feed;
    this.element = element;
    this.position = feed.element.dataset.position;
    this.coming = new Map(); // told of, and not looked at yet: id and key
    this.fresh = new Map(); // fits the filters, and is not shown
    this.changed = new Map(); // is shown, as it was: id and key, or null where it is gone
    const names = [...new URLSearchParams(feed.params).keys()];
    this.isOther = false; // whose timeline it is has changed
    // A stream knows nothing of these.
    this.isChecked = names.some((name) => ["text", "from", "to"].includes(name));
  }

  begin() {
    // A browser has few connections to a server, so only the tab that is looked at has one of these.
    document.addEventListener("visibilitychange", () => this.connect());
    addEventListener("pagehide", () => this.source?.close());
    if (history.state?.isErasing) {
      history.replaceState({ ...history.state, isErasing: false }, "");
      this.loadAgain(ERASED_LATER);
    }
    addEventListener("pageshow", (event) => event.persisted && this.connect());
    this.connect();
  }

  connect() {
    this.source?.close();
    if (document.hidden) return;
    const query = new URLSearchParams(this.feed.params);
    for (const name of ["text", "from", "to"]) query.delete(name);
    query.set("after", this.position);
    const source = new EventSource(`${this.feed.element.dataset.events}?${query}`);
    this.source = source;
    const hear = (name, heard) =>
      source.addEventListener(name, (event) => {
        if (event.lastEventId) this.position = event.lastEventId;
        heard(JSON.parse(event.data));
      });
    hear("position", () => {
      this.element.dataset.live = "yes";
    });
    for (const name of ["created", "entered"]) hear(name, (change) => this.appear(change));
    hear("updated", (change) => this.change(change));
    for (const name of ["deleted", "left"]) {
      hear(name, (change) => this.leave(change.activity_id));
    }
    hear("erased", (change) => this.erase(change.activity_id));
    // A name may stand anywhere on the page.
    hear("entity.erased", () => {
      history.replaceState({ ...history.state, isErasing: true }, "");
      this.loadAgain(PAUSE);
    });
    // Somebody who is merged or parted has another list, and all may be told of them elsewhere.
    for (const name of ["entity.created", "entity.updated", "entity.deleted"]) {
      if (query.has("person")) hear(name, () => this.offerAgain());
    }
    hear("reset", () => this.offerAgain());
    hear("closing", ({ reason }) => reason === "revoked" && location.reload());
    source.addEventListener("error", () => {
      if (source.readyState === EventSource.CLOSED) {
        // A stream does not say why it is refused; this leads to the sign-in if that is the reason.
        this.feed.fetchPart({ limit: 1 }).catch(() => null);
        setTimeout(() => source === this.source && this.connect(), RECONNECT);
      }
    });
  }

  appear({ activity_id: id, activity }) {
    if (!activity || document.getElementById(`a-${id}`)) return;
    this.coming.set(id, keyOf(activity));
    this.soon();
  }

  change({ activity_id: id, activity }) {
    if (!activity) return;
    if (document.getElementById(`a-${id}`)) this.changed.set(id, keyOf(activity));
    else if (this.fresh.has(id)) this.fresh.set(id, keyOf(activity));
    else if (this.coming.has(id)) this.coming.set(id, keyOf(activity));
    else return;
    this.tell();
  }

  leave(id) {
    this.coming.delete(id);
    this.fresh.delete(id);
    if (document.getElementById(`a-${id}`)) this.changed.set(id, null);
    this.tell();
  }

  // What is erased does not wait for the reader.
  erase(id) {
    this.coming.delete(id);
    this.fresh.delete(id);
    this.changed.delete(id);
    this.feed.keep(() => this.swap(id, null));
    this.tell();
    if (this.again) this.loadAgain(ERASED_LATER);
  }

  // The place in the list is kept, as with any reload.
  loadAgain(pause) {
    const at = Date.now() + pause;
    // One that comes sooner stays: it looks again afterwards.
    if (this.again && history.state?.isErasing && this.again.at <= at) return;
    clearTimeout(this.again?.timer);
    this.again = { at, timer: setTimeout(() => location.reload(), pause) };
  }

  soon() {
    this.timer ??= setTimeout(async () => {
      await this.look();
      this.timer = null;
      if (this.coming.size) this.soon();
    }, PAUSE);
  }

  async look() {
    const coming = [...this.coming];
    // What belongs behind the end of what is shown comes with the rest, and is only counted.
    const later = coming.filter(([, key]) => !this.isWithin(key));
    const near = coming.filter(([, key]) => this.isWithin(key));
    // Where it cannot be looked at now, it is when it is to be shown.
    const fitting = this.isChecked ? await this.fitting(near).catch(() => null) : null;
    for (const [id] of coming) {
      const key = this.coming.get(id);
      if (!this.coming.delete(id) || !this.isWithin(key)) continue; // it is gone meanwhile
      if (!fitting || fitting.has(id)) this.fresh.set(id, key);
    }
    if (later.length && this.feed.total !== null) {
      await this.find(...later.at(-1)).catch(() => null);
      this.feed.settle(this.feed.articles[0]);
    }
    this.tell();
  }

  // The ids of those that fit the filters, by parts of the list: an import brings thousands at once.
  async fitting(near) {
    const found = new Set();
    let left = near.sort(([, a], [, b]) => (isOlder(a, b) ? -1 : 1));
    while (left.length) {
      const { children, newer } = await this.feed.fetchPart({ newer: left[0][1], limit: PART });
      for (const one of children) {
        for (const article of [one, ...one.querySelectorAll("article")]) found.add(article.id.slice(2));
      }
      // The part goes on up to there; where it goes no further, it would never end.
      const rest = newer ? left.filter(([, key]) => !isOlder(key, newer)) : [];
      if (rest.length === left.length) break;
      left = rest;
    }
    return found;
  }

  offerAgain() {
    this.isOther = true;
    this.tell();
  }

  tell() {
    if (this.isOther) {
      this.offer("This has changed. Load again", () => location.reload());
      return;
    }
    const told = [];
    if (this.fresh.size) told.push(`${this.fresh.size} new`);
    if (this.changed.size) told.push(`${this.changed.size} changed`);
    if (told.length) this.offer(told.join(", "), () => this.show());
    else this.element.replaceChildren();
  }

  offer(text, take) {
    let button = this.element.querySelector("button");
    if (!button) {
      button = Object.assign(document.createElement("button"), { type: "button" });
      this.element.replaceChildren(button);
    }
    if (button.textContent !== text) button.textContent = text;
    button.onclick = take;
  }

  // The article of an activity as it is now, if it fits the filters; throws where it is not answered.
  async find(id, key) {
    const part = await this.feed.fetchPart({ newer: key, limit: 1 });
    const found = part.children.find((one) => one.id === `a-${id}`);
    if (part.total !== null && part.children.length) this.feed.total = part.total;
    return found ?? null;
  }

  async show() {
    const { feed } = this;
    const fresh = [...this.fresh];
    const changed = [...this.changed];
    if (feed.newer || fresh.length + changed.length > MOST_AT_ONCE || !feed.articles.length) {
      // They stand where the reader is not: at the start of the list.
      history.replaceState(null, "");
      location.assign(feed.element.dataset.home);
      return;
    }
    this.fresh.clear();
    this.changed.clear();
    this.tell();
    const shown = [];
    try {
      for (; changed.length; changed.shift()) {
        const [id, key] = changed[0];
        const found = key && (await this.find(id, key));
        feed.keep(() => this.swap(id, found));
      }
      for (; fresh.length; fresh.shift()) {
        const [id, key] = fresh[0];
        const found = await this.find(id, key);
        if (!found || !this.isWithin(key)) continue;
        feed.keep(() => this.insert(found));
        shown.push(found);
      }
    } catch (error) {
      console.warn("cannot fetch what is new", error);
      // The rest waits on the button again; what was heard of it meanwhile is newer.
      this.changed = new Map([...changed, ...this.changed]);
      this.fresh = new Map([...fresh, ...this.fresh]);
      this.tell();
    }
    const newest = shown.sort((a, b) => (isOlder(a.dataset.key, b.dataset.key) ? 1 : -1))[0];
    if (newest) {
      newest.focus({ preventScroll: true });
      newest.scrollIntoView({ block: "nearest", behavior: "instant" });
    }
    feed.settle(null);
    feed.element.dispatchEvent(new CustomEvent("grown"));
  }

  // Whether a place is newer than the end of what is shown.
  isWithin(key) {
    return !this.feed.older || isOlder(this.feed.older, key);
  }

  // What replaces an article keeps its place where its time is the same.
  swap(id, found) {
    const { feed } = this;
    const old = document.getElementById(`a-${id}`);
    if (!old) return;
    this.unfold(old);
    old.remove();
    if (found && this.isWithin(found.dataset.key)) this.insert(found);
    else if (!found && feed.total !== null) feed.total -= 1;
    feed.settle(null);
  }

  // The articles that are folded into one become articles of the list.
  unfold(article) {
    const run = article.querySelector(":scope > .entry > .what > .run");
    if (!run) return;
    article.after(...run.querySelectorAll("article"));
    run.remove();
  }

  insert(article) {
    const { feed } = this;
    if (feed.articles.length >= MOST) feed.dropOldest();
    const next = feed.articles.find((one) => isOlder(one.dataset.key, article.dataset.key));
    // A run that something comes into is none any more.
    const head = next?.parentElement.closest("article");
    if (head) this.unfold(head);
    if (next) next.before(article);
    else feed.element.append(article);
    article.querySelector(":scope > .day")?.remove();
    article.classList.add("is-new");
    feed.settle(null);
  }
}
