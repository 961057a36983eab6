// What scripts add to the light pages; each of them works without. Texts are only ever set as text.
"use strict";
(() => {
  const base = document.body.dataset.base;
  const told = document.getElementById("told");
  const done = document.querySelector("[data-done]");
  const keep = document.querySelector("form[data-keep]");

  const say = (text, button, act) => {
    told.textContent = text;
    if (button) {
      const press = document.createElement("button");
      press.type = "button";
      press.className = "second";
      press.textContent = button;
      press.addEventListener("click", act);
      told.append(" ", press);
    }
    told.hidden = false;
  };
  const storage = (kind) => {
    try {
      const store = window[kind];
      store.getItem("sempre");
      return store;
    } catch {
      return { getItem: () => null, setItem: () => {}, removeItem: () => {} };
    }
  };
  const kept = storage("localStorage");
  const pin = storage("sessionStorage");
  const forget = () => {
    kept.removeItem("sempre:tell");
    pin.removeItem("sempre:pin");
  };
  const random = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (n) => n.toString(16).padStart(2, "0")).join("");

  // An unsent form stays on this phone until it is sent, with its key, so that it counts once.
  const typed = (form) => [...form.elements].filter((field) => field.name && !["hidden", "file", "submit"].includes(field.type) && field.name !== "website");
  const read = () => {
    try {
      return JSON.parse(kept.getItem("sempre:tell")) || {};
    } catch {
      return {};
    }
  };
  const write = (form) => {
    const all = read();
    for (const field of typed(form)) {
      if (field.type === "radio" || field.type === "checkbox") {
        all[field.name] = [...form.querySelectorAll(`[name="${field.name}"]:checked`)].map((one) => one.value);
      } else {
        all[field.name] = [field.value];
      }
    }
    if (form.elements.key) all.key = [form.elements.key.value];
    kept.setItem("sempre:tell", JSON.stringify(all));
  };
  const restore = (form) => {
    const all = read();
    const choosing = (field) => field.type === "radio" || field.type === "checkbox";
    let changed = false;
    for (const field of typed(form)) {
      const values = all[field.name] || [];
      if (field.name === "found" || !values.length) continue;
      if (choosing(field)) {
        const wished = values.includes(field.value);
        if (wished && !field.checked) [field.checked, changed] = [true, true];
      } else if (!field.value && values[0]) {
        [field.value, changed] = [values[0], true];
      }
    }
    if (changed && all.key && form.elements.key) form.elements.key.value = all.key[0];
    return changed;
  };
  // The mark on the map stays in this tab until it is sent, unless another place was chosen meanwhile.
  const place = (form) => {
    const { lon, lat } = form.elements;
    if (!lon) {
      if ("send" in form.dataset) pin.removeItem("sempre:pin");
      return;
    }
    const put = (text) => {
      [lon.value, lat.value] = text.split(",");
      const set = form.querySelector("[data-set]");
      if (set) set.hidden = !lon.value;
    };
    put(pin.getItem("sempre:pin") || ",");
    for (const away of form.querySelectorAll("[data-clear]")) {
      away.addEventListener("click", () => {
        pin.removeItem("sempre:pin");
        put(",");
      });
    }
  };
  if (done) forget();
  if (keep) {
    if (restore(keep)) {
      say(told.dataset.restored, told.dataset.forget, () => {
        forget();
        location.assign(document.body.dataset.home + "/tell");
      });
    }
    place(keep);
    keep.addEventListener("input", () => write(keep));
    keep.addEventListener("change", () => write(keep));
    keep.addEventListener("submit", (event) => {
      write(keep);
      if (navigator.onLine) return;
      keep.noValidate = false;
      const controlled = navigator.serviceWorker && navigator.serviceWorker.controller;
      if (keep.reportValidity() && controlled) return;
      event.preventDefault();
      if (!controlled) say(told.dataset.offline);
    });
  }

  // "Me too" counts once a browser: a random text that only this browser knows, and nobody else sees.
  const voter = document.querySelector("form[data-voter] [name=voter]");
  if (voter) {
    if (!kept.getItem("sempre:voter")) kept.setItem("sempre:voter", random());
    voter.value = kept.getItem("sempre:voter") || "";
  }

  // A map only when it is asked for.
  for (const map of document.querySelectorAll("[data-map]")) {
    map.hidden = false;
    map.querySelector("[data-open]").addEventListener(
      "click",
      () => {
        const script = document.createElement("script");
        script.src = map.dataset.script;
        document.head.append(script);
      },
      { once: true },
    );
  }

  // Entries that wait for a network are sent by the service worker; what came of them is told here.
  const workers = navigator.serviceWorker;
  if (!workers) return;
  const hear = (event) => {
    const { waiting, news } = event.data;
    const unsent = document.querySelector("[data-unsent]");
    if (unsent) unsent.hidden = !waiting;
    if (news) {
      const lines = news.code ? [news.saved, news.code, ...news.messages] : [news.problem];
      say(lines.join(" "), news.code ? told.dataset.noted : told.dataset.change, () => {
        if (!news.code) kept.setItem("sempre:tell", JSON.stringify(news.fields));
        workers.controller.postMessage({ noted: news.id });
        if (!news.code) location.assign(document.body.dataset.home + "/tell/whole");
        else told.hidden = true;
      });
      if (news.code) forget();
    } else if (waiting) {
      say(told.dataset.waiting);
    }
  };
  const ask = () => workers.controller && workers.controller.postMessage({ send: true });
  workers.addEventListener("message", hear);
  workers.addEventListener("controllerchange", ask);
  window.addEventListener("online", ask);
  workers.register(`${base}/worker.js`, { scope: `${base}/` }).then(ask, () => {});
})();
