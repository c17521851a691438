// How long ago things happened, told again each minute.

const STEPS = [
  [365 * 86_400, "year"],
  [30 * 86_400, "month"],
  [7 * 86_400, "week"],
  [86_400, "day"],
  [3_600, "hour"],
  [60, "minute"],
];

export function ago(instant, now) {
  const away = Math.abs(now - instant) / 1000;
  for (const [length, word] of STEPS) {
    const count = Math.floor(away / length);
    if (count) {
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
