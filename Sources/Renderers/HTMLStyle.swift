// SPDX-License-Identifier: Apache-2.0

/// Style of the HTML report, from 390 pixels up, light and dark. FlameGraphStyle has the colors.
enum HTMLStyle {
  static let text = """
    *{box-sizing:border-box}[hidden]{display:none!important}
    html{-webkit-text-size-adjust:100%}
    body{margin:0;background:var(--ground);color:var(--ink);
    font:16px/1.5 system-ui,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
    main,.top,footer{max-width:1180px;margin:0 auto;padding:0 20px}
    .top{padding-top:26px}
    h1{font-size:30px;line-height:1.2;margin:6px 0 8px;text-wrap:balance;overflow-wrap:anywhere}
    h2{font-size:22px;line-height:1.25;margin:44px 0 12px}
    h3{font-size:17px;margin:22px 0 8px;overflow-wrap:anywhere}
    p{margin:0 0 10px;max-width:82ch;overflow-wrap:anywhere}
    a{color:var(--accent)}
    code,.mono{font-family:ui-monospace,SFMono-Regular,Menlo,"DejaVu Sans Mono",Consolas,monospace;
    font-size:.9em;overflow-wrap:anywhere}
    .scope{color:var(--soft);margin:0}
    .facts{display:flex;flex-wrap:wrap;gap:2px 22px;padding:0;margin:0 0 14px;list-style:none}
    .facts b{font-variant-numeric:tabular-nums}
    .notice{border-left:5px solid var(--calm);background:var(--calm-ground);padding:9px 14px;
    border-radius:0 8px 8px 0;max-width:none}
    .notice.lost{border-color:var(--doubt);background:var(--doubt-ground)}
    nav{display:flex;flex-wrap:wrap;gap:4px 18px;margin:14px 0 0;padding:8px 0;
    border-top:1px solid var(--line);border-bottom:1px solid var(--line)}
    nav a{padding:4px 0}
    :focus-visible{outline:3px solid var(--accent);outline-offset:2px;border-radius:3px}
    .verdict{background:var(--panel);border:1px solid var(--line);border-left:7px solid var(--soft);
    border-radius:10px;padding:16px 20px;margin:0 0 18px}
    .verdict.leaking{border-left-color:var(--alarm)}.verdict.suspect{border-left-color:var(--doubt)}
    .verdict h3{margin:0 0 6px;font-size:18px}
    .badge{display:inline-block;font-size:13px;font-weight:700;letter-spacing:.04em;padding:2px 9px;
    border-radius:5px;margin-right:8px;border:1px solid currentColor;color:var(--soft)}
    .leaking .badge,.badge.leaking{color:var(--alarm);background:var(--alarm-ground)}
    .suspect .badge,.badge.suspect{color:var(--doubt);background:var(--doubt-ground)}
    .sentence{font-size:17px;max-width:78ch}
    .verdict.folded{padding:10px 20px;margin-bottom:12px}
    .folded .sentence{margin:0;font-size:16px}.folded details{margin:0}
    .sides{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1fr);gap:6px 34px}
    .sides h4,.chart h4{margin:8px 0 4px;font-size:15px}
    .evidence,.stack{margin:0;padding-left:1.7em}
    .evidence li,.stack li{margin:0 0 5px;overflow-wrap:anywhere}
    .stack li::marker{color:var(--soft);font-size:.85em}
    .stack .plumbing{color:var(--soft)}
    .stack .culprit{background:var(--alarm-ground);border-radius:6px;padding:3px 8px;margin-left:-8px}
    .stack .where{display:block;color:var(--soft);font-size:.92em}
    .culprit .where{color:var(--ink)}
    .look{font-size:13px;font-weight:700;color:var(--alarm);white-space:nowrap}
    .quiet{color:var(--soft)}
    .charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,340px),1fr));gap:16px}
    .chart{margin:0;background:var(--panel);border:1px solid var(--line);border-radius:10px;
    padding:10px 14px}
    .chart h4{margin:0;overflow-wrap:anywhere}
    .chart p{margin:0 0 6px;font-size:15px}
    .plot{position:relative;border-left:1px solid var(--soft);border-bottom:1px solid var(--soft)}
    .plot svg{display:block;width:100%;height:110px;overflow:visible}
    .high{font-size:13px;color:var(--soft);font-variant-numeric:tabular-nums}
    .axis{display:flex;justify-content:space-between;font-size:13px;color:var(--soft)}
    .line{fill:none;stroke-width:2.5;vector-effect:non-scaling-stroke;stroke-linejoin:round}
    .line.virtual{stroke:var(--virtual)}.line.resident{stroke:var(--resident);stroke-dasharray:6 4}
    .area{fill:var(--virtual);opacity:.12}
    .zero{stroke:var(--line);vector-effect:non-scaling-stroke}
    .key{display:flex;flex-wrap:wrap;gap:4px 20px;margin:0 0 12px;padding:0;list-style:none;
    color:var(--soft)}
    .key svg{width:34px;height:10px;vertical-align:middle;margin-right:6px}
    .tools{display:flex;flex-wrap:wrap;gap:8px 16px;align-items:center;margin:0 0 8px}
    .tools label{display:flex;gap:7px;align-items:center;flex:0 1 340px}
    .tools input{font:inherit;flex:1;min-width:0;padding:7px 9px;border:1px solid var(--soft);
    border-radius:6px;background:var(--panel);color:var(--ink)}
    .badge{white-space:nowrap}td .badge{margin:0}
    .scroll{overflow-x:auto;border:1px solid var(--line);border-radius:10px;background:var(--panel)}
    .scroll.tall{max-height:70vh;overflow-y:auto}
    table{border-collapse:collapse;width:100%;font-size:15px}
    caption{text-align:left;padding:8px 12px;color:var(--soft)}
    th,td{text-align:left;padding:5px 10px;border-top:1px solid var(--line);vertical-align:top}
    thead th{position:sticky;top:0;background:var(--panel);border-top:0;vertical-align:bottom;
    box-shadow:inset 0 -1px 0 var(--line)}
    th button{font:inherit;font-weight:600;color:inherit;background:none;border:0;padding:3px 0;
    cursor:pointer;text-align:inherit}
    th button::after{content:"\\a0\\2195";color:var(--soft)}
    th[aria-sort=ascending] button::after{content:"\\a0\\2191";color:var(--accent)}
    th[aria-sort=descending] button::after{content:"\\a0\\2193";color:var(--accent)}
    .number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
    th.number{white-space:normal}
    td.mono{white-space:nowrap}
    td.path{min-width:16em;overflow-wrap:anywhere}
    tbody th{font-weight:600}
    dl{display:grid;grid-template-columns:minmax(8em,auto) minmax(0,1fr);gap:4px 22px;margin:0}
    dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
    details{margin:8px 0}summary{cursor:pointer;padding:4px 0}
    .pane{background:var(--panel);border:1px solid var(--line);border-radius:10px;padding:14px}
    footer{padding:34px 20px 40px;color:var(--soft);font-size:15px}
    @media(max-width:700px){main,.top,footer{padding-left:14px;padding-right:14px}
    h1{font-size:25px}h2{font-size:20px;margin-top:34px}.sides{grid-template-columns:1fr}
    .verdict{padding:13px 14px}dl{grid-template-columns:1fr;gap:0}dd{margin:0 0 8px}
    th,td{padding:5px 9px}.pane{padding:10px}
    #memory tr{display:flex;flex-wrap:wrap}
    #memory th,#memory td{flex:1 1 26%;min-width:0;padding:5px;font-size:14px}
    #memory :is(th,td):first-child{flex-basis:29%}#memory :is(th,td):nth-child(3){flex-basis:17%}
    #memory th:not([aria-sort]) button::after{content:none}
    #memory .what{flex-basis:100%;border-top:0;padding-top:0;color:var(--soft)}
    #memory th:last-child{display:none}}
    @media print{nav,.tools,.flame-controls{display:none}.scroll.tall{max-height:none}}
    """
}
