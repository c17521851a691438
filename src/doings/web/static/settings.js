// What the settings do with scripts: a file may be dropped anywhere on its form, and the progress
// of an import is shown as it goes. Without scripts a file field and a link do the same.

// A page with a secret is kept by no browser. Going back to it shows the page without, and not an
// error of the browser.
const once = document.querySelector("[data-instead]");
if (once) history.replaceState(null, "", once.dataset.instead);

const upload = document.getElementById("upload");
if (upload) {
  const field = upload.elements.file;
  const mark = (isOver) => field.classList.toggle("is-over", isOver);
  for (const name of ["dragenter", "dragover"]) {
    upload.addEventListener(name, (event) => {
      event.preventDefault();
      mark(true);
    });
  }
  upload.addEventListener("dragleave", () => mark(false));
  upload.addEventListener("drop", (event) => {
    event.preventDefault();
    mark(false);
    if (event.dataTransfer.files.length) field.files = event.dataTransfer.files;
    check();
  });
  // A server that refuses a file while it is sent may close the connection: say it before.
  const check = () => {
    const isLarge = field.files[0]?.size > Number(field.dataset.most);
    field.setCustomValidity(isLarge ? field.dataset.tooLarge : "");
  };
  field.addEventListener("change", check);
}

const SECONDS = 1;
const FAILURES = 5;

async function follow(shown, failures = 0) {
  if (!shown?.hasAttribute("data-at-work")) return;
  await new Promise((resolve) => setTimeout(resolve, 1000 * SECONDS * (failures + 1)));
  let next = shown;
  try {
    const answer = await fetch(shown.dataset.progress);
    if (!answer.ok || answer.redirected) throw new Error("no progress");
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const part = document.adoptNode(page.getElementById("progress"));
    // Somebody who has chosen a button keeps it: only what is said of the progress changes.
    if (part.hasAttribute("data-at-work")) {
      for (const name of ["[role=status]", "progress"]) {
        shown.querySelector(name).replaceWith(part.querySelector(name));
      }
    } else {
      const hadFocus = shown.contains(document.activeElement);
      shown.replaceWith(part);
      part.tabIndex = -1;
      if (hadFocus) part.focus();
      next = part;
    }
    failures = 0;
  } catch {
    failures += 1;
  }
  if (failures < FAILURES) await follow(next, failures);
}

await follow(document.getElementById("progress"));
