// Small things on every page; all of them work without this file too.

// Menus close when somebody presses Escape or taps beside them.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("[data-drop][open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("[data-drop][open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

// In a part that scrolls a menu may open where nobody would see it.
for (const menu of document.querySelectorAll("[data-drop]")) {
  menu.addEventListener("toggle", () => menu.open && menu.lastElementChild.scrollIntoView({ block: "nearest" }));
}

// A secret link is worth keeping: one tap copies it.
for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    document.getElementById(button.dataset.said).textContent = button.dataset.done;
  });
}

// A button that would lead to a form on the next page sends that form at once.
for (const link of document.querySelectorAll("[data-send-form]")) {
  link.addEventListener("click", async (event) => {
    event.preventDefault();
    if (link.getAttribute("aria-disabled")) return;
    link.setAttribute("aria-disabled", "true");
    try {
      const page = new DOMParser().parseFromString(await (await fetch(link.href)).text(), "text/html");
      const form = document.importNode(page.getElementById(link.dataset.sendForm), true);
      form.hidden = true;
      document.body.append(form);
      form.submit();
    } catch {
      location.assign(link.href);
    }
  });
  addEventListener("pageshow", () => link.removeAttribute("aria-disabled"));
}

// One click sends once; the page comes back to life when the browser shows it again from its history.
for (const form of document.querySelectorAll("form[data-once]")) {
  const buttons = form.querySelectorAll("button[type=submit], button:not([type])");
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
    for (const button of buttons) button.setAttribute("aria-disabled", "true");
  });
  addEventListener("pageshow", () => {
    delete form.dataset.sent;
    for (const button of buttons) button.removeAttribute("aria-disabled");
  });
}
