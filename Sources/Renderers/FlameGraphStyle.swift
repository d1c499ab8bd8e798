// SPDX-License-Identifier: Apache-2.0

/// Style of a flame graph, alone or in a page, light or dark as the reader prefers.
///
/// Hues tell kinds of memory apart. The lowest boxes also name the kind, and leaks are underlined.
enum FlameGraphStyle {
  static let colors = """
    :root{color-scheme:light dark;--ground:#fbfaf8;--panel:#ffffff;--ink:#1c1b1a;--soft:#5d5953;
    --line:#dcd7cf;--accent:#0b5cad;--alarm:#b3261e;--alarm-ground:#fdecea;--doubt:#8a5a00;
    --doubt-ground:#fdf3dc;--calm:#1b6b3a;--calm-ground:#e6f4ea;--virtual:#b3261e;--resident:#0b5cad;
    --k-thread-stack:#f5b49c;--k-anonymous:#f3d27c;--k-heap:#cbdc84;--k-file:#a9d3f0;
    --k-shared-memory:#cdbdf0;--k-main-stack:#efc0d4;--k-guard:#d5d0c8;--k-special:#bfe0d2;
    --k-none:#e6e2da;--found:#5b1fa8;--found-ground:#fff35c}
    @media(prefers-color-scheme:dark){:root{--ground:#161513;--panel:#1f1e1b;--ink:#f0ede7;
    --soft:#b3ada2;--line:#3b3832;--accent:#7db8f5;--alarm:#ff8f85;--alarm-ground:#3d1a17;
    --doubt:#f2c063;--doubt-ground:#35290f;--calm:#7fd39b;--calm-ground:#14301e;--virtual:#ff8f85;
    --resident:#7db8f5;--k-thread-stack:#8a4029;--k-anonymous:#705712;--k-heap:#53631a;
    --k-file:#245a80;--k-shared-memory:#55438a;--k-main-stack:#7d3a58;--k-guard:#524d45;
    --k-special:#2b6350;--k-none:#3a3732;--found:#f4e04d;--found-ground:#5b1fa8}}
    """

  static let boxes = """
    .flame{display:block;width:100%;overflow:hidden;font:12px ui-monospace,SFMono-Regular,Menlo,
    "DejaVu Sans Mono",Consolas,monospace}
    .box{cursor:pointer;outline:none}
    .box text{fill:var(--ink);pointer-events:none}
    .box .fill{fill:var(--k-none);stroke:var(--ground);stroke-width:1;rx:2px}
    .box .leaked{fill:var(--alarm)}
    .box.k-thread-stack .fill{fill:var(--k-thread-stack)}.box.k-anonymous .fill{fill:var(--k-anonymous)}
    .box.k-heap .fill{fill:var(--k-heap)}.box.k-file .fill{fill:var(--k-file)}
    .box.k-shared-memory .fill{fill:var(--k-shared-memory)}
    .box.k-main-stack .fill{fill:var(--k-main-stack)}.box.k-guard .fill{fill:var(--k-guard)}
    .box.k-special .fill{fill:var(--k-special)}.box.k-none .fill{fill:var(--k-none)}
    .box.plumbing .fill{fill-opacity:.55}
    .box.passed .fill{fill-opacity:.35}
    .box.found .fill{fill:var(--found-ground);fill-opacity:1;stroke:var(--found);stroke-width:2}
    .box.found text{font-weight:bold}
    @media(hover:hover){.box:hover .fill{stroke:var(--ink);stroke-width:2}}
    .box:focus .fill{stroke:var(--accent);stroke-width:4}
    """

  /// No height changes while boxes are pointed at, tapped or zoomed. Otherwise the graph would move under the
  /// finger.
  static let controls = """
    .flame-controls{display:flex;flex-wrap:wrap;gap:8px;align-items:center;margin:0 0 8px}
    .flame-controls label{display:flex;gap:6px;align-items:center;flex:1 1 220px}
    .flame-controls input{font:inherit;flex:1;min-width:0;padding:7px 9px;border:1px solid var(--soft);
    border-radius:6px;background:var(--panel);color:var(--ink)}
    .flame-controls button{font:inherit;padding:7px 11px;border:1px solid var(--soft);
    border-radius:6px;background:var(--panel);color:var(--ink);cursor:pointer}
    .flame-controls button[aria-pressed=true]{border-color:var(--accent);box-shadow:inset 0 0 0 1px
    var(--accent);font-weight:600}
    .flame-controls button:disabled{border-color:var(--line);color:var(--soft);cursor:default}
    .flame-controls :focus-visible{outline:3px solid var(--accent);outline-offset:1px}
    .flame-how,.flame-said{max-width:none}
    .flame-measures{display:flex;flex-wrap:wrap;gap:8px}
    .flame-found{margin:0 0 6px;font-weight:600}.flame-found:empty{display:none}
    .flame-said{height:3em;overflow-y:auto;margin:0 0 6px;color:var(--ink);overflow-wrap:anywhere}
    @media(max-width:700px){.flame-said{height:9em}}
    .flame-said b{font-weight:600}
    .flame-legend{display:flex;flex-wrap:wrap;gap:4px 14px;margin:0 0 8px;padding:0;list-style:none;
    color:var(--soft)}
    .flame-legend i{display:inline-block;width:1.1em;height:1.1em;margin-right:5px;border-radius:3px;
    vertical-align:-.18em;border:1px solid var(--soft)}
    .flame-legend i.leaks{height:0;border:0;border-bottom:4px solid var(--alarm);border-radius:0;
    vertical-align:.1em}
    """
}
