// A draft from before is offered in words; nothing else happens until somebody has decided.

import { fill, settings } from "./ground.js";
import { texts } from "./wording.js";

export function offerDraft(draft, { goOn, startAnew }) {
  const { at, values } = draft;
  const section = document.getElementById("step-draft");
  const steps = document.getElementById("add-form");
  document.getElementById("draft-when").textContent = written(new Date(at));
  const words = values.text?.[0]?.trim() || values.place_words?.[0]?.trim();
  const quote = document.getElementById("draft-text");
  quote.hidden = !words;
  quote.textContent = words ?? "";
  if (values.text_lang?.[0]) quote.lang = values.text_lang[0];
  const show = (shown) => {
    section.hidden = !shown;
    steps.hidden = shown;
  };
  document.getElementById("draft-go").onclick = () => {
    show(false);
    goOn(draft);
  };
  document.getElementById("draft-away").onclick = () => {
    show(false);
    startAnew();
  };
  show(true);
}

// Today the time says enough. The English pages are in British English.
function written(at) {
  const { lang } = settings;
  const say = (style) => new Intl.DateTimeFormat(lang === "en" ? "en-GB" : lang, style).format(at);
  const time = say({ timeStyle: "short" });
  if (at.toDateString() === new Date().toDateString()) return fill(texts.draftToday, { time });
  return fill(texts.draftFrom, { moment: say({ dateStyle: "long", timeStyle: "short" }) });
}
