// Days to choose from: one stop for the keyboard in each drawing, arrows within it, and a span of
// bars that is drawn with the pointer or with Shift.

export function linkCalendar() {
  const year = document.getElementById("year");
  if (year) rove([...year.querySelectorAll("a")]);
  const histogram = document.getElementById("histogram");
  if (histogram) brush(histogram);
}

const STEPS = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 };

function rove(links, onMove = () => {}) {
  links.forEach((link, index) => {
    link.setAttribute("tabindex", index === links.length - 1 ? "0" : "-1");
    link.addEventListener("keydown", (event) => {
      const ends = { Home: 0, End: links.length - 1 };
      const next = ends[event.key] ?? index + (STEPS[event.key] ?? 0);
      if (next === index || !links[next]) return;
      event.preventDefault();
      for (const one of links) one.setAttribute("tabindex", "-1");
      links[next].setAttribute("tabindex", "0");
      links[next].focus();
      onMove(index, next, event.shiftKey);
    });
  });
}

function brush(drawing) {
  const bars = [...drawing.querySelectorAll("a")];
  let span = null;

  const draw = (next) => {
    span = next;
    const [low, high] = span ? [Math.min(...span), Math.max(...span)] : [1, 0];
    bars.forEach((bar, index) => bar.classList.toggle("drawn", index >= low && index <= high));
  };
  const choose = () => {
    const [low, high] = [Math.min(...span), Math.max(...span)];
    document.getElementById("from").value = bars[low].dataset.first;
    document.getElementById("to").value = bars[high].dataset.last;
    document.getElementById("filter-form").requestSubmit();
  };

  rove(bars, (from, to, isSpan) => draw(isSpan ? [span?.[0] ?? from, to] : null));
  const isSpan = () => span && span[0] !== span[1];
  const barAt = (x) => {
    const { left, width } = drawing.getBoundingClientRect();
    const place = Math.floor(((x - left) / width) * bars.length);
    return Math.min(bars.length - 1, Math.max(0, place));
  };
  let start = null;
  drawing.addEventListener("dragstart", (event) => event.preventDefault());
  drawing.addEventListener("pointerdown", (event) => {
    if (event.button === 0) start = barAt(event.clientX);
  });
  addEventListener("pointermove", (event) => {
    if (start !== null) draw([start, barAt(event.clientX)]);
  });
  addEventListener("pointerup", () => {
    if (start !== null && isSpan()) choose();
    start = null;
  });
  addEventListener("pointercancel", () => {
    start = null;
    draw(null);
  });
  // A span that was drawn is no click on a bar; with the keyboard it is taken by Enter.
  drawing.addEventListener("click", (event) => {
    if (!isSpan()) return;
    event.preventDefault();
    choose();
  });
}
