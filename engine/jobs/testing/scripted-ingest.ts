// Stands in for the command `answerdesk` where articles are read: says what it was told to do, as its first argument after `ingest` wants.
const [, place = '', ...rest] = process.argv.slice(2);
const summary = {
  documents: { added: 2, changed: 0, removed: 0, unchanged: 1 },
  chunks: { total: 7 },
  counts: { quarantined: 1 },
};
if (place.includes('slow')) {
  process.send?.({ progress: { stage: 'embedding', documents: 3, chunks: 9, embedded: 4 } });
  process.once('SIGTERM', () => process.exit(130));
  setInterval(() => {}, 1_000);
} else if (place.includes('failing')) {
  process.stderr.write('Reading…\nThe website cannot be reached: write another address.\n');
  process.exitCode = 1;
} else {
  process.stdout.write(JSON.stringify(place === 'remove' ? { generation: {} } : { ...summary, rest }));
}
