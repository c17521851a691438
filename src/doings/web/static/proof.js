// Verifies the proof of a change in the browser: SHA-256 of the statement, the leaf and its path up
// to the root, and the signature of the checkpoint. The forms are those of docs/proof.md.

const button = document.getElementById("verify");
const list = document.getElementById("verified");
button?.addEventListener("click", verify);

const raw = (base64) => Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
const utf8 = (text) => new TextEncoder().encode(text);

function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let place = 0;
  for (const part of parts) {
    whole.set(part, place);
    place += part.length;
  }
  return whole;
}

async function sha256(...parts) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", joined(...parts)));
}

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);
const BETWEEN = Uint8Array.of(0);
const ED25519 = 1;

const isSame = (one, other) =>
  one.length === other.length && one.every((byte, place) => byte === other[place]);

// RFC 9162, section 2.1.3.2. Numbers may have more than 32 bits, so nothing is shifted.
async function rootOf(leaf, size, hash, path) {
  let number = leaf;
  let last = size - 1;
  for (const other of path) {
    if (last === 0) return null;
    if (number % 2 === 1 || number === last) {
      hash = await sha256(NODE, other, hash);
      while (number % 2 === 0 && number !== 0) {
        number /= 2;
        last = Math.floor(last / 2);
      }
    } else {
      hash = await sha256(NODE, hash, other);
    }
    number = Math.floor(number / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 ? hash : null;
}

// A checkpoint is three lines, an empty one, and a line for each signature.
function noteOf(text) {
  const end = text.indexOf("\n\n");
  const [origin, size, root] = text.slice(0, end).split("\n");
  const signatures = text
    .slice(end + 2)
    .trimEnd()
    .split("\n")
    .map((line) => raw(line.slice(line.lastIndexOf(" ") + 1)));
  return { signed: text.slice(0, end + 1), origin, size: Number(size), root: raw(root), signatures };
}

// A key is name+id+base64 of its type and its 32 bytes; neither name nor id has a plus in it.
function keyOf(text, origin) {
  const [name, id, ...key] = text.split("+");
  const bytes = raw(key.join("+"));
  if (name !== origin || bytes[0] !== ED25519) return null;
  return { id: id.match(/../g).map((pair) => Number.parseInt(pair, 16)), bytes: bytes.slice(1) };
}

// Whether one of the keys signed it; null where this browser cannot tell.
async function isSigned(note, keys) {
  for (const text of keys) {
    const key = keyOf(text, note.origin);
    const signature = key && note.signatures.find((one) => isSame(one.slice(0, 4), key.id));
    if (!signature) continue;
    let imported;
    try {
      imported = await crypto.subtle.importKey("raw", key.bytes, "Ed25519", false, ["verify"]);
    } catch {
      return null;
    }
    if (await crypto.subtle.verify("Ed25519", imported, signature.slice(4), utf8(note.signed))) {
      return true;
    }
  }
  return false;
}

function* steps(proof, note) {
  if (proof.statement === null) {
    yield ["What the leaf said was erased, its salt with it; its digest says nothing any more.", null];
  } else {
    yield [
      "The statement with its salt has the digest that stands in the leaf.",
      sha256(raw(proof.salt), BETWEEN, utf8(proof.statement)).then((digest) =>
        isSame(digest, raw(proof.digest)),
      ),
    ];
    const said = JSON.parse(proof.statement);
    yield [
      `The statement is about this activity, at place ${proof.leaf} of the log.`,
      said.id === proof.activity && said.type === "activity" && said.seq === proof.leaf + 1,
    ];
  }
  yield [
    "The digest has the hash of the leaf.",
    sha256(LEAF, raw(proof.digest)).then((hash) => isSame(hash, raw(proof.hash))),
  ];
  yield [
    `The leaf leads over ${proof.path.length} hashes to the root of the log.`,
    rootOf(proof.leaf, proof.size, raw(proof.hash), proof.path.map(raw)).then(
      (root) => root !== null && isSame(root, note.root) && note.size === proof.size,
    ),
  ];
  yield ["The checkpoint with this root is signed by the key of the log.", isSigned(note, proof.keys)];
}

const UNKNOWN = {
  signed: "This browser knows no Ed25519: verify the signature without this page, as said below.",
  secure: "This browser computes no hashes here: it does so over HTTPS only, or on this machine.",
};

function tell(text, state) {
  const item = document.createElement("li");
  item.className = state;
  const word = document.createElement("b");
  word.textContent = { good: "Good: ", bad: "Wrong: ", open: "Open: " }[state];
  item.append(word, text);
  list.append(item);
}

async function verify() {
  button.disabled = true;
  list.replaceChildren();
  list.hidden = false;
  try {
    if (!globalThis.crypto?.subtle) return tell(UNKNOWN.secure, "open");
    const answer = await fetch(button.dataset.proof);
    if (!answer.ok) return tell(`The server gives no proof now (${answer.status}).`, "bad");
    const proof = await answer.json();
    const note = noteOf(proof.checkpoint);
    for (const [text, outcome] of steps(proof, note)) {
      const isGood = await outcome;
      const isOfKey = isGood === null && text.startsWith("The checkpoint");
      tell(isOfKey ? UNKNOWN.signed : text, isGood === null ? "open" : isGood ? "good" : "bad");
    }
  } catch (error) {
    tell(`The proof cannot be read: ${error.message}`, "bad");
  } finally {
    button.disabled = false;
  }
}
