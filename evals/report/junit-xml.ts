// The run as JUnit XML, which CI systems show: a suite a testsuite, a case a testcase. Errors (a model that failed) are errors, not
// failures.
import type { Report } from './report.ts';

export function toJUnitXml({ id, startedAt, suites }: Report): string {
  const all = Object.entries(suites);
  const total = (verdict: string) =>
    all.reduce((sum, [, { cases }]) => sum + cases.filter((one) => one.verdict === verdict).length, 0);
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${escapeXml(`evals ${id}`)}" tests="${all.reduce((sum, [, { cases }]) => sum + cases.length, 0)}" failures="${total('fail')}" errors="${total('error')}" timestamp="${escapeXml(startedAt)}">`,
  ];
  for (const [name, { cases, durationMs, failure }] of all) {
    const count = (verdict: string) => cases.filter((one) => one.verdict === verdict).length;
    lines.push(
      `  <testsuite name="${escapeXml(name)}" tests="${cases.length}" failures="${count('fail')}" errors="${count('error') + (failure === undefined ? 0 : 1)}" time="${(durationMs / 1000).toFixed(3)}">`,
    );
    if (failure !== undefined)
      lines.push(
        `    <testcase classname="${escapeXml(name)}" name="figures"><error message="${escapeXml(failure)}"/></testcase>`,
      );
    for (const { id: caseId, verdict, reasons = [] } of cases) {
      const head = `    <testcase classname="${escapeXml(name)}" name="${escapeXml(caseId)}"`;
      const tag = { fail: 'failure', error: 'error', pass: undefined, info: undefined }[verdict];
      lines.push(
        tag === undefined
          ? `${head}/>`
          : `${head}><${tag} message="${escapeXml(reasons.join(' · '))}"/></testcase>`,
      );
    }
    lines.push('  </testsuite>');
  }
  return `${[...lines, '</testsuites>'].join('\n')}\n`;
}

function escapeXml(text: string): string {
  return (
    text
      .toWellFormed()
      // XML 1.0 has no way to write control characters, not even escaped.
      .replace(/(?!\s)\p{Cc}/gu, '\uFFFD')
      .replace(/&/g, '&amp;')
      .replace(/</g, '&lt;')
      .replace(/>/g, '&gt;')
      .replace(/"/g, '&quot;')
      .replace(/\s/g, ' ')
  );
}
