// SPDX-License-Identifier: Apache-2.0

/// Sorting and filtering of tables. Without scripts they stay in the order of the report.
enum HTMLScript {
  static let text = #"""
    (function () {
      "use strict";
      function value(row, column) {
        var cell = row.cells[column], number = cell.getAttribute("data-value");
        return number === null ? cell.textContent.trim().toLowerCase() : Number(number);
      }
      function compare(a, b) { return a < b ? -1 : a > b ? 1 : 0; }
      document.querySelectorAll("table[data-sortable]").forEach(function (table) {
        var titles = Array.from(table.tHead.rows[0].cells), body = table.tBodies[0];
        var original = Array.from(body.rows);
        titles.forEach(function (title, column) {
          var button = title.querySelector("button");
          if (!button) return;
          button.addEventListener("click", function () {
            var isNumber = title.classList.contains("number");
            var before = title.getAttribute("aria-sort");
            // Numbers start with the largest, names with the first. A third click restores the report's order.
            var first = isNumber ? "descending" : "ascending";
            var second = isNumber ? "ascending" : "descending";
            var order = before === null ? first : before === first ? second : null;
            titles.forEach(function (other) { other.removeAttribute("aria-sort"); });
            var rows = original;
            if (order) {
              title.setAttribute("aria-sort", order);
              var sign = order === "ascending" ? 1 : -1;
              rows = original.slice().sort(function (a, b) {
                return sign * compare(value(a, column), value(b, column));
              });
            }
            rows.forEach(function (row) { body.appendChild(row); });
          });
        });
        var field = document.querySelector("[data-filter=\"" + table.id + "\"]");
        var said = document.querySelector("[data-shown=\"" + table.id + "\"]");
        if (!field) return;
        field.closest(".tools").hidden = false;
        field.addEventListener("input", function () {
          var words = field.value.toLowerCase().split(/\s+/).filter(Boolean), shown = 0;
          original.forEach(function (row) {
            var text = row.textContent.toLowerCase();
            var isShown = words.every(function (word) { return text.indexOf(word) >= 0; });
            row.hidden = !isShown;
            if (isShown) shown += 1;
          });
          said.textContent = words.length
            ? shown.toLocaleString("en") + " of " + original.length.toLocaleString("en") + " shown" : "";
        });
      });
    })();
    """#
}
