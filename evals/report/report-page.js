// The list of cases in report.html. Runs in a browser, in the page itself; every text is set as text.
const cases = JSON.parse(document.getElementById('data').textContent);
const page = 50;
const field = (id) => document.getElementById(id);
const words = { pass: 'right', fail: 'not right', error: 'error', info: 'information' };
let shown = page;

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function question(one) {
  return one.turns.findLast(({ role }) => role === 'customer')?.text ?? one.id;
}

function body(one) {
  const box = element('div', 'body');
  const label = (text) => box.append(element('p', 'label', text));
  for (const { role, text } of one.turns) box.append(element('div', `turn ${role}`, text));
  if (one.answer !== undefined) {
    label(one.decision ? `Reply (${one.decision})` : 'Reply');
    box.append(element('div', 'answer', one.answer));
  }
  if (one.reasons?.length) {
    label('Why');
    for (const reason of one.reasons) box.append(element('div', 'reason', reason));
  }
  if (one.note) {
    label('Note');
    box.append(element('div', '', one.note));
  }
  if (one.passages?.length) {
    label('Passages found, best first');
    for (const { title, documentId, text, gold, cited } of one.passages) {
      const passage = element('div', 'passage');
      const marks = [gold ? 'a right article' : '', cited ? 'cited' : ''].filter(Boolean).join(', ');
      passage.append(element('strong', '', title), element('small', '', ` ${documentId} `));
      if (marks) passage.append(element('span', 'mark', marks));
      passage.append(element('div', '', text));
      box.append(passage);
    }
  }
  if (one.scores) {
    label('Scores');
    const line = Object.entries(one.scores).map(
      ([name, value]) => `${name} ${Math.round(value * 1000) / 1000}`,
    );
    box.append(element('small', '', line.join(' · ')));
  }
  return box;
}

function row(one) {
  const details = element('details', 'case');
  details.dataset.verdict = one.verdict;
  const summary = element('summary');
  summary.append(
    element('span', 'badge', words[one.verdict]),
    element('span', '', question(one).slice(0, 220)),
  );
  const about = [
    one.suite,
    one.kind,
    one.id,
    one.verdict === 'pass' ? '' : (one.reasons ?? []).join('; ').slice(0, 160),
  ];
  summary.append(element('small', '', about.filter(Boolean).join(' · ')));
  details.append(summary);
  details.addEventListener(
    'toggle',
    () => details.open && details.childElementCount === 1 && details.append(body(one)),
  );
  return details;
}

function matches(one) {
  const wanted = field('text').value.trim().toLowerCase();
  return (
    (!field('suite').value || one.suite === field('suite').value) &&
    (!field('verdict').value || one.verdict === field('verdict').value) &&
    (!field('kind').value || one.kind === field('kind').value) &&
    (!wanted || JSON.stringify([one.turns, one.answer, one.id]).toLowerCase().includes(wanted))
  );
}

function draw() {
  const found = cases.filter(matches);
  field('count').textContent = `${found.length} of ${cases.length} cases`;
  field('list').replaceChildren(...found.slice(0, shown).map(row));
  field('more').hidden = found.length <= shown;
}

function fillKinds() {
  const suite = field('suite').value;
  const kinds = [
    ...new Set(cases.filter((one) => !suite || one.suite === suite).map(({ kind }) => kind)),
  ].filter(Boolean);
  field('kind').replaceChildren(new Option('all', ''), ...kinds.sort().map((kind) => new Option(kind)));
}

field('filters').addEventListener('submit', (event) => event.preventDefault());
field('filters').addEventListener('input', (event) => {
  shown = page;
  if (event.target.id === 'suite') fillKinds();
  draw();
});
field('more').addEventListener('click', () => {
  shown += page * 4;
  draw();
});
// What went wrong is what people come for.
if (cases.some(({ verdict }) => verdict === 'fail')) field('verdict').value = 'fail';
fillKinds();
draw();
