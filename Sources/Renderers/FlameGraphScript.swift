// SPDX-License-Identifier: Apache-2.0

/// Zoom, search, measures and keys of a flame graph. It works on the drawn boxes, in a page or in an SVG file,
/// and makes no network requests.
enum FlameGraphScript {
  static let text = #"""
    (function () {
      "use strict";
      var graph = document.querySelector(".flame");
      if (!graph) return;
      var find = function (name) { return document.querySelector("[data-flame=" + name + "]"); };
      var field = find("search"), reset = find("reset"), said = find("said"), next = find("next"),
        result = find("found");
      var buttons = Array.from(document.querySelectorAll("[data-measure]"));
      var rowHeight = 24, letter = 7.3, margin = 9, pixels = 0;
      var measure = Number(graph.getAttribute("data-measure-index"));

      // ---- The tree, from boxes in drawing order ----
      var path = [];
      var boxes = Array.from(graph.querySelectorAll(".box")).map(function (element, index) {
        var numbers = function (name) {
          return element.getAttribute(name).split(" ").map(Number);
        };
        var lines = element.querySelector("title").textContent.split("\n");
        var box = {
          element: element, index: index, depth: Number(element.getAttribute("data-depth")),
          bytes: numbers("data-bytes"), count: numbers("data-count"), children: [], parent: null,
          label: lines[0], details: lines.slice(1), words: lines.join("\n").toLowerCase(),
          text: element.querySelector("text"), leak: element.querySelector(".leaked"), at: null
        };
        box.parent = box.depth > 0 ? path[box.depth - 1] : null;
        if (box.parent) box.parent.children.push(box);
        path[box.depth] = box;
        element.flameBox = box;
        return box;
      });
      if (!boxes.length) return;
      var root = boxes[0], zoomed = root, current = root, query = "";

      // ---- Drawing ----
      function graphWidth() {
        var frame = graph.ownerSVGElement;
        return frame ? frame.getBoundingClientRect().width * 0.96 : graph.clientWidth;
      }
      function place(box, x, width) {
        box.at = { x: x, width: width };
        var element = box.element;
        if (width <= 0) { element.setAttribute("display", "none"); return; }
        element.removeAttribute("display");
        element.setAttribute("x", (x * 100).toFixed(4) + "%");
        element.setAttribute("width", (width * 100).toFixed(4) + "%");
        if (box.leak) {
          var part = Math.min(1, box.bytes[0] / box.bytes[measure]);
          box.leak.setAttribute("width", (part * 100).toFixed(4) + "%");
        }
        var room = Math.floor((width * pixels - margin) / letter);
        var letters = Array.from(box.label);
        box.text.textContent = room < 2 ? "" : letters.length <= room
          ? box.label : letters.slice(0, room - 1).join("") + "\u2026";
      }
      function placeBelow(box) {
        var x = box.at.x, whole = box.bytes[measure];
        box.children.forEach(function (child) {
          var width = whole > 0 ? box.at.width * child.bytes[measure] / whole : 0;
          if (width * pixels < 0.4) width = 0;
          place(child, x, width);
          x += width;
          if (width > 0) placeBelow(child); else hideBelow(child);
        });
      }
      function hideBelow(box) {
        box.children.forEach(function (child) { place(child, 0, 0); hideBelow(child); });
      }
      function draw() {
        pixels = graphWidth();
        boxes.forEach(function (box) { box.element.classList.remove("passed"); });
        hideBelow(root);
        for (var box = zoomed; box; box = box.parent) {
          place(box, 0, 1);
          if (box !== zoomed) box.element.classList.add("passed");
        }
        placeBelow(zoomed);
        var deepest = 0;
        boxes.forEach(function (box) { if (box.at.width > 0) deepest = Math.max(deepest, box.depth); });
        graph.setAttribute("height", (deepest + 1) * rowHeight);
        if (reset) reset.disabled = zoomed === root && !query;
        graph.dispatchEvent(new Event("flame-drawn"));
      }

      // ---- Words ----
      function size(bytes) {
        var units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"], unit = 0;
        while (bytes >= 1024 && unit < units.length - 1) { bytes /= 1024; unit += 1; }
        return (unit === 0 ? bytes : bytes.toFixed(1)) + " " + units[unit];
      }
      function share(part, whole) {
        return whole > 0 ? (100 * part / whole).toFixed(1) + "%" : "0%";
      }
      function say(name, words) {
        if (!said) return;
        said.textContent = "";
        var bold = said.appendChild(document.createElementNS(said.namespaceURI, "b"));
        bold.textContent = name;
        said.appendChild(document.createTextNode(words ? " \u00b7 " + words : ""));
      }
      function tell(box) { say(box.label, box.details.join(" \u00b7 ")); }
      function tellResting() {
        if (zoomed !== root) return tell(zoomed);
        say(size(root.bytes[measure]), root.count[measure].toLocaleString("en") + " mappings. "
          + "Click a box to zoom in. Arrow keys move, Enter zooms, Escape shows all, / searches.");
      }

      // ---- Search ----
      function found() {
        return boxes.filter(function (box) { return query && box.words.indexOf(query) >= 0; });
      }
      function tellFound() {
        var bytes = 0, hits = 0;
        if (query) (function visit(box, isInside) {
          var isHit = box.words.indexOf(query) >= 0 && box !== root;
          if (isHit && box.bytes[measure] > 0) hits += 1;
          if (isHit && !isInside) bytes += box.bytes[measure];
          box.children.forEach(function (child) { visit(child, isInside || isHit); });
        })(root, false);
        result.textContent = !query ? "" : hits + (hits === 1 ? " box has " : " boxes have ")
          + "\u201c" + field.value.trim() + "\u201d: " + size(bytes) + ", "
          + share(bytes, root.bytes[measure]) + " of what is shown";
      }
      function search() {
        query = field.value.trim().toLowerCase();
        boxes.forEach(function (box) {
          box.element.classList.toggle("found", !!query && box !== root
            && box.words.indexOf(query) >= 0);
        });
        if (next) next.disabled = !query;
        reset.disabled = zoomed === root && !query;
        tellFound();
      }
      function toNextFound() {
        var hits = found().filter(function (box) { return box !== root && box.bytes[measure] > 0; });
        if (!hits.length) return;
        var after = hits.find(function (box) { return box.index > current.index; }) || hits[0];
        if (!(after.at.width > 0)) zoom(root);
        focus(after);
      }

      // ---- Moves ----
      function zoom(box) { zoomed = box; draw(); tellResting(); }
      function focus(box, staysPut) {
        current.element.setAttribute("tabindex", "-1");
        current = box;
        box.element.setAttribute("tabindex", "0");
        box.element.focus({ preventScroll: !!staysPut });
        tell(box);
      }
      function clear() {
        if (field) field.value = "";
        zoomed = root;
        search();
        draw();
        tellResting();
      }
      function sibling(box, step) {
        var row = boxes.filter(function (other) {
          return other.depth === box.depth && other.at.width > 0;
        });
        return row[row.indexOf(box) + step];
      }
      function widest(box) {
        return box.children.filter(function (child) { return child.at.width > 0; })
          .sort(function (a, b) { return b.at.width - a.at.width; })[0];
      }
      function boxOf(event) {
        var element = event.target.closest ? event.target.closest(".box") : null;
        return element ? element.flameBox : null;
      }
      graph.addEventListener("click", function (event) {
        var box = boxOf(event);
        if (!box) return;
        zoom(box === zoomed && box.parent ? box.parent : box);
        focus(box, true);
      });
      // A finger cannot hover; it taps.
      graph.addEventListener("pointerover", function (event) {
        var box = boxOf(event);
        if (box && event.pointerType !== "touch") tell(box);
      });
      graph.addEventListener("pointerleave", function (event) {
        if (event.pointerType !== "touch") tellResting();
      });
      graph.addEventListener("focusin", function (event) {
        var box = boxOf(event);
        if (box) tell(box);
      });
      graph.addEventListener("keydown", function (event) {
        var box = boxOf(event) || current, to = null;
        if (event.ctrlKey || event.metaKey || event.altKey) return;
        if (event.key === "ArrowUp") to = box.parent;
        else if (event.key === "ArrowDown") to = widest(box);
        else if (event.key === "ArrowLeft") to = sibling(box, -1);
        else if (event.key === "ArrowRight") to = sibling(box, 1);
        else if (event.key === "Home") to = root;
        else if (event.key === "Enter" || event.key === " ") zoom(box);
        else if (event.key === "Escape") { clear(); tell(box); }
        else if (event.key === "n" && query) { toNextFound(); }
        else return;
        event.preventDefault();
        if (to) focus(to);
      });
      document.addEventListener("keydown", function (event) {
        var name = (event.target.localName || "").toLowerCase();
        if (event.key !== "/" || event.ctrlKey || event.metaKey || name === "input") return;
        if (!field) return;
        event.preventDefault();
        field.focus();
      });
      if (field) {
        field.addEventListener("input", search);
        field.addEventListener("keydown", function (event) {
          if (event.key === "Enter") { event.preventDefault(); toNextFound(); }
          if (event.key === "Escape") clear();
        });
      }
      if (next) next.addEventListener("click", toNextFound);
      if (reset) reset.addEventListener("click", clear);
      buttons.forEach(function (button) {
        button.addEventListener("click", function () {
          measure = Number(button.getAttribute("data-measure"));
          buttons.forEach(function (other) {
            other.setAttribute("aria-pressed", String(other === button));
          });
          zoomed = root;
          draw();
          tellFound();
          tellResting();
        });
      });
      window.addEventListener("resize", draw);
      draw();
      tellResting();
    })();
    """#
}
