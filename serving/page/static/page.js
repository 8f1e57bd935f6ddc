// Adds keys, sending without a reload, taking back with a countdown, and live refresh to pages that work without it.
"use strict";
(() => {
  const REFRESH = 10_000, GIVE_UP = 600_000; // no answer is asked for where nobody touched the page for ten minutes
  const find = (selector, within = document) => within.querySelector(selector);
  const texts = () => find("#texts")?.dataset ?? {};
  let picked = "", sending = false, over = false, touched = Date.now();

  const tell = (text) => {
    const said = find("#said");
    if (!said || !text) return;
    said.textContent = "";
    setTimeout(() => { said.textContent = text; }, 50); // the same text twice is said twice
  };
  const shown = (text) => {
    const notice = document.createElement("p");
    notice.className = "notice bad";
    notice.setAttribute("role", "alert");
    notice.textContent = text;
    find("#main").prepend(notice);
  };
  const isTyping = (at) => Boolean(at?.closest?.("input:not([type=radio]), select, textarea, .declining form, dialog"));
  const isBusy = () => sending || Boolean(find(".declining[open], dialog[open]")) || isTyping(document.activeElement);

  // --- The page again, without losing one's place ------------------------------------------------------------------
  const swap = (html, keeps) => {
    const made = new DOMParser().parseFromString(html, "text/html"), fresh = find("#main", made), old = find("#main");
    if (!fresh || !old) return false;
    const at = document.activeElement?.closest?.(keeps ? "#main [id]" : "#main section");
    const focused = keeps ? at?.id : at?.getAttribute("aria-labelledby");
    const opened = [...old.querySelectorAll("details[open]:not(.declining) > summary")].map((each) => each.textContent);
    for (const summary of fresh.querySelectorAll("details > summary")) {
      if (opened.includes(summary.textContent)) summary.parentElement.open = true;
    }
    const lost = old.contains(document.activeElement);
    old.replaceChildren(...fresh.childNodes);
    document.title = made.title;
    if (lost) (document.getElementById(focused) ?? find("#offers-title") ?? old).focus({ preventScroll: true });
    mark(keeps ? picked : "");
    countDown();
    return true;
  };

  // --- Sending a form ------------------------------------------------------------------------------------------------
  const send = async (form, button) => {
    const place = form.closest(".offer, li, section") ?? form;
    sending = true;
    place.classList.add("sending");
    place.setAttribute("aria-busy", "true");
    tell(texts().sending);
    try {
      const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form, button)) });
      const html = await answer.text();
      if (new URL(answer.url).pathname.startsWith("/page/sign-in")) { location.assign(answer.url); return; }
      if (!swap(html, false)) throw new Error("what came is no page of ours");
      const alert = find("#main [role=alert]"), isUndo = form.matches(".undo");
      alert?.scrollIntoView({ block: "nearest" });
      tell(alert?.textContent ?? (isUndo ? texts().undone : find(".recorded p")?.textContent ?? texts().done));
    } catch {
      shown(texts().failed);
    } finally {
      sending = false;
      place.classList.remove("sending");
      place.removeAttribute("aria-busy");
    }
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || !form.getAttribute("action")?.startsWith("/page/customers/")) return;
    event.preventDefault();
    if (!sending) send(form, event.submitter);
  });

  // --- Taking back: a minute, seen going by ----------------------------------------------------------------------------
  const countDown = () => {
    for (const form of document.querySelectorAll(".undo:not([data-ends])")) {
      form.dataset.ends = String(Date.now() + 1000 * Number(form.dataset.seconds));
      const bar = document.createElement("progress");
      bar.max = 60;
      bar.setAttribute("aria-hidden", "true");
      form.append(bar);
    }
    for (const form of document.querySelectorAll(".undo[data-ends]")) {
      const left = (Number(form.dataset.ends) - Date.now()) / 1000;
      if (left > 0) find("progress", form).value = left;
      else if (!form.contains(document.activeElement)) form.remove();
      else { find("button", form).disabled = true; find("#offers-title")?.focus({ preventScroll: true }); }
    }
  };
  setInterval(countDown, 1000);

  // --- Live: what others do is seen within ten seconds -------------------------------------------------------------------
  const refresh = async () => {
    const section = find("[data-mark]");
    if (!section || over || document.hidden || isBusy() || Date.now() - touched > GIVE_UP) return;
    const path = `/page/customers/${encodeURIComponent(section.dataset.customer)}/mark`;
    try {
      const answer = await fetch(path, { redirect: "manual" });
      if (answer.type === "opaqueredirect" || answer.status === 401) {
        over = true;
        shown(texts().over);
        return;
      }
      if (answer.status === 404 || answer.status === 410) location.reload();
      if (!answer.ok || (await answer.text()) === section.dataset.mark || isBusy()) return;
      const page = await fetch(location.href);
      const html = await page.text();
      if (page.ok && !isBusy() && swap(html, true)) tell(texts().refreshed);
    } catch { /* the service cannot be reached now; it is asked again */ }
  };
  setInterval(refresh, REFRESH);
  document.addEventListener("visibilitychange", refresh);
  for (const kind of ["pointerdown", "keydown"]) document.addEventListener(kind, () => { touched = Date.now(); }, true);

  // --- Keys ----------------------------------------------------------------------------------------------------------------
  const areOn = () => { // a browser may keep nothing for embedded pages; then the box alone says it
    try { return localStorage.getItem("keys") !== "off"; } catch { return find("#keys-on")?.checked ?? true; }
  };
  const turn = (on) => {
    try { localStorage.setItem("keys", on ? "on" : "off"); } catch { /* it holds as long as the page stands */ }
  };
  const card = () => document.activeElement?.closest?.(".offer") ?? (picked ? document.getElementById(picked) : null);
  const mark = (id) => { // by the offer, not its place: what is refreshed meanwhile may put another one there
    picked = document.getElementById(id) ? id : "";
    for (const each of document.querySelectorAll(".offer")) each.classList.toggle("picked", each.id === picked);
  };
  const pick = (number) => {
    const found = find(`.offer[data-pick="${number}"]`);
    if (!found) return;
    mark(found.id);
    found.focus();
  };
  const press = (key) => {
    const within = key === "u" ? document : card();
    if (!within) { tell(texts().pick); return; }
    const control = find(`[data-key="${key}"]`, within);
    if (!control) return;
    if (key !== "d") { control.click(); return; }
    control.parentElement.open = true;
    find("input[type=radio]", control.parentElement)?.focus();
  };
  const openKeys = () => find("#keys")?.showModal();
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || isTyping(event.target) || !areOn()) return;
    const { key } = event;
    if (key === "/") { find("#search")?.focus(); find("#search")?.select(); }
    else if (key === "?") openKeys();
    else if ("123".includes(key)) pick(Number(key));
    else if ("admsu".includes(key)) press(key);
    else return;
    event.preventDefault();
  });

  const start = () => {
    const button = find("#open-keys"), choice = find("#keys-on");
    if (button) { button.hidden = false; button.addEventListener("click", openKeys); }
    if (choice) {
      choice.checked = areOn();
      choice.addEventListener("change", () => turn(choice.checked));
    }
    countDown();
  };
  start();
})();
