// What the scripts of the form say, in the page's language.

export const texts = JSON.parse(document.getElementById("add-texts").textContent);

// Changes a line that screen readers read aloud, but only when it says something new.
export function say(line, text) {
  if (line.textContent !== text) line.textContent = text;
}

// Says it once things have come to rest: while somebody moves the map, every step would be read aloud.
export function saySoon(line, text, wait = 350) {
  clearTimeout(line.waiting);
  line.waiting = setTimeout(() => say(line, text), wait);
}
