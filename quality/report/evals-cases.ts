// The questions of an evals run as cases of the report on bias: past conversations do not tell whether the desk cites the right article, the
// run does.
import { AppError } from '#core/errors.ts';
import { type Report, readReport } from '#evals/report/report.ts';
import type { ConversationRecord } from '#learning/labels/conversation-record.ts';
import type { GroupedCase } from '../bias/group-outcomes.ts';

export interface EvalsCase {
  /** To be sorted into intents, products and languages as any conversation. */
  readonly record: ConversationRecord;
  readonly outcome: GroupedCase['outcome'];
}

/** The suite whose questions all have an answer: a decline is a loss there, and each case says which articles are right. */
const suiteName = 'answers';

/** `run` is an id or a folder. Throws `bad-input` if the run has no such suite. */
export async function readEvalsCases(run: string, evalsDir: string): Promise<EvalsCase[]> {
  const { suites } = await readReport(run, evalsDir);
  const suite = suites[suiteName];
  if (!suite || suite.cases.length === 0)
    throw new AppError(
      'bad-input',
      `The run ${run} has no cases of the suite "${suiteName}". Make one with "answerdesk evals ${suiteName}", and give its id.`,
    );
  return suite.cases.flatMap(asCase);
}

function asCase({
  id,
  decision,
  scores,
  turns,
}: Report['suites'][string]['cases'][number]): EvalsCase | EvalsCase[] {
  if (decision === undefined) return [];
  const cited = scores?.['cites-right'];
  return {
    record: {
      id,
      origin: 'chat',
      source: 'evals',
      problem: turns.findLast(({ role }) => role === 'customer')?.text ?? '',
      turns: turns.map(({ role, text }) => ({ author: role === 'customer' ? 'customer' : 'bot', text })),
    },
    outcome: {
      answered: decision === 'answer',
      declined: decision === 'decline',
      handedOver: decision === 'handoff',
      // Where nothing was answered there was nothing to cite.
      ...(cited === undefined || decision !== 'answer' ? {} : { citedRight: cited >= 1 }),
    },
  };
}
