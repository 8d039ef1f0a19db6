import { html } from "./html.ts";

/** The style of every page. Its colours have at least the contrast that WCAG AA asks for, on light and on dark. */
export const style = html`
:root{color-scheme:light dark;--bg:#f6f7f9;--card:#fff;--ink:#1b2430;--soft:#53606f;--line:#d8dde4;--link:#0b57b0;
--good:#17663a;--good-bg:#e2f3e8;--busy:#0b57b0;--busy-bg:#e3edfb;--warn:#7a4a00;--warn-bg:#fdf0d5;--bad:#a3161a;--bad-bg:#fce6e6;--none-bg:#edf0f3}
@media (prefers-color-scheme:dark){:root{--bg:#12161c;--card:#1a2028;--ink:#e4e9ef;--soft:#a4b0be;--line:#333d49;--link:#8cbcf8;
--good:#7ed9a2;--good-bg:#16331f;--busy:#93c0fa;--busy-bg:#16294a;--warn:#f2c46c;--warn-bg:#3a2c0e;--bad:#ff9c9c;--bad-bg:#451b1d;--none-bg:#28313b}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0 auto;max-width:1240px;padding:0 16px 32px;background:var(--bg);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;overflow-wrap:break-word}
a{color:var(--link)}
:focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:3px}
main:focus{outline:0}
.skip{position:absolute;left:-999px}
.skip:focus{left:16px;top:8px;background:var(--card);padding:8px 12px;z-index:1}
header{display:flex;flex-wrap:wrap;align-items:baseline;justify-content:space-between;gap:0 24px;padding:20px 0 12px}
header p{margin:0;color:var(--soft)}
h1{margin:0;font-size:20px;letter-spacing:-.01em}
h1 span{font-weight:400;color:var(--soft);margin-left:6px}
h2{font-size:18px;margin:32px 0 10px}
h3{font-size:16px;margin:0;display:inline}
h4{font-size:14px;margin:22px 0 8px;color:var(--soft)}
.aside{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
small{color:var(--soft);font-size:13px;font-weight:400}
time,.date{white-space:nowrap}
code{font:13px/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere;unicode-bidi:isolate}
q{unicode-bidi:isolate}
.verdict{margin:0 0 8px;padding:16px 18px;border:1px solid var(--line);border-left:5px solid var(--soft);border-radius:8px;background:var(--card);font-size:18px}
.verdict .badge.badge{white-space:normal;font-size:inherit;background:none;padding:0;display:inline}
.verdict+p{margin:8px 2px}
.verdict.good{border-left-color:var(--good)}.verdict.busy{border-left-color:var(--busy)}.verdict.warn{border-left-color:var(--warn)}.verdict.bad{border-left-color:var(--bad)}
.badge{display:inline-block;white-space:nowrap;margin:1px 0;padding:1px 8px;border-radius:10px;font-size:13px;font-weight:600;background:var(--none-bg);color:var(--ink)}
.badge.good{background:var(--good-bg);color:var(--good)}.badge.busy{background:var(--busy-bg);color:var(--busy)}.badge.warn{background:var(--warn-bg);color:var(--warn)}.badge.bad{background:var(--bad-bg);color:var(--bad)}
.scroll{position:relative;overflow-x:auto;border:1px solid var(--line);border-radius:8px;background:var(--card)}
.scroll+.scroll{margin-top:12px}
table{border-collapse:collapse;width:100%}
caption{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
td{font-size:14px}
th,td{padding:9px 12px;text-align:left;vertical-align:top;border-top:1px solid var(--line)}
thead th{border-top:0;font-size:13px;color:var(--soft);font-weight:600;white-space:nowrap}
tbody th{font-weight:600}
td{overflow-wrap:break-word}
td li{overflow-wrap:anywhere}
td code,th code{white-space:nowrap}
td small code{white-space:normal}
td ul,td dl,dd ul,dd dl{margin:0;padding:0}
td li,dd li{list-style:none}
td li+li,dd li+li{margin-top:4px}
dl{margin:0 0 10px}
dl>div{display:flex;gap:4px 14px;padding:3px 0}
dt{flex:0 0 104px;color:var(--soft)}
td dt{flex-basis:70px}
dd{margin:0;min-width:0}
details{border:1px solid var(--line);border-radius:8px;background:var(--card);padding:0 16px;margin:8px 0}
details .scroll{background:none}
summary{padding:11px 0;cursor:pointer}
summary .badge{margin-left:8px}
details[open]{padding-bottom:16px}
details[open]>summary{border-bottom:1px solid var(--line)}
details:has(>:target){outline:2px solid var(--link);outline-offset:2px}
.links:target{scroll-margin-top:60px}
.links{margin:10px 0 0;font-size:14px}
.more{font-weight:600}
.plain{list-style:none;margin:0;padding:0}
.plain li{margin:6px 0}
progress{display:block;width:100%;max-width:220px;height:8px;margin:5px 0;accent-color:var(--busy)}
.phases{display:flex;flex-wrap:wrap;gap:6px;margin:6px 0;padding:0;list-style:none;counter-reset:phase}
.phases li{flex:1 1 130px;padding:6px 9px;border:1px solid var(--line);border-top:4px solid var(--line);border-radius:5px;font-size:12px;line-height:1.35}
.phases b{display:block;font-size:11px;letter-spacing:.02em}
.phases span{color:var(--soft)}
.phases .done{border-top-color:var(--good)}
.phases .done b::before{content:"✓ "}
.phases .current{border-color:var(--busy);background:var(--busy-bg)}
.phases .current b::before{content:"● "}
.phases .current span{color:var(--ink)}
pre{margin:8px 0;padding:10px 12px;overflow-x:auto;border:1px solid var(--line);border-radius:6px;background:var(--bg);font:12.5px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
svg{display:block;max-width:none;margin:6px auto;direction:ltr}
.picture{direction:rtl}
svg text{fill:var(--ink);font:12px system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
svg .tick{fill:var(--soft);font-size:11px}
.grid{stroke:var(--line)}
.line{fill:none;stroke-width:2.5}
.line.released{stroke:var(--soft);stroke-dasharray:2 3}
.line.candidate{stroke:var(--warn);stroke-dasharray:8 4}
.line.stable{stroke:var(--busy)}
.legend{font-size:13px;color:var(--soft)}
.key{margin-right:16px}
.key::before{content:"";display:inline-block;width:26px;margin-right:6px;vertical-align:middle;border-top:3px solid var(--busy)}
.key.released::before{border-top:3px dotted var(--soft)}.key.candidate::before{border-top:3px dashed var(--warn)}
.bar{fill:var(--busy-bg);stroke:var(--busy)}.bar.succeeded{fill:var(--good-bg);stroke:var(--good)}.bar.failed{fill:var(--bad-bg);stroke:var(--bad)}.bar.stopped{fill:var(--none-bg);stroke:var(--soft)}
.gap{fill:url(#gap);stroke:var(--line)}
.hatch{stroke:var(--soft);stroke-width:1}
.mark{fill:var(--ink);stroke:var(--card)}
footer{margin-top:32px;color:var(--soft);font-size:13px}
@media (max-width:640px){body{padding:0 12px 24px;font-size:15px}
table,tbody,tr,td,tbody th{display:block}
thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
th,td{border:0;padding:4px 10px}
tr{padding:8px 0;border-top:1px solid var(--line)}
tbody tr:first-child{border:0}
td::before{content:attr(data-title);display:block;font-size:12px;font-weight:600;color:var(--soft)}
td:empty{display:none}
td code,th code{white-space:normal}
details{padding:0 11px}dl>div{flex-direction:column;gap:0;padding:4px 0}dt,td dt{flex-basis:auto;font-size:13px}.verdict{font-size:17px;padding:13px 14px}}
@media print{:root{--bg:#fff;--card:#fff}body{max-width:none}.scroll{overflow:visible}.skip,.links{display:none}details::details-content{content-visibility:visible;display:block}details,tr{break-inside:avoid-page}}
`;
