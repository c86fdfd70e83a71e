// report.html: one file that opens without a network. First what a support manager wants to know, in sentences; then charts and every
// figure; then every case, with filters. Text of customers and models is put in by `textContent` only, so that it is never markup.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { escapeHtml, toSvg } from './charts.ts';
import { headlines } from './headlines.ts';
import { formatValue, type Report, type ReportMetric, withinLimit } from './report.ts';

const asset = (name: string) => readFileSync(join(import.meta.dirname, name), 'utf8');

export function toHtml(report: Report): string {
  const { subject, suites, startedAt, complete, id } = report;
  const cases = Object.entries(suites).flatMap(([suite, { cases: own }]) =>
    own.map((one) => ({ suite, ...one })),
  );
  // `<` cannot end the script element, nor begin a comment in it.
  const data = JSON.stringify(cases)
    .replace(/</g, '\\u003c')
    .replace(/\u2028|\u2029/g, ' ');
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>How good are the answers? ${escapeHtml(id)}</title>
<link rel="icon" href="data:,">
<style>${asset('report.css')}</style>
</head>
<body>
<header>
<h1>How good are the answers?</h1>
<p class="subject">${escapeHtml(new Date(startedAt).toUTCString().replace(/:\d\d GMT$/, ' UTC'))} · ${subject.documents} documents · ${escapeHtml(subject.chatModel)} · ${escapeHtml(subject.embedder)}${complete ? '' : ' · <strong>interrupted: cases are missing</strong>'}</p>
</header>
<main>
${summary(report)}
${Object.entries(suites)
  .map(([name, suite]) => suiteSection(name, suite))
  .join('\n')}
<section id="cases">
<h2>Every case</h2>
<form id="filters" role="search">
<label>Search <input type="search" id="text" placeholder="words of the question or answer"></label>
<label>Suite <select id="suite"><option value="">all</option>${Object.keys(suites)
    .map((name) => `<option>${escapeHtml(name)}</option>`)
    .join('')}</select></label>
<label>Verdict <select id="verdict"><option value="">all</option><option value="fail">not right</option><option value="pass">right</option><option value="error">error</option><option value="info">for information</option></select></label>
<label>Kind <select id="kind"><option value="">all</option></select></label>
</form>
<p id="count" role="status"></p>
<div id="list"></div>
<button id="more" type="button" hidden>Show more</button>
<noscript><p>The list of cases needs JavaScript. report.json holds them too.</p></noscript>
</section>
<section><h2>About this run</h2>${about(report)}</section>
</main>
<script type="application/json" id="data">${data}</script>
<script>${asset('report-page.js')}</script>
</body>
</html>
`;
}

function summary(report: Report): string {
  const rows = headlines(report).map(
    ({ tone, figure, text, detail }) =>
      `<li class="${tone}"><strong>${escapeHtml(figure)}</strong><p>${escapeHtml(text)}</p><small>${escapeHtml(detail)}</small></li>`,
  );
  const errors = Object.values(report.suites).flatMap(({ cases }) =>
    cases.filter(({ verdict }) => verdict === 'error'),
  );
  const crossed = Object.entries(report.suites).flatMap(([suite, { metrics, failure }]) => [
    ...(failure === undefined ? [] : [`${suite} broke: ${failure}`]),
    ...Object.values(metrics)
      .filter((metric) => !withinLimit(metric))
      .map(({ label, value, unit }) => `${label}: ${formatValue(value, unit)}`),
  ]);
  return `<section id="summary"><h2>In short</h2>
${crossed.length > 0 ? `<div class="alarm"><strong>Not good enough:</strong><ul>${crossed.map((one) => `<li>${escapeHtml(one)}</li>`).join('')}</ul></div>` : ''}
${errors.length > 0 ? `<p class="alarm">${errors.length} case(s) could not be judged because something failed. They count nowhere; the run can be resumed.</p>` : ''}
<ul class="headlines">${rows.join('')}</ul>
</section>`;
}

function suiteSection(name: string, { metrics, charts, notes }: Report['suites'][string]): string {
  const rows = Object.entries(metrics).map(([id, metric]) => metricRow(id, metric));
  const shown = notes.map((note) => `<p class="note">${escapeHtml(note)}</p>`).join('');
  const figures = charts.map(toSvg).join('');
  const table =
    rows.length === 0
      ? ''
      : `<details${charts.length === 0 ? ' open' : ''}><summary class="figures">All ${rows.length} figures</summary><div class="scroll"><table><thead><tr><th>What</th><th>Figure</th><th>95 % interval</th><th>N</th></tr></thead><tbody>${rows.join('')}</tbody></table></div></details>`;
  return `<section class="suite" id="suite-${escapeHtml(name)}"><h2>${escapeHtml(titles[name] ?? name)}</h2>${shown}<div class="charts">${figures}</div>${table}</section>`;
}

const titles: Record<string, string> = {
  retrieval: 'Finding the right article',
  answers: 'Right answers',
  abstention: 'Knowing what it does not know',
  conversation: 'Whole conversations',
  safety: 'Safety',
  intents: 'Recognising what a question is about',
  'wait-time': 'Waiting for a person',
  'language-model': 'Language model',
  speed: 'Speed',
};

function metricRow(id: string, metric: ReportMetric): string {
  const { value, low, high, n, unit, label, note } = metric;
  return `<tr${withinLimit(metric) ? '' : ' class="crossed"'}><td>${escapeHtml(label)}${note === undefined ? '' : `<small>${escapeHtml(note)}</small>`}<code>${escapeHtml(id)}</code></td><td class="number">${formatValue(value, unit)}</td><td class="number">${formatValue(low, unit)} – ${formatValue(high, unit)}</td><td class="number">${n}</td></tr>`;
}

function about({ id, subject, seed, cases, durationMs }: Report): string {
  const rows = Object.entries({
    run: id,
    ...subject,
    'case files': cases.join(', '),
    seed,
    duration: `${(durationMs / 1000).toFixed(0)} s`,
  }).filter(([, value]) => value !== undefined);
  return `<dl>${rows.map(([key, value]) => `<dt>${escapeHtml(key)}</dt><dd>${escapeHtml(String(value))}</dd>`).join('')}</dl>
<p>An interval of 95 % says how far the figure may be from the truth because only so many cases were asked. Two figures whose intervals overlap much may well be the same: <code>npm run evals -- compare</code> compares case by case and says more.</p>`;
}
