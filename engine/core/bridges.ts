// The port to the system in which a team works on what was handed over: a case is opened there with what was said, it learns what is said
// later, and what the team answers there comes back.
import type { CallOptions } from './call-options.ts';
import type { Author, HandoffReason } from './conversation.ts';
import type { Person } from './handling.ts';
import type { ConversationKey } from './tenant.ts';

export const bridgeNames = ['zendesk', 'intercom', 'freshdesk', 'help-scout', 'chatwoot', 'slack'] as const;
export type BridgeName = (typeof bridgeNames)[number];

/** As people write it. */
export const bridgeLabels: Readonly<Record<BridgeName, string>> = {
  zendesk: 'Zendesk',
  intercom: 'Intercom',
  freshdesk: 'Freshdesk',
  'help-scout': 'Help Scout',
  chatwoot: 'Chatwoot',
  slack: 'Slack',
};

/** What a case is opened with. All texts are plain. */
export interface Handover {
  /** Ours, the same at every attempt: letters, digits, `-` and `_`, at most 40. */
  readonly reference: string;
  readonly subject: string;
  /** Reason, transcript, link back, and the marker at its end. */
  readonly text: string;
  readonly reason: HandoffReason;
  readonly labels: readonly string[];
  /** Of the customer; absent where they gave none. */
  readonly email?: string;
}

/** Something said after the case was opened. */
export interface Entry {
  /** `desk`: a remark of Answerdesk itself. */
  readonly author: Author | 'desk';
  /** Plain, with the marker at its end. What is not the customer's begins with who says it. */
  readonly text: string;
}

export interface CaseThere {
  /** As their interface takes it. */
  readonly id: string;
  /** Where an agent opens it. */
  readonly url: string;
}

export interface AgentReply {
  /** Unique in their system. */
  readonly id: string;
  /** Plain text. */
  readonly text: string;
  readonly by: Person;
  /** Names of files that came with it; they stay there. */
  readonly attachments?: readonly string[];
}

export interface CaseState {
  readonly isClosed: boolean;
  /** What agents said to the customer, oldest first. Never private notes, nor what Answerdesk or another program wrote. */
  readonly replies: readonly AgentReply[];
  /** Texts of what is there and was not said by agents to the customer: among them what Answerdesk wrote, with its markers. */
  readonly others: readonly string[];
}

export interface IncomingWebhook {
  /** Names in small letters. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
  /** Last part of the path, for desks that cannot sign. */
  readonly pathSecret?: string;
}

/** `challenge`: to be sent back as it is; `event`: something happened to a case; `other`: nothing that matters here. */
export type WebhookNews =
  | { readonly type: 'challenge'; readonly challenge: string }
  | { readonly type: 'event'; readonly caseId: string; readonly eventId: string }
  | { readonly type: 'other' };

/** All methods reject with an AppError whose message is for the operator, and with the signal's reason. */
export interface HandoverBridge {
  readonly name: BridgeName;
  /** It sends what agents say by mail, where it has an address of the customer. */
  readonly mailsReplies: boolean;
  /** A case that was opened under this reference. Desks that search by an index may find it some seconds late. */
  find(
    handover: Pick<Handover, 'reference' | 'email' | 'labels'>,
    options: CallOptions,
  ): Promise<CaseThere | undefined>;
  open(handover: Handover, options: CallOptions): Promise<CaseThere>;
  /** Throws `not-found` if the case is gone. */
  append(caseId: string, entry: Entry, options: CallOptions): Promise<void>;
  /**
   * Ends the case, as an agent would who has nothing more to do in it. May be called again. Throws `not-found` if it is gone. Absent where
   * cases have no end.
   */
  close?(caseId: string, options: CallOptions): Promise<void>;
  /** Undefined if it is gone. */
  read(caseId: string, options: CallOptions): Promise<CaseState | undefined>;
  /** Throws `forbidden` unless the desk sent it, just now. It carries nothing but the news that a case is to be read. */
  receive(webhook: IncomingWebhook): WebhookNews;
  /** Reads something that the bridge needs; says who it is there. */
  check(options: CallOptions): Promise<string>;
}

/** What is known here of the case there. Nothing of a customer. */
export interface BridgeCase {
  readonly key: ConversationKey;
  readonly bridge: BridgeName;
  /** How many cases were opened for the conversation; 1 for the first. */
  readonly round: number;
  /** `opening`: not there yet; `closed`: ended there, or nobody owes the customer anything here; `gone`: deleted there. */
  readonly state: 'opening' | 'open' | 'closed' | 'gone';
  /** Since when it is in this state. ISO 8601. */
  readonly since: string;
  /** Absent until it is opened. */
  readonly there?: CaseThere;
  /** Journal entries up to this one are there. */
  readonly sentSequence: number;
}

export interface BridgeStore {
  bridgeCase(key: ConversationKey): Promise<BridgeCase | undefined>;
  bridgeCaseThere(bridge: BridgeName, caseId: string): Promise<BridgeCase | undefined>;
  /** Replaces what was kept of the conversation. One that is erased meanwhile gets its `erased` notice. */
  saveBridgeCase(bridgeCase: BridgeCase): Promise<void>;
  forgetBridgeCase(key: ConversationKey): Promise<void>;
}

/** For desks that show a note of Answerdesk, not a message of the customer. */
export function spoken({ author, text }: Entry): string {
  return author === 'customer' ? `The customer wrote:\n${text}` : text;
}

export function referenceOf({ key, round }: Pick<BridgeCase, 'key' | 'round'>): string {
  return `${key.conversationId}-${round}`;
}

/** The last line of what Answerdesk writes there. By it a retry knows what has arrived. */
export function markerOf(reference: string, sequence: number): string {
  return `[answerdesk ${reference} ${sequence}]`;
}

/** The highest sequence number that texts end with; undefined without one. What stands elsewhere in a text may be anybody's. */
export function lastMarked(reference: string, texts: readonly string[]): number | undefined {
  const found = texts.flatMap((text) => {
    const [, marked, sequence] = /\[answerdesk ([\w-]{1,40}) (\d{1,15})\]$/.exec(text.trimEnd()) ?? [];
    return marked === reference ? Number(sequence) : [];
  });
  return found.length === 0 ? undefined : Math.max(...found);
}
