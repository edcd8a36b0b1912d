/** How reports look: on light and dark, on phones and on paper. */
export const style = `
:root{color-scheme:light dark;--paper:#fff;--ground:#f4f6f9;--ink:#1f2933;--muted:#5a6675;--faint:#dde2e8;--accent:#2563eb;--right:#15803d;--wrong:#c81e1e}
@media (prefers-color-scheme:dark){:root{--paper:#14191f;--ground:#0c1014;--ink:#e4e9ef;--muted:#9aa7b5;--faint:#343d48;--accent:#7aa5ff;--right:#4fc37a;--wrong:#ff7b72}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
main,header,footer{max-width:1080px;margin:0 auto;padding:0 20px}
header{padding-top:28px}
h1{font-size:1.7rem;line-height:1.2;margin:0 0 6px;overflow-wrap:anywhere}
h2{font-size:1.2rem;line-height:1.3;margin:0 0 10px}
h3{font-size:1rem;margin:18px 0 6px}
p{margin:0 0 10px;max-width:72ch}
a{color:var(--accent)}
section{background:var(--paper);border:1px solid var(--faint);border-radius:10px;padding:18px 20px;margin:18px 0}
nav{display:flex;flex-wrap:wrap;gap:4px 16px;margin:14px 0 0;font-size:.9rem}
.remark,figcaption,.meaning{color:var(--muted);font-size:.88rem;line-height:1.4}
.live{border-left:4px solid #d97706;background:var(--paper);padding:10px 14px;border-radius:6px;margin:14px 0 0}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,260px),1fr));gap:12px;margin:18px 0 0}
.tile{background:var(--paper);border:1px solid var(--faint);border-radius:10px;padding:12px 16px}
.tile .name{font-size:.85rem;color:var(--muted)}
.tile .value{font-size:1.6rem;font-weight:650;line-height:1.3;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
.tile.main{border-color:var(--accent)}
.beside{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,400px),1fr));gap:8px 24px;align-items:start}
.beside svg.gentle-plot,section>svg.gentle-plot{display:block;margin:0 auto}
.wide{overflow-x:auto;margin:0 0 10px}
table{border-collapse:collapse;font-size:.92rem;font-variant-numeric:tabular-nums}
th,td{padding:4px 14px 4px 0;text-align:left;border-bottom:1px solid var(--faint);vertical-align:top}
td{max-width:44ch;overflow-wrap:break-word}
th{color:var(--muted);font-weight:500}
td.figure,th.figure{text-align:right;white-space:nowrap}
.pictures{display:flex;flex-wrap:wrap;gap:10px;margin:0 0 12px}
figure{margin:0}
.thumbnail{width:96px}
.thumbnail img{display:block;width:96px;height:96px;object-fit:contain;border:2px solid var(--faint);border-radius:4px;background:var(--ground)}
.thumbnail.small,.thumbnail.small img{width:56px;height:auto}
.thumbnail.pixels img{image-rendering:pixelated}
.thumbnail.right img{border-color:var(--right)}
.thumbnail.wrong img{border-color:var(--wrong)}
.thumbnail figcaption{overflow-wrap:anywhere;font-size:.8rem;margin-top:2px}
.whole img{max-width:100%;height:auto;border-radius:4px}
.filters{gap:6px}.filters .thumbnail,.filters .thumbnail img{width:64px;height:auto}
.right-text{color:var(--right)}.wrong-text{color:var(--wrong)}
.mark{display:inline-block;border-radius:4px;padding:0 6px;font-size:.8rem;border:1px solid var(--faint);color:var(--muted);white-space:nowrap}
.mark.given{border-color:var(--accent);color:var(--accent)}
.mark.chosen{border-color:#b45309;color:#b45309}
@media (prefers-color-scheme:dark){.mark.chosen{border-color:#f5a742;color:#f5a742}}
.bar{display:flex;height:26px;border-radius:6px;overflow:hidden;margin:6px 0 8px;max-width:640px;border:1px solid var(--faint)}
.bar span{display:block;min-width:1px}
.swatch{display:inline-block;width:.8em;height:.8em;border-radius:2px;margin-right:.5em}
pre{background:var(--ground);border:1px solid var(--faint);border-radius:6px;padding:10px 12px;overflow-x:auto;font-size:.85rem;line-height:1.45;white-space:pre-wrap;overflow-wrap:anywhere}
td code,td:has(.swatch){white-space:nowrap}
.word{display:inline-block;max-width:100%}
code{font-family:ui-monospace,Menlo,Consolas,monospace}
p code{white-space:nowrap;font-size:.94em}
summary{cursor:pointer;color:var(--accent);margin:4px 0}
footer{padding-bottom:32px}
@media (max-width:600px){main,header,footer{padding:0 12px}header{padding-top:18px}section{padding:14px 12px}.tile .value{font-size:1.35rem}.thumbnail,.thumbnail img{width:84px}.thumbnail img{height:84px}table{font-size:.8rem}th,td{padding-right:6px}.mark{white-space:normal}}
@media print{body{background:none;font-size:11pt}nav{display:none}section,.tile{break-inside:avoid-page;border-color:#ccc}details::details-content{content-visibility:visible;block-size:auto}summary{list-style:none}}
`
