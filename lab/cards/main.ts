// npm run measure-cards: how precisely answer cards are given.
import { loadConfig } from '#app/config.ts';
import { defineCommand, runCommand } from '#cli/command.ts';
import { openEmbedder } from '#models/embedder/open-embedder.ts';
import { measureCards, readCardCases } from './measure-cards.ts';

const help = `Measures on data/evals/cards.jsonl whether the sample company's answer cards are given where they should be.

  npm run measure-cards
  npm run -s measure-cards -- --json

  --json   figures on standard output
  --help
`;

const command = defineCommand({
  help,
  options: { json: { type: 'boolean' } },
  async run({ values }, signal) {
    const embedder = await openEmbedder(loadConfig().embedder);
    try {
      const figures = await measureCards(await readCardCases(), embedder, { signal });
      if (values.json) {
        process.stdout.write(`${JSON.stringify(figures)}\n`);
        return;
      }
      for (const { split, positives, negatives, right, wrong, precision, recall } of figures) {
        process.stdout.write(
          `${split}: precision ${precision.toFixed(2)}, recall ${recall.toFixed(2)} (${right} of ${positives} given, ${wrong.length} wrong among ${positives + negatives} questions)\n`,
        );
        for (const { text, given } of wrong) process.stdout.write(`  wrong: ${text} -> ${given}\n`);
      }
    } finally {
      await embedder.close();
    }
  },
});

await runCommand(async () => command, process.argv.slice(2));
