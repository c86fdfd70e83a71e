// Questions in everyday words and what answers them in an article's words. Everybody agrees on these, and an embedder that does not is
// broken: read with the wrong pooling, without its prefixes, or with another model's tokenizer. They measure nothing else.
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { AppError } from '#core/errors.ts';

const pairSchema = z.strictObject({ question: z.string().min(1), passage: z.string().min(1) });
export type KnownPair = Readonly<z.infer<typeof pairSchema>>;

const fewestPairs = 8;

export const knownPairs: readonly KnownPair[] = [
  {
    question: "I can't remember what I typed to log in",
    passage: 'Resetting a forgotten password: follow the link in the e-mail that we send you.',
  },
  {
    question: 'where is my parcel',
    passage: 'Track your delivery: the carrier shows where the shipment is at the moment.',
  },
  {
    question: 'I want my money back',
    passage: 'Refunds are paid to the card that you bought with, within five working days.',
  },
  {
    question: 'the screen stays black when I press the button',
    passage: 'If the display does not turn on, charge the device for an hour and start it again.',
  },
  {
    question: 'stop charging me every month',
    passage: 'How to cancel your subscription before it renews.',
  },
  {
    question: 'somebody else is using my account',
    passage: 'If you suspect unauthorised access, change your password and sign out of all devices.',
  },
  {
    question: 'how do I speak to a human being',
    passage: 'Contact our support team by phone or chat, Monday to Friday.',
  },
  {
    question: "we moved house, you've got the old street",
    passage: 'Changing the postal address in your profile.',
  },
  {
    question: 'it says my Visa was declined at checkout',
    passage: 'Why a payment by credit card can fail, and what to do.',
  },
  {
    question: 'the wifi keeps dropping out upstairs',
    passage: 'Improve a weak wireless connection: move the router and avoid thick walls.',
  },
  {
    question: 'please wipe everything you know about me',
    passage: 'Deleting personal data: you have the right to erasure under the GDPR.',
  },
  {
    question: 'can my colleague have a login too',
    passage: 'Inviting further users to your team, and their roles.',
  },
  {
    question: 'need a receipt for the tax man',
    passage: 'Download invoices as PDF files for your accounting.',
  },
  {
    question: 'my dog chewed the cable, can I buy a new one',
    passage: 'Ordering spare parts and accessories such as power leads.',
  },
  {
    question: 'the room never gets warm',
    passage: 'Troubleshooting a radiator that does not heat.',
  },
  {
    question: 'is there something cheaper for students',
    passage: 'Discounts in education: who is eligible and how to apply.',
  },
];

/** For a model that knows other languages: JSONL. Throws `bad-input` naming the first bad line, or for too few pairs. */
export async function readKnownPairs(path: string): Promise<KnownPair[]> {
  const lines = (
    await readFile(path, 'utf8').catch((cause: unknown) => {
      throw new AppError('bad-input', `${path} cannot be read.`, { cause });
    })
  ).split('\n');
  const pairs = lines.flatMap((line, index) => {
    if (line.trim() === '') return [];
    try {
      return [pairSchema.parse(JSON.parse(line))];
    } catch (cause) {
      throw new AppError('bad-input', `${path}, line ${index + 1}: not {"question", "passage"}.`, { cause });
    }
  });
  if (pairs.length >= fewestPairs) return pairs;
  throw new AppError('bad-input', `${path} holds ${pairs.length} pairs: at least ${fewestPairs} are needed.`);
}
