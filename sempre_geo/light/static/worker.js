// The service worker of the light pages: without a network it offers the form it has kept, keeps what is sent,
// and sends it once there is a network. SITE stands above, written by the server.
"use strict";
const CACHE = `light-${SITE.version}`;
const UNSENT = "unsent";
const NEWS = "news";
const WEEK_MS = 7 * 24 * 3600 * 1000; // a form's signature holds for a month
let sending = false;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(SITE.kept)).then(() => self.skipWaiting()));
});
self.addEventListener("activate", (event) => {
  const old = (name) => name.startsWith("light-") && name !== CACHE;
  event.waitUntil(
    caches.keys().then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name)))).then(() => self.clients.claim()),
  );
});
self.addEventListener("sync", (event) => event.waitUntil(sendAll()));
self.addEventListener("message", (event) => {
  if (event.data.noted) event.waitUntil(change(NEWS, (store) => store.delete(event.data.noted)).then(tellAll));
  if (event.data.send) event.waitUntil(keepForms(event.source.url).then(sendAll));
});
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== location.origin || !url.pathname.startsWith(`${SITE.base}/`)) return;
  if (SITE.kept.includes(url.pathname)) {
    event.respondWith(caches.match(request).then((found) => found || fetch(request)));
  } else if (request.mode === "navigate") {
    event.respondWith(request.method === "POST" ? post(request, url) : get(request, url));
  }
});

const home = (url) => url.pathname.split("/").slice(0, 3).join("/");

// The two pages that help without a network, in the visitor's language.
async function keepForms(address) {
  const at = home(new URL(address));
  const cache = await caches.open(CACHE);
  for (const page of [`${at}/tell/whole`, `${at}/kept`]) {
    const kept = await cache.match(page);
    if (!kept || Date.now() - Date.parse(kept.headers.get("date")) > WEEK_MS) await cache.add(page).catch(() => {});
  }
}

async function get(request, url) {
  try {
    return await fetch(request);
  } catch (failure) {
    const own = await caches.match(url.pathname);
    const form = url.pathname.endsWith("/tell") && (await caches.match(`${home(url)}/tell/whole`));
    return own || form || (await caches.match(`${home(url)}/kept`)) || Promise.reject(failure);
  }
}

async function post(request, url) {
  const copy = request.clone();
  try {
    return await fetch(request);
  } catch {
    if (url.pathname.endsWith("/tell/save")) {
      const fields = [...(await copy.formData()).entries()];
      await change(UNSENT, (store) => store.add({ path: url.pathname, fields }));
      if (self.registration.sync) await self.registration.sync.register("send").catch(() => {});
      return Response.redirect(`${home(url)}/kept`, 303);
    }
    return Response.redirect(`${home(url)}/${url.pathname.includes("/tell") ? "tell/whole" : "kept"}`, 303);
  }
}

async function sendAll() {
  if (!sending) {
    sending = true;
    try {
      for (const entry of await all(UNSENT)) if (!(await send(entry))) break;
    } finally {
      sending = false;
    }
  }
  await tellAll();
}

// True if the server has answered; only then is the entry let go of.
async function send(entry) {
  const body = new FormData();
  for (const [name, value] of entry.fields) body.append(name, value);
  let answer;
  try {
    const response = await fetch(entry.path, { method: "POST", body, headers: { Accept: "application/json" } });
    if (response.status >= 500) return false;
    answer = await response.json();
  } catch {
    return false;
  }
  const fields = {};
  for (const [name, value] of entry.fields) if (typeof value === "string") (fields[name] ||= []).push(value);
  await change(NEWS, (store) => store.add(answer.code ? answer : { problem: answer.problem, fields }));
  await change(UNSENT, (store) => store.delete(entry.id));
  return true;
}

async function tellAll() {
  const [waiting, news] = [(await all(UNSENT)).length, (await all(NEWS))[0]];
  for (const client of await self.clients.matchAll()) client.postMessage({ waiting, news });
}

function open() {
  return new Promise((good, bad) => {
    const asked = indexedDB.open("sempre", 1);
    asked.onupgradeneeded = () => {
      for (const name of [UNSENT, NEWS]) asked.result.createObjectStore(name, { keyPath: "id", autoIncrement: true });
    };
    asked.onsuccess = () => good(asked.result);
    asked.onerror = () => bad(asked.error);
  });
}

async function change(name, act) {
  const database = await open();
  return new Promise((good, bad) => {
    const transaction = database.transaction(name, "readwrite");
    const asked = act(transaction.objectStore(name));
    transaction.oncomplete = () => {
      database.close();
      good(asked.result);
    };
    transaction.onerror = () => bad(transaction.error);
  });
}

const all = (name) => change(name, (store) => store.getAll());
