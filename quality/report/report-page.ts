// The data report as one page that opens without a network and needs no script. First what a support lead wants to know, in sentences;
// then the figures behind it. Everything of others is escaped.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { escapeHtml } from '#learning/metrics/escape-html.ts';
import { reportStyle } from '#learning/metrics/report-style.ts';
import { biasSection } from './bias-section.ts';
import type { DataReport } from './data-report.ts';
import { headlinesOf } from './headlines.ts';
import { bar, none, number, percent, plural, table } from './page-parts.ts';

const ownStyle = readFileSync(join(import.meta.dirname, 'data-report.css'), 'utf8');
const shownContradictions = 50;
const shownDuplicates = 30;
const shownDisagreements = 20;

export function toReportPage(report: DataReport): string {
  const { generation, counts, createdAt } = report;
  const sections = [
    ['coverage', 'What to write next', coverageSection(report)],
    ['contradictions', 'Articles that contradict each other', contradictionSection(report)],
    ['bias', 'Do some customers fare worse?', biasSection(report.bias, report.evals)],
    ['labels', 'What conversations are about', labelSection(report)],
    ['agreement', 'How far people agree on labels', agreementSection(report)],
    ['freshness', 'How old articles are', freshnessSection(report)],
    ['duplicates', 'Articles that say the same', duplicateSection(report)],
    ['missing', 'What is missing', missingSection(report)],
    ['size', 'Sizes and languages', sizeSection(report)],
    ['left-out', 'What was left out', leftOutSection(report)],
  ] as const;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>Data report</title>
<link rel="icon" href="data:,">
<style>${reportStyle()}${ownStyle}</style>
</head>
<body>
<header>
<h1>What is our data worth?</h1>
<p class="subject">${escapeHtml(createdAt.slice(0, 16).replace('T', ' '))} UTC · ${plural(counts.articles, 'article')} · ${plural(counts.pastConversations, 'past conversation')} · ${plural(counts.chatConversations, 'conversation')} of this desk${generation ? ` · ${escapeHtml(generation.id)}` : ' · nothing is published yet'}</p>
<nav aria-label="Parts of this report">${sections.map(([id, title]) => `<a href="#${id}">${title}</a>`).join('')}</nav>
</header>
<main>
<section id="summary"><h2>In short</h2><ul class="headlines">${headlinesOf(report)
    .map(
      ({ tone, word, figure, text, advice }) =>
        `<li class="${tone}"><span class="tone">${word}</span><strong>${figure}</strong><p>${escapeHtml(text)}</p>${advice ? `<p class="advice">${escapeHtml(advice)}</p>` : ''}</li>`,
    )
    .join('')}</ul></section>
${sections.map(([id, title, content]) => `<section id="${id}"><h2>${title}</h2>${content}</section>`).join('\n')}
<footer class="note"><p>Counts and shares only: no words of a customer are in this report. Passages are of published articles. How to read it: docs/data-quality.md.</p></footer>
</main>
</body>
</html>
`;
}

function coverageSection({ coverage }: DataReport): string {
  if (coverage.intents.length === 0)
    return none('No conversation has an intent yet: there are too few, or nothing is published.');
  return `<p>How many conversations of each intent have an article that is about the same. The first rows are what an article would help most with.</p>${table(
    ['Intent', 'Conversations', 'With an article', 'Nearest article'],
    coverage.intents.map(({ intent, conversations, covered, low, high, nearest }) => [
      escapeHtml(intent),
      number(conversations),
      `${bar(covered)} ${percent(covered)} <small>95 %: ${percent(low)} to ${percent(high)}</small>`,
      nearest === undefined ? '–' : escapeHtml(nearest),
    ]),
  )}<p class="note">An article counts when the cosine of the question and its nearest passage is ${coverage.threshold} or more. It is about the same then; whether it answers, only people and evals tell.</p>`;
}

function contradictionSection({ contradictions: { found, facts, leftOut } }: DataReport): string {
  const left = leftOut > 0 ? ` ${number(leftOut)} passages were left out, because there are too many.` : '';
  const note = `<p class="note">${plural(facts, 'sentence')} with a number, a price, a time or a date ${facts === 1 ? 'was' : 'were'} compared across articles.${left} Not every pair is a mistake: two plans or two countries may differ. Read both.</p>`;
  if (found.length === 0)
    return `${none('No two articles were found that state different numbers or dates for the same.')}${note}`;
  const passage = ({ title, text, quantity, documentId }: (typeof found)[number]['first']) =>
    `<blockquote><p class="label">${escapeHtml(title)} <code>${escapeHtml(documentId)}</code></p><p>${marked(text, quantity)}</p></blockquote>`;
  const pairs = found
    .slice(0, shownContradictions)
    .map(({ first, second }) => `<li class="pair">${passage(first)}${passage(second)}</li>`)
    .join('');
  const more =
    found.length > shownContradictions
      ? `<p class="note">${number(found.length - shownContradictions)} more are in the JSON.</p>`
      : '';
  return `${note}<ol class="pairs">${pairs}</ol>${more}`;
}

function marked(text: string, quantity: string): string {
  const at = text.indexOf(quantity);
  if (at === -1) return escapeHtml(text);
  return `${escapeHtml(text.slice(0, at))}<mark>${escapeHtml(quantity)}</mark>${escapeHtml(text.slice(at + quantity.length))}`;
}

function labelSection({ labels, voters }: DataReport): string {
  if (labels.length === 0) return none('No conversation is labelled yet.');
  const figures = labels
    .map(({ kind, labelled, byPeople, meanProbability, classes }) => {
      const rows = classes.map(({ value, count, share }) => [
        escapeHtml(value),
        number(count),
        `${bar(share)} ${percent(share)}`,
      ]);
      return `<figure><figcaption>${kindNames[kind] ?? escapeHtml(kind)}<small>${percent(labelled)} of conversations; ${plural(byPeople, 'label')} of people; machines are sure by ${percent(meanProbability)} on average</small></figcaption>${table(['Label', 'Conversations', 'Share'], rows)}</figure>`;
    })
    .join('');
  return `<div class="charts">${figures}</div><details><summary class="figures">What the labels of machines rest on</summary>${table(
    ['Label', 'Rule or model', 'Votes', 'Claims to be right', 'Estimated'],
    voters.map(({ kind, voter, votes, claimed, estimated }) => [
      escapeHtml(kind),
      escapeHtml(voter),
      number(votes),
      percent(claimed),
      percent(estimated),
    ]),
  )}<p class="note">Each rule votes or abstains. How far it can be trusted is estimated from where it agrees with the others and with people (Dawid and Skene, 1979).</p></details>`;
}

function agreementSection({ agreement }: DataReport): string {
  if (agreement.length === 0)
    return none(
      'Nobody has labelled anything yet. "answerdesk labels export" writes a spreadsheet of the conversations that machines are least sure of.',
    );
  const rows = agreement.map(
    ({ kind, annotators, conversations, shared, alpha, kappas, disagreements, note }) => [
      kindNames[kind] ?? escapeHtml(kind),
      escapeHtml(annotators.join(', ')),
      number(conversations),
      number(shared),
      alpha === undefined ? `– <small>${escapeHtml(note ?? '')}</small>` : alpha.toFixed(2),
      kappas
        .map(
          ({ pair, kappa, n }) =>
            `${kappa.toFixed(2)} <small>${escapeHtml(pair.join(' and '))}, ${number(n)}</small>`,
        )
        .join(' ') || '–',
      number(disagreements.length),
    ],
  );
  const lists = agreement.flatMap(({ kind, disagreements }) =>
    disagreements.slice(0, shownDisagreements).map(({ conversation, values }) => [
      escapeHtml(kind),
      `<code>${escapeHtml(conversation)}</code>`,
      escapeHtml(
        Object.entries(values)
          .map(([who, value]) => `${who}: ${value}`)
          .join('; '),
      ),
    ]),
  );
  const details =
    lists.length > 0
      ? `<details><summary class="figures">Where they do not agree</summary>${table(['Label', 'Conversation', 'What each says'], lists)}</details>`
      : '';
  return `${table(['Label', 'People', 'Conversations', 'By two or more', "Krippendorff's alpha", "Cohen's kappa", 'Disagreements'], rows)}${details}<p class="note">1 is full agreement, 0 what chance gives. From .80 on labels can be relied on, from .67 on with caution (Krippendorff).</p>`;
}

function freshnessSection({ freshness: { dated, undated, medianDays, ages, oldest } }: DataReport): string {
  if (dated === 0)
    return none(
      `No article has a date${undated > 0 ? ': where the source states one, the report can tell which are old' : ''}.`,
    );
  return `<p>Half of the articles with a date changed in the last ${number(medianDays ?? 0)} days. ${undated > 0 ? `${plural(undated, 'article')} ha${undated === 1 ? 's' : 've'} no date.` : ''}</p>${table(
    ['Last changed', 'Articles', 'Share'],
    ages.map(({ label, articles }) => [
      label,
      number(articles),
      `${bar(articles / dated)} ${percent(articles / dated)}`,
    ]),
  )}<details><summary class="figures">The oldest</summary>${table(
    ['Article', 'Last changed'],
    oldest.map(({ title, updated }) => [escapeHtml(title), escapeHtml(updated)]),
  )}</details>`;
}

function duplicateSection({ duplicates: { exact, near } }: DataReport): string {
  const same = exact.map((group) => [
    'the same text',
    escapeHtml(group.map(({ title, documentId }) => `${title} (${documentId})`).join(' = ')),
  ]);
  const alike = near.map(({ first, second, similarity }) => [
    `${percent(similarity)} alike`,
    escapeHtml(`${first.title} (${first.documentId}) ≈ ${second.title} (${second.documentId})`),
  ]);
  const rows = [...same, ...alike];
  if (rows.length === 0) return none('No two articles have the same, or nearly the same, text.');
  return table(['How alike', 'Articles'], rows.slice(0, shownDuplicates));
}

function missingSection({ missing }: DataReport): string {
  if (missing.length === 0) return none('There is nothing yet that could miss something.');
  return table(
    ['Without …', 'Of', 'Missing', 'Share'],
    missing.map(({ what, of, missing: count, total }) => [
      escapeHtml(what),
      `${number(total)} ${of}`,
      number(count),
      `${bar(count / Math.max(1, total))} ${percent(count / Math.max(1, total))}`,
    ]),
  );
}

function sizeSection({ lengths, languages, counts }: DataReport): string {
  const sizes = table(
    ['Characters of', 'How many', 'Shortest', 'Half are below', 'Nine of ten below', 'Longest'],
    lengths.map(({ of, n, shortest, median, ninetieth, longest }) => [
      of,
      ...[n, shortest, median, ninetieth, longest].map(number),
    ]),
  );
  const spoken = table(
    ['Language', 'Articles', 'Conversations'],
    languages.map(({ language, articles, conversations }) => [
      escapeHtml(language === 'und' ? 'unknown' : language),
      number(articles),
      number(conversations),
    ]),
  );
  const sources = table(
    ['Source', 'Articles', 'Conversations'],
    counts.sources.map(({ name, articles, conversations }) => [
      escapeHtml(name),
      number(articles),
      number(conversations),
    ]),
  );
  return `${sizes}${spoken}${sources}`;
}

function leftOutSection({ leftOut }: DataReport): string {
  if (leftOut.length === 0) return none('Everything could be read at the last run of each source.');
  return table(
    ['Source', 'Why', 'Records'],
    leftOut.map(({ source, reason, records }) => [escapeHtml(source), escapeHtml(reason), number(records)]),
  );
}

const kindNames: Readonly<Record<string, string>> = {
  intent: 'Intent',
  product: 'Product',
  language: 'Language',
  sentiment: 'Sentiment',
  resolved: 'Resolved',
  quality: 'Quality of the resolution',
  reason: 'Reason of contact',
  channel: 'Channel',
  group: 'Group of customers',
};
