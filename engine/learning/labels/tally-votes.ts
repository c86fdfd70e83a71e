// Counts patterns of votes as conversations stream by, then fits one label model a kind.
import type { WeakKind } from './label-kinds.ts';
import { type Ballot, fitLabelModel, type LabelModel, posterior } from './label-model.ts';
import { sureFrom } from './labelling-function.ts';
import type { WeakRow } from './weak-labels.ts';

export interface VoterFigures {
  readonly kind: WeakKind;
  /** Function and, behind a slash, whether these are its sure votes. */
  readonly voter: string;
  readonly votes: number;
  /** Mean of what it claims. */
  readonly claimed: number;
  /** As the model estimates it. */
  readonly estimated: number;
}

export interface FittedLabels {
  readonly voters: readonly VoterFigures[];
  labelsOf(row: Pick<WeakRow, 'votes'>): WeakRow['labels'];
}

interface KindTally {
  readonly classes: Map<string, number>;
  readonly voters: Map<string, { position: number; votes: number; claimed: number }>;
  readonly patterns: Map<string, { ballot: Ballot; count: number; truth?: number }>;
}

export function createTally(goldOf: (conversation: string, kind: WeakKind) => string | undefined) {
  const kinds = new Map<WeakKind, KindTally>();

  function tallyOf(kind: WeakKind): KindTally {
    const tally = kinds.get(kind) ?? { classes: new Map(), voters: new Map(), patterns: new Map() };
    kinds.set(kind, tally);
    return tally;
  }

  return {
    add({ conversation, votes }: Pick<WeakRow, 'conversation' | 'votes'>): void {
      for (const [kind, cast] of Object.entries(votes) as [
        WeakKind,
        NonNullable<WeakRow['votes'][WeakKind]>,
      ][]) {
        const { classes, voters, patterns } = tallyOf(kind);
        const ballot: Ballot = cast.map(([name, value, confidence]) => {
          const key = voterKey(name, confidence);
          const voter = voters.get(key) ?? { position: voters.size, votes: 0, claimed: 0 };
          voters.set(key, voter);
          voter.votes += 1;
          voter.claimed += confidence;
          return [voter.position, positionOf(classes, value)];
        });
        const gold = goldOf(conversation, kind);
        const truth = gold === undefined ? undefined : positionOf(classes, gold);
        const key = `${ballot.join(';')}|${truth ?? ''}`;
        const pattern = patterns.get(key);
        if (pattern) pattern.count += 1;
        else patterns.set(key, { ballot, count: 1, ...(truth === undefined ? {} : { truth }) });
      }
    },

    fit(): FittedLabels {
      const models = new Map<WeakKind, LabelModel>();
      const figures: VoterFigures[] = [];
      for (const [kind, { classes, voters, patterns }] of kinds) {
        const accuracies = [...voters.values()].map(({ claimed, votes }) => claimed / votes);
        // Where all votes are for one class, the other one stands for whatever it might be instead.
        const model = fitLabelModel([...patterns.values()], {
          classes: Math.max(2, classes.size),
          accuracies,
        });
        models.set(kind, model);
        for (const [voter, { position, votes, claimed }] of voters)
          figures.push({
            kind,
            voter,
            votes,
            claimed: claimed / votes,
            estimated: model.accuracies[position]!,
          });
      }
      return {
        voters: figures,
        labelsOf({ votes }) {
          const labels: WeakRow['labels'] = {};
          for (const [kind, cast] of Object.entries(votes) as [
            WeakKind,
            NonNullable<WeakRow['votes'][WeakKind]>,
          ][]) {
            const model = models.get(kind);
            const { classes, voters } = tallyOf(kind);
            if (!model || cast.length === 0) continue;
            const chances = posterior(
              model,
              cast.map(([name, value, confidence]) => [
                voters.get(voterKey(name, confidence))!.position,
                classes.get(value)!,
              ]),
            );
            const [value, at] = [...classes].reduce((best, one) =>
              chances[one[1]]! > chances[best[1]]! ? one : best,
            );
            labels[kind] = [value, Math.round(chances[at]! * 1e4) / 1e4];
          }
          return labels;
        },
      };
    },
  };
}

function voterKey(name: string, confidence: number): string {
  return `${name}/${confidence >= sureFrom ? 'sure' : 'unsure'}`;
}

function positionOf(classes: Map<string, number>, value: string): number {
  const position = classes.get(value) ?? classes.size;
  classes.set(value, position);
  return position;
}
