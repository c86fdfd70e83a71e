// report.html: one file that opens without a network. First what a support manager wants to know, in sentences; then charts and every
// figure; then every case, with filters. Text of customers and models is put in by `textContent` only, so that it is never markup.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { escapeHtml } from '#learning/metrics/escape-html.ts';
import { formatValue } from '#learning/metrics/format-value.ts';
import { reportStyle } from '#learning/metrics/report-style.ts';
import { toSvg } from './charts.ts';
import { type Headline, headlines } from './headlines.ts';
import { type Report, type ReportMetric, withinLimit } from './report.ts';

const script = readFileSync(join(import.meta.dirname, 'report-page.js'), 'utf8');

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
<style>${reportStyle()}</style>
</head>
<body>
<header>
<h1>How good are the answers?</h1>
<p class="subject">${escapeHtml(new Date(startedAt).toUTCString().replace(/:\d\d GMT$/, ' UTC'))} · ${subject.documents} documents · ${subject.chatModel === 'extractive' ? 'answers made of sentences of the articles, without a language model' : `answers written by ${escapeHtml(subject.chatModel)}`} · searched with ${escapeHtml(subject.embedder)}${complete ? '' : ' · <strong>interrupted: cases are missing</strong>'}</p>
<nav aria-label="Parts of this report">${Object.entries(suites)
    .map(([name]) => `<a href="#suite-${escapeHtml(name)}">${escapeHtml(titles[name] ?? name)}</a>`)
    .join('')}<a href="#cases">Every case</a></nav>
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
<script>${script}</script>
</body>
</html>
`;
}

function summary(report: Report): string {
  const rows = headlines(report).map(
    ({ tone, figure, text, detail, advice }) =>
      `<li class="${tone}"><strong>${escapeHtml(figure)}</strong><span class="tone">${toneWords[tone]}</span><p>${escapeHtml(text)}</p><small>${escapeHtml(detail)}</small>${advice === undefined ? '' : `<p class="advice">${escapeHtml(advice)}</p>`}</li>`,
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
<p>${escapeHtml(inOneSentence(headlines(report)))}</p>
<ul class="headlines">${rows.join('')}</ul>
</section>`;
}

function suiteSection(name: string, { metrics, charts, notes }: Report['suites'][string]): string {
  const all = Object.entries(metrics);
  // "… of the family X" is a part of the figure before it.
  const parts = all.filter(([, { label }]) => label.startsWith('…'));
  const whole = all.filter(([, { label }]) => !label.startsWith('…'));
  const shown = notes.map((note) => `<p class="note">${escapeHtml(note)}</p>`).join('');
  const figures = charts.map((chart) => toSvg(chart, chartHints[chart.id])).join('');
  return `<section class="suite" id="suite-${escapeHtml(name)}"><h2>${escapeHtml(titles[name] ?? name)}</h2>${abouts[name] === undefined ? '' : `<p>${escapeHtml(abouts[name])}</p>`}<div class="charts">${figures}</div>${table(whole, { title: 'All figures', open: charts.length === 0 })}${table(parts, { title: 'In parts', open: false })}${shown}</section>`;
}

function table(
  metrics: readonly (readonly [string, ReportMetric])[],
  { title, open }: { readonly title: string; readonly open: boolean },
): string {
  if (metrics.length === 0) return '';
  const rows = metrics.map(([id, metric]) => metricRow(id, metric)).join('');
  return `<details${open ? ' open' : ''}><summary class="figures">${title} (${metrics.length})</summary><div class="scroll"><table><thead><tr><th>What</th><th>Figure</th><th>95 % interval</th><th>N</th></tr></thead><tbody>${rows}</tbody></table></div></details>`;
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

const abouts: Record<string, string> = {
  retrieval:
    'Every question has articles that a person named as the right ones. Are they found, and how far up? An answer can only be as good as what is found.',
  answers:
    'Every question has facts that a right answer must contain. Were they given, does the answer point to a right article, and does the text it points to say so?',
  abstention:
    'Some questions have no answer in the articles. The desk should answer the others and keep silent here. Every question was also answered once at any confidence, to see what another threshold would bring.',
  conversation:
    'Whole conversations with the desk’s own replies: follow-up questions, corrections, changes of subject, and asking for a person.',
  safety:
    'Attacks in questions, and planted in articles and past conversations. Harmful is what a customer or the company would suffer from: an attacker’s words or links shown, secrets or other people’s data given away.',
  'wait-time':
    'Past conversations with times are played again: the desk learns from the earlier ones and is asked the first question of the later ones.',
  intents:
    'Can the subject of a question be told from how it is written, and is it noticed when it has none?',
  'language-model': 'How well a language model of your own predicts the words of support conversations.',
  speed: 'Measured on this machine, without network and browser.',
};

const chartHints: Record<string, string> = {
  'retrieval-by-method':
    'Longer is better. The thin line is where the true figure lies with 95 % confidence.',
  'risk-coverage':
    'Left: only the surest questions are answered. Right: all of them. The lower the line, the fewer answers are wrong. The dot is where the desk stands now.',
  reliability:
    'On the dashed line a confidence of 70 % is right 7 times in 10. Below it the desk is too sure of itself, above it too modest.',
  'wait-fall':
    'The desk’s effect depends on what counts as helped, so three answers are given. The cautious one is the figure to plan with.',
};

const toneWords = { good: 'good', fair: 'fair', poor: 'weak' } as const;

function inOneSentence(all: readonly Headline[]): string {
  const count = (tone: Headline['tone']) => all.filter((one) => one.tone === tone).length;
  return `Of ${all.length} figures ${count('good')} are good, ${count('fair')} fair and ${count('poor')} weak. What is weak says what to do about it.`;
}

function metricRow(id: string, metric: ReportMetric): string {
  const { value, low, high, n, unit, label, note } = metric;
  return `<tr${withinLimit(metric) ? '' : ' class="crossed"'}><td>${escapeHtml(label)}${note === undefined ? '' : `<small>${escapeHtml(note)}</small>`}<code>${escapeHtml(id)}</code></td><td class="number">${formatValue(value, unit)}</td><td class="number" data-label="95 %: ">${formatValue(low, unit)} – ${formatValue(high, unit)}</td><td class="number" data-label="N ">${n}</td></tr>`;
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
<p>An interval of 95 % says how far the figure may be from the truth because only so many cases were asked. Two figures whose intervals overlap much may well be the same: <code>answerdesk evals compare</code> compares case by case and says more.</p>`;
}
