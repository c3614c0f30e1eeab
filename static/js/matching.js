// Finds names as people type them: without accents, in any order of words, unfinished, with a slip of a finger.

const LETTERS = { ß: "ss", æ: "ae", œ: "oe", ø: "o", ł: "l", đ: "d", ı: "i" };

// Lower case, plain letters, words parted by one space.
export function fold(text) {
  return text
    .toLowerCase()
    .replace(/[ßæœøłđı]/g, (letter) => LETTERS[letter])
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}

// The best places first; of equals the nearer one. Each place has `folded`, `away` is a function of a place.
export function rank(typed, places, away, most) {
  const query = fold(typed);
  if (!query) return [];
  return places
    .map((place) => ({ place, worth: score(query, place.folded) }))
    .filter(({ worth }) => worth !== null)
    .sort((a, b) => a.worth - b.worth || away(a.place) - away(b.place))
    .slice(0, most)
    .map(({ place }) => place);
}

// Nought is the very name, null is something else.
export function score(query, name) {
  if (name === query) return 0;
  if (name.startsWith(query)) return 1;
  if (query.length > 3 && name.replaceAll(" ", "").startsWith(query.replaceAll(" ", ""))) return 1.5;
  const words = name.split(" ");
  let sum = 2;
  for (const part of query.split(" ")) {
    const found = words.map((word) => wordScore(part, word)).filter((worth) => worth !== null);
    if (!found.length) return null;
    sum += Math.min(...found);
  }
  return sum;
}

function wordScore(part, word) {
  if (word.startsWith(part)) return 0;
  if (part.length > 2 && word.includes(part)) return 1;
  const slips = part.length > 6 ? 2 : part.length > 3 ? 1 : 0;
  const away = slips ? slipsTo(part, word) : 1;
  return away <= slips ? 1 + 2 * away : null;
}

// How many letters are wrong, missing, too many or exchanged, compared with the beginning of the word.
function slipsTo(part, word) {
  let older = [];
  let row = Array.from({ length: word.length + 1 }, (_, j) => j);
  for (let i = 1; i <= part.length; i++) {
    const next = [i];
    for (let j = 1; j <= word.length; j++) {
      const wrong = part[i - 1] === word[j - 1] ? 0 : 1;
      next[j] = Math.min(row[j - 1] + wrong, row[j] + 1, next[j - 1] + 1);
      const exchanged = i > 1 && j > 1 && part[i - 1] === word[j - 2] && part[i - 2] === word[j - 1];
      if (exchanged) next[j] = Math.min(next[j], older[j - 2] + 1);
    }
    [older, row] = [row, next];
  }
  return Math.min(...row);
}
