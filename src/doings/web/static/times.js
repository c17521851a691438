// How long ago things happened, told again each minute.

// Units, and how much shorter a time may be to be told in one of them: it is rounded, not cut off.
const STEPS = [
  [365 * 86_400, "year", 43_200],
  [30 * 86_400, "month", 43_200],
  [7 * 86_400, "week", 43_200],
  [86_400, "day", 1_800],
  [3_600, "hour", 30],
  [60, "minute", 0],
];

export function ago(instant, now) {
  const away = Math.abs(now - instant) / 1000;
  for (const [length, word, less] of STEPS) {
    if (away >= length - less) {
      const count = Math.max(1, Math.round(away / length));
      const told = `${count} ${word}${count > 1 ? "s" : ""}`;
      return instant <= now ? `${told} ago` : `in ${told}`;
    }
  }
  return "just now";
}

export function tellTimes(root) {
  const tell = () => {
    const now = Date.now();
    for (const element of root.querySelectorAll("time .ago, .revision time")) {
      const time = element.closest("time");
      const text = ago(Date.parse(time.dateTime), now);
      if (element.textContent !== text) element.textContent = text;
    }
  };
  root.addEventListener("grown", tell);
  setInterval(tell, 60_000);
}
