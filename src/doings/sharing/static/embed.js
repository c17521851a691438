/**
 * <doings-timeline src="https://host" entity="contact:8" token="…" theme="auto|light|dark" limit="50">
 *
 * One timeline of Doings, live, on a page of any site. The token is a viewer token. `src` is where
 * this script comes from, if it is left out. Style it by the variables --doings-* and by parts:
 * day, item, card, icon, title, meta, text, news, more, status.
 *
 * Events: `doings-ended` once the token is not good any more; set another one and it goes on.
 */
(() => {
  "use strict";

  const HERE = document.currentScript?.src;

  const CSS = `
    :host { color-scheme: light dark; display: block; overflow-wrap: anywhere;
      --ground: var(--doings-ground, light-dark(#fff, #17191c));
      --ink: var(--doings-ink, light-dark(#1d2126, #e8eaed));
      --soft: var(--doings-soft, light-dark(#5a626c, #a4acb6));
      --line: var(--doings-line, light-dark(#dfe3e8, #33383f));
      --link: var(--doings-link, light-dark(#0b57a4, #8ab8f0));
      background: var(--ground); color: var(--ink); padding: var(--doings-padding, 12px 16px);
      font: var(--doings-font, 15px/1.45 system-ui, sans-serif) }
    :host([theme="light"]) { color-scheme: light }
    :host([theme="dark"]) { color-scheme: dark }
    :host([hidden]), [hidden] { display: none !important }
    p { margin: 0 }
    article { border-radius: 4px; margin: 0 0 var(--doings-gap, .5em) }
    .day { color: var(--soft); font-size: .85em; font-weight: 600; padding: 1em 0 .4em }
    .card { border-left: 3px solid var(--kind, var(--line)); padding: .15em 0 .15em .75em }
    .icon { margin-right: .35em }
    .title { display: inline; font-weight: 500 }
    .title, .text { unicode-bidi: plaintext }
    .meta, summary, .status { color: var(--soft); font-size: .85em }
    summary { cursor: pointer; width: max-content }
    .text { padding-top: .4em; white-space: pre-wrap }
    button { background: none; border: 1px solid var(--soft); border-radius: 4px; color: var(--link);
      cursor: pointer; font: inherit; margin: .4em 0; padding: .25em .9em }
    :focus-visible { outline: 2px solid var(--link); outline-offset: 2px }
    @media print { button { display: none } }`;

  const ENDED = "This view has ended.";
  const REFUSED = "This timeline may not be shown here.";
  const AWAY = "The timeline cannot be reached just now.";
  const NAMELESS = 'This element needs entity="type:id", such as entity="contact:8".';
  const ODD = "This timeline cannot be asked for: look at the attributes of the element.";
  const EMPTY = "Nothing has happened yet.";

  const ERASED = [250, 5000]; // milliseconds after which it looks what was erased

  const FOCUSABLE =
    "a[href],button,input,select,textarea,summary,iframe,doings-timeline,[tabindex],[contenteditable]";

  /** An element; text is only ever text. */
  function make(tag, name, text) {
    const element = document.createElement(tag);
    element.className = name;
    element.setAttribute("part", name);
    if (text !== undefined) element.textContent = text;
    return element;
  }

  /** The number of a position: it counts up within the history that the word before it names. */
  const seqOf = (position) => Number((position || "-0").split("-").pop());

  /** Newest first: by when it happened, then by when it was recorded. */
  const isNewer = (one, other) =>
    one.at > other.at || (one.at === other.at && one.activity.seq > other.activity.seq);

  class Refused extends Error {
    constructor(status) {
      super(`status ${status}`);
      this.status = status;
    }
  }

  class DoingsTimeline extends HTMLElement {
    static observedAttributes = ["src", "entity", "token", "limit"];

    #items = []; // { activity, at, element }, in the order of the feed
    #waiting = new Map(); // activities that wait for the reader's wish, by id
    #next = null; // the cursor of what is older
    #total = null; // how many there are in all, once that is known
    #countedTo = 0; // the seq up to which #total counts
    #at = null; // up to where nothing was missed
    #source = null;
    #timer = 0;
    #tries = 0;
    #looks = []; // timers that load again after somebody was erased
    #run = 0; // which load this is: answers to earlier ones are left out
    #isPlanned = false;
    #start = make("div", "start");
    #end = make("div", "end");
    #news = make("button", "news");
    #more = make("button", "more", "Show older");
    #status = make("p", "status");
    #feed = make("div", "feed");

    constructor() {
      super();
      const root = this.attachShadow({ mode: "open" });
      const sheet = new CSSStyleSheet(); // which a page's policy on styles lets through
      sheet.replaceSync(CSS);
      root.adoptedStyleSheets = [sheet];
      for (const mark of [this.#start, this.#end]) mark.tabIndex = -1;
      for (const button of [this.#news, this.#more]) {
        button.type = "button";
        button.hidden = true;
      }
      this.#status.setAttribute("role", "status");
      this.#feed.addEventListener("keydown", (event) => this.#press(event));
      this.#news.addEventListener("click", () => this.#showNews());
      this.#more.addEventListener("click", () => this.#showOlder());
      root.append(this.#start, this.#news, this.#feed, this.#status, this.#more, this.#end);
    }

    connectedCallback() {
      this.#plan();
    }

    disconnectedCallback() {
      this.#stop();
    }

    attributeChangedCallback(_, before, now) {
      if (before !== now && this.isConnected) this.#plan();
    }

    /** Load once, however many attributes are set at a time. */
    #plan() {
      if (this.#isPlanned) return;
      this.#isPlanned = true;
      queueMicrotask(() => {
        this.#isPlanned = false;
        if (this.isConnected) this.#load();
      });
    }

    #stop() {
      this.#run += 1;
      clearTimeout(this.#timer);
      this.#source?.close();
      this.#source = null;
    }

    get #base() {
      const given = this.getAttribute("src") || new URL(".", HERE || location.href);
      return new URL(given, location.href).href.replace(/\/$/, "");
    }

    get #entity() {
      return this.getAttribute("entity") || "";
    }

    get #limit() {
      const wanted = Number.parseInt(this.getAttribute("limit"), 10) || 50;
      return Math.min(Math.max(wanted, 1), 200);
    }

    async #get(path) {
      const headers = { Authorization: `Bearer ${this.getAttribute("token") || ""}` };
      const answer = await fetch(this.#base + path, { headers, credentials: "omit" });
      if (!answer.ok) throw new Refused(answer.status);
      return { document: await answer.json(), position: answer.headers.get("Doings-Position") };
    }

    #pageOf(cursor) {
      const [type, ...id] = this.#entity.split(":");
      const path = `/v1/entities/${encodeURIComponent(type)}/${encodeURIComponent(id.join(":"))}/activities`;
      const query = new URLSearchParams({ limit: this.#limit });
      if (cursor) query.set("cursor", cursor);
      return this.#get(`${path}?${query}`);
    }

    /** Show the newest page, and follow from there. */
    async #load() {
      this.#stop();
      if (!/^[a-z][a-z0-9_]*:./.test(this.#entity)) {
        this.#clear();
        this.#number();
        this.#say(NAMELESS);
        return;
      }
      const run = this.#run;
      this.#feed.setAttribute("aria-busy", "true");
      try {
        // An entity that nobody has named yet has no timeline; it may have one in a moment.
        const { document: page, position } = await this.#pageOf(null).catch((error) => {
          if (error.status !== 404) throw error;
          return { document: { items: [], next: null }, position: null };
        });
        if (run !== this.#run) return;
        this.#clear();
        this.#next = page.next;
        this.#at = position;
        this.#addAll(page.items);
        this.#number();
        await this.#count();
        if (run !== this.#run) return;
        this.#say(this.#items.length ? "" : EMPTY);
        this.#follow();
      } catch (error) {
        if (run === this.#run) this.#fail(error, () => this.#load());
      }
      this.#number();
    }

    #clear() {
      this.#items = [];
      this.#waiting.clear();
      this.#feed.replaceChildren();
      this.#next = null;
      this.#total = null;
    }

    /** How many there are in all; what happens afterwards is counted as it is told. */
    async #count() {
      const query = new URLSearchParams({ by: "kind", link: this.#entity });
      const { document: counts, position } = await this.#get(`/v1/stats?${query}`);
      this.#total = counts.total;
      this.#countedTo = seqOf(position);
      this.#at ??= position;
    }

    #follow() {
      const query = new URLSearchParams({
        entity: this.#entity,
        token: this.getAttribute("token") || "",
      });
      if (this.#at) query.set("after", this.#at);
      const source = (this.#source = new EventSource(`${this.#base}/v1/stream?${query}`));
      const on = (name, act) =>
        source.addEventListener(name, (event) => {
          this.#tries = 0;
          if (event.lastEventId) this.#at = event.lastEventId;
          act?.call(this, JSON.parse(event.data));
        });
      on("created", this.#created);
      on("updated", this.#updated);
      on("deleted", this.#gone);
      on("left", this.#gone);
      on("erased", this.#gone);
      on("entity.erased", this.#erased);
      on("position", null);
      on("reset", () => this.#load());
      on("closing", ({ reason }) => {
        if (reason === "revoked") this.#fail(new Refused(401));
      });
      // A browser connects again by itself, unless the server refuses it.
      source.addEventListener("error", () => {
        if (source.readyState !== EventSource.CLOSED || source !== this.#source) return;
        const run = this.#run;
        this.#later(async () => {
          try {
            await this.#count();
            if (run === this.#run) this.#follow();
          } catch (error) {
            if (run === this.#run) this.#fail(error, () => this.#load());
          }
        });
      });
    }

    #fail(error, again) {
      const isOver = error.status === 401 || error.status === 403;
      const text = { 400: ODD, 401: ENDED, 403: REFUSED, 422: ODD }[error.status];
      this.#say(text ?? AWAY);
      if (isOver) {
        // It may have ended because somebody was erased, whom what is shown names.
        this.#clear();
        this.#number();
        this.#stop();
        this.dispatchEvent(new CustomEvent("doings-ended", { bubbles: true, composed: true }));
      } else if (again && !text) {
        this.#later(again);
      }
    }

    /** Do it after a while, a longer one each time, and not all readers at the same moment. */
    #later(act) {
      const seconds = Math.min(60, 2 ** this.#tries++) * (0.5 + Math.random());
      this.#timer = setTimeout(act, seconds * 1000);
    }

    #say(text) {
      this.#status.textContent = text;
      this.#status.hidden = !text;
    }

    // What happens

    #created({ activity, seq }) {
      if (!activity || this.#items.some((item) => item.activity.id === activity.id)) return;
      if (seq > this.#countedTo) this.#total += 1;
      if (!this.#isBehind(activity)) this.#waiting.set(activity.id, activity);
      if (this.#isRead || !this.#waiting.size) this.#number();
      else this.#showNews();
    }

    /** Whether it belongs on an older page, and comes with that. */
    #isBehind(activity) {
      const last = this.#items.at(-1);
      const item = { activity, at: Date.parse(activity.occurred_at) };
      return Boolean(this.#next && last && isNewer(last, item));
    }

    #updated({ activity }) {
      if (!activity) return;
      if (this.#waiting.has(activity.id)) {
        this.#waiting.set(activity.id, activity);
        return;
      }
      const index = this.#items.findIndex((item) => item.activity.id === activity.id);
      if (index < 0) return;
      const isBehind = this.#isBehind(activity);
      const [old] = this.#items.splice(index, 1);
      const hasFocus = old.element.contains(this.shadowRoot.activeElement);
      old.element.remove();
      if (!isBehind) this.#add(activity);
      this.#number();
      const now = this.#items.find((item) => item.activity.id === activity.id);
      if (hasFocus) (now?.element ?? this.#start).focus({ preventScroll: true });
    }

    #gone({ activity_id: id, seq }) {
      if (seq > this.#countedTo) this.#total = Math.max(0, this.#total - 1);
      this.#waiting.delete(id);
      const index = this.#items.findIndex((item) => item.activity.id === id);
      if (index >= 0) {
        const [{ element }] = this.#items.splice(index, 1);
        const hasFocus = element.contains(this.shadowRoot.activeElement);
        element.remove();
        const nearest = this.#items[Math.min(index, this.#items.length - 1)];
        if (hasFocus) (nearest?.element ?? this.#start).focus();
      }
      if (!this.#items.length && !this.#waiting.size) this.#say(EMPTY);
      this.#number();
    }

    /** Somebody was erased, whom any article may name; texts still change for a while. */
    #erased() {
      for (const timer of this.#looks) clearTimeout(timer);
      this.#looks = ERASED.map((pause) =>
        setTimeout(() => this.isConnected && this.#load(), pause * (1 + Math.random())),
      );
    }

    /** Whether somebody is reading: then nothing moves before they say so. */
    get #isRead() {
      const top = Math.max(0, this.getBoundingClientRect().top);
      const isBelow = this.#feed.getBoundingClientRect().top < top;
      return isBelow || this.#feed.contains(this.shadowRoot.activeElement);
    }

    #showNews() {
      const isWish = this.shadowRoot.activeElement === this.#news;
      const activities = [...this.#waiting.values()].filter((one) => !this.#isBehind(one));
      this.#waiting.clear();
      this.#addAll(activities);
      this.#number();
      this.#say(activities.length === 1 ? `New: ${activities[0].title}` : "");
      if (isWish) this.#items[0]?.element.focus();
    }

    async #showOlder() {
      if (!this.#next) return;
      const run = this.#run;
      const last = this.#items.length - 1;
      const hasFocus = this.shadowRoot.activeElement === this.#more;
      this.#feed.setAttribute("aria-busy", "true");
      try {
        const { document: page } = await this.#pageOf(this.#next);
        if (run !== this.#run) return;
        this.#next = page.next;
        this.#addAll(page.items);
        this.#say("");
      } catch (error) {
        if (run === this.#run) this.#fail(error);
      }
      this.#number();
      if (hasFocus) this.#items[last + 1]?.element.focus();
    }

    // What is shown

    #addAll(activities) {
      for (const activity of activities) this.#add(activity);
    }

    /** Put an activity in its place. */
    #add(activity) {
      if (this.#items.some((item) => item.activity.id === activity.id)) return;
      const item = { activity, at: Date.parse(activity.occurred_at), element: null };
      let place = this.#items.findIndex((other) => isNewer(item, other));
      if (place < 0) place = this.#items.length;
      item.element = this.#article(activity);
      this.#feed.insertBefore(item.element, this.#items[place]?.element ?? null);
      this.#items.splice(place, 0, item);
    }

    #article(activity) {
      const moment = new Date(activity.occurred_at);
      const language = this.closest("[lang]")?.lang || undefined;
      const shown = (options) => new Intl.DateTimeFormat(language, options).format(moment);
      const element = make("article", "item");
      element.tabIndex = 0;
      const day = make("p", "day", shown({ dateStyle: "full" }));
      const card = make("div", "card");
      if (activity.colour) card.style.setProperty("--kind", activity.colour);
      const icon = make("span", "icon", activity.icon);
      icon.setAttribute("aria-hidden", "true");
      const title = make("p", "title", activity.title);
      const time = make("time", "time", shown({ timeStyle: "short" }));
      time.dateTime = activity.occurred_at;
      time.title = shown({ dateStyle: "full", timeStyle: "long" });
      const meta = make("p", "meta");
      meta.append(time, activity.actor?.name ? ` · ${activity.actor.name}` : "");
      title.id = `t${activity.id}`;
      meta.id = `m${activity.id}`;
      element.setAttribute("aria-labelledby", title.id);
      element.setAttribute("aria-describedby", meta.id);
      card.append(icon, title, meta);
      if (activity.text && activity.text !== activity.title) {
        const details = make("details", "details");
        details.append(make("summary", "summary", "More"), make("p", "text", activity.text));
        card.append(details);
      }
      element.append(day, card);
      return element;
    }

    /** Say of each article where it is, show a day once, and what else there is. */
    #number() {
      let before = "";
      // -1 is for a number that is not known.
      const known = this.#total ?? (this.#next ? -1 : 0);
      const size = known < 0 ? known : Math.max(known, this.#items.length);
      this.#items.forEach(({ element }, place) => {
        element.setAttribute("aria-posinset", place + 1);
        element.setAttribute("aria-setsize", size);
        const day = element.firstChild;
        day.hidden = day.textContent === before;
        before = day.textContent;
      });
      this.#news.textContent = `${this.#waiting.size} new`;
      this.#news.hidden = !this.#waiting.size;
      this.#more.hidden = !this.#next;
      this.#feed.setAttribute("aria-busy", "false");
      // A feed has articles; without any, it is nothing.
      const label = this.getAttribute("aria-label") || "Timeline";
      for (const [name, value] of [["role", "feed"], ["aria-label", label]]) {
        if (this.#items.length) this.#feed.setAttribute(name, value);
        else this.#feed.removeAttribute(name);
      }
    }

    // Keys, as W3C describes them for a feed

    async #press(event) {
      const place = this.#items.findIndex(({ element }) => element.contains(event.target));
      const isOut = event.ctrlKey && (event.key === "Home" || event.key === "End");
      const step = { PageDown: 1, PageUp: -1 }[event.key];
      if (place < 0 || !(isOut || (step && !event.ctrlKey && !event.altKey))) return;
      event.preventDefault();
      if (isOut) {
        this.#leave(event.key === "End");
        return;
      }
      if (!this.#items[place + step] && step > 0) await this.#showOlder();
      this.#items[place + step]?.element.focus();
    }

    /** To what can be focused next behind the feed, or before it. */
    #leave(isForward) {
      const button = isForward ? this.#more : this.#news;
      const side = isForward ? Node.DOCUMENT_POSITION_FOLLOWING : Node.DOCUMENT_POSITION_PRECEDING;
      const others = [...document.querySelectorAll(FOCUSABLE)].filter(
        (one) =>
          this.compareDocumentPosition(one) & side &&
          one.tabIndex >= 0 && !one.disabled && one.getClientRects().length,
      );
      const other = isForward ? others[0] : others.at(-1);
      const mark = isForward ? this.#end : this.#start;
      (button.hidden ? (other ?? mark) : button).focus();
    }
  }

  if (!customElements.get("doings-timeline")) customElements.define("doings-timeline", DoingsTimeline);
})();
