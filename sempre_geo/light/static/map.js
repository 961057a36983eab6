// The map of the question "where?": Leaflet from our own server, loaded when somebody asks for it.
"use strict";
(() => {
  const frame = document.querySelector("[data-map]");
  const canvas = frame.querySelector(".canvas");
  const [lon, lat] = [frame.querySelector("[name=lon]"), frame.querySelector("[name=lat]")];
  const set = frame.querySelector("[data-set]");
  const list = document.querySelector("select[name=place]");
  const ours = frame.closest("form[data-keep]");

  const draw = () => {
    const [west, south, east, north] = frame.dataset.bbox.split(",").map(Number);
    canvas.hidden = false;
    frame.querySelector("[data-open]").hidden = true;
    const bounds = [[south, west], [north, east]];
    const map = L.map(canvas, { maxBounds: L.latLngBounds(bounds).pad(0.3), attributionControl: false, zoomSnap: 0.25 });
    L.tileLayer(frame.dataset.tiles, { minZoom: 7, maxZoom: 16 }).addTo(map);
    L.tileLayer(frame.dataset.tiles.replace("/light/", "/light-names/"), { minZoom: 7, maxZoom: 16 }).addTo(map);
    map.fitBounds(bounds);
    let mark = null;
    const put = (at) => {
      if (mark) mark.remove();
      mark = L.circleMarker(at, { radius: 11, color: "#1F2A2E", weight: 4, fillColor: "#FFFFFF", fillOpacity: 0.7 }).addTo(map);
      [lon.value, lat.value] = [at.lng.toFixed(6), at.lat.toFixed(6)];
      if (ours) sessionStorage.setItem("sempre:pin", `${lon.value},${lat.value}`);
      set.hidden = false;
    };
    map.on("click", (event) => put(event.latlng));
    canvas.addEventListener("keydown", (event) => {
      if (event.key === "Enter") {
        event.preventDefault();
        put(map.getCenter());
      }
    });
    const clear = () => {
      if (mark) mark.remove();
      [mark, lon.value, lat.value, set.hidden] = [null, "", "", true];
      sessionStorage.removeItem("sempre:pin");
    };
    frame.querySelector("[data-clear]").addEventListener("click", clear);
    if (list) list.addEventListener("change", clear);
    if (lon.value) put(L.latLng(lat.value, lon.value));
  };
  const style = document.createElement("link");
  style.rel = "stylesheet";
  style.href = "/assets/leaflet/leaflet.css";
  const script = document.createElement("script");
  script.src = "/assets/leaflet/leaflet.js";
  script.addEventListener("load", draw);
  document.head.append(style, script);
})();
