// Who may see a document or a message, by what its own record says. What is said in words that are not known is for agents only, and
// the summary of the run says so. What nothing is said of is left to the rules of the source (`source-settings.ts`).
import type { Audience } from '#core/document.ts';
import { falseWords, plainWord, privateWords, publicWords, trueWords } from './visibility-words.ts';

export interface Visibility {
  /** Absent: the record says nothing of it. */
  readonly audience?: Audience;
  /** What was said and not understood, fit to be shown: `status "limited"`. The audience is internal then. */
  readonly unknown?: string;
}

type Facts = Readonly<Record<string, unknown>>;
type Verdict = 'private' | 'public' | 'unknown' | undefined;

const names = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** Where in its life an article is. Published does not say to whom: a rule of the source may still close it. */
const stateFields =
  names(`status state publishstatus publishstate publicationstatus publicationstate publishedstatus publishedstate
  articlestatus articlestate poststatus pagestatus docstatus documentstatus contentstatus workflowstatus workflowstate lifecyclestatus
  lifecyclestate`);
const audienceFields = names('audience audiences visibility visibleto privacy privacylevel confidentiality');
const accessFields =
  names(`access accesslevel accesstype accesspolicy permission permissions viewableby viewpermission readableby
  restrictedto sharedwith securitylevel foldervisibility categoryvisibility sectionvisibility collectionvisibility`);
/** Only a part of the customers, or who knows a password: whatever stands there. */
const restrictionFields =
  names(`usersegmentid usersegmentids usersegment allowedgroups accessgroups restrictedgroups visibletogroups
  allowedroles requiredroles password postpassword`);
/** A time at which it went out of sight. */
const goneFields = names('archivedat deletedat trashedat unpublishedat retiredat archivedon deletedon');
const privateFlags =
  names(`draft private internal internalnote privatenote internalonly internaluse hidden confidential restricted secret
  deleted trashed spam agentsonly agentonly staffonly adminonly employeesonly teamonly`);
const articleFlags =
  names(`archived unpublished unlisted outdated obsolete retired expired disabled inactive membersonly loginrequired
  requireslogin requiresauth requiresauthentication authrequired protected passwordprotected noaccess`);
const publicFlags = names('public published publiclyvisible publiclyavailable external customerfacing');
const articlePublicFlags = names('visible live online listed active enabled');
const kindFields = names('type articletype kind contenttype');
const placeFields =
  names(`category categories section sections folder folders collection collections space label labels labelnames tag tags
  categoryname sectionname foldername collectionname`);
/** Generators and desks keep facts of their own one level down. */
const nestedFields = names(
  'params extra metadata meta custom customfields attributes properties fields frontmatter publication',
);

/** Of an article: its state, its audience, its flags, and where it stands. */
export function articleVisibility(facts: Facts): Visibility {
  return summarize(facts, (name, value) => {
    if (stateFields.has(name)) return notPublic(wordVerdict(value));
    if (audienceFields.has(name) || accessFields.has(name)) return wordVerdict(value);
    if (restrictionFields.has(name)) return hasValue(value) && !isFalse(value) ? 'private' : undefined;
    if (goneFields.has(name)) return hasValue(value) && !isFalse(value) ? 'private' : undefined;
    // Written as null, not left out: never published.
    if (name === 'publishedat') return value === null ? 'private' : undefined;
    if (kindFields.has(name))
      return typeof value === 'string' && /^(?:internal|private)/.test(plainWord(value))
        ? 'private'
        : undefined;
    if (placeFields.has(name)) return placeVerdict(value);
    return flagVerdict(name, value, true);
  });
}

/** Of a conversation, whose `status` says how far the matter is and nothing of who may see it. */
export function conversationVisibility(facts: Facts): Visibility {
  return summarize(facts, (name, value) =>
    audienceFields.has(name) ? wordVerdict(value) : flagVerdict(name, value, false),
  );
}

const messageKindFields = names(
  `type parttype messagetype commenttype notetype threadtype entrytype eventtype kind syselement element`,
);

/** A note between agents, a draft or something deleted, in the midst of a conversation. */
export function isPrivateMessage(message: Facts): boolean {
  return Object.entries(message).some(([given, value]) => {
    const name = plainName(given);
    if (messageKindFields.has(name)) return typeof value === 'string' && isNoteKind(plainWord(value));
    if (name === 'state') return typeof value === 'string' && privateWords.has(plainWord(value));
    if (name === 'visibility' || name === 'audience') {
      const verdict = wordVerdict(value);
      return verdict === 'private' || verdict === 'unknown';
    }
    if (/^(?:is)?(?:note|whisper|redacted)$/.test(name)) return isTrue(value);
    const bare = name.replace(/^jsd/, '');
    return flagVerdict(bare, value, false) === 'private';
  });
}

function isNoteKind(word: string): boolean {
  return /^(?:\w*note|\w*notes|noteadded|noteand\w*|internal\w*|private\w*|whisper|draft)$/.test(word);
}

/** `Internal`, `Agents only`, `Internal: billing`; not `Internal storage`, which customers ask about. */
export function isInternalPlace(name: string): boolean {
  const word = plainWord(name);
  return (
    (privateWords.has(word) && !publicPlaces.has(word)) ||
    /^(?:internal|intern|private|confidential)(?:\s*[:|/([]|\s+[-–—])/i.test(name.trim()) ||
    /^(?:internal|private)(?:only|use|useonly|notes?|docs?|documents?|documentation|articles?|kb|knowledge|knowledgebase|wiki|procedures?|process|processes|playbooks?|runbooks?|guides?|faq)$/.test(
      word,
    ) ||
    /^(?:for|only|nur)?(?:agents?|staff|employees|support(?:team|agents|staff)|mitarbeiter)(?:only|notes|area|docs|kb|handbook|wiki|intern)$/.test(
      word,
    )
  );
}

/** Private as the word of a state, but a topic of its own as the name of a section: help on the archive, on a team, on members. */
const publicPlaces =
  names(`archive trash deleted removed review pending scheduled expired password protected team members admin admins
  administrators manager managers moderators agent agents owner me employee employees staff offline drafts registered authenticated
  concept equipe mitarbeiter medewerkers agenten agentes`);

function summarize(facts: Facts, judge: (name: string, value: unknown) => Verdict, depth = 0): Visibility {
  let isPublic = false;
  let isPrivate = false;
  let unknown: string | undefined;
  for (const [given, value] of Object.entries(facts)) {
    const name = plainName(given);
    if (depth < 2 && nestedFields.has(name) && isObject(value)) {
      const inner = summarize(value, judge, depth + 1);
      unknown ??= inner.unknown;
      isPrivate ||= inner.audience === 'internal' && inner.unknown === undefined;
      isPublic ||= inner.audience === 'customer';
      continue;
    }
    const verdict = judge(name, value);
    if (verdict === 'private') isPrivate = true;
    else if (verdict === 'public') isPublic = true;
    else if (verdict === 'unknown') unknown ??= describe(given, value);
  }
  if (isPrivate) return { audience: 'internal' };
  if (unknown !== undefined) return { audience: 'internal', unknown };
  return isPublic ? { audience: 'customer' } : {};
}

/** `status "limited"`. Longer values may be text of the record and are not shown. */
function describe(name: string, value: unknown): string {
  const field = name.slice(0, 30);
  const word = typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
  return /^[\p{L}\p{N} _-]{1,20}$/u.test(word) ? `${field} "${word}"` : `${field} (a longer value)`;
}

/** Of one word, a list of words, or an object that names one. The strictest of a list counts. */
function wordVerdict(value: unknown): Verdict {
  if (!hasValue(value)) return undefined;
  if (Array.isArray(value)) return strictest(value.map(wordVerdict));
  if (isObject(value)) {
    const named = value.name ?? value.value ?? value.label ?? value.type ?? value.viewable_by;
    return named === undefined ? 'unknown' : wordVerdict(named);
  }
  if (value === true || value === 'true') return undefined;
  if (value === false || value === 'false') return 'private';
  const text = String(value);
  const word = plainWord(text);
  if (publicWords.has(word)) return 'public';
  if (privateWords.has(word)) return 'private';
  const parts = text.split(/[,;|]/);
  return parts.length > 1 && parts.length <= 20 ? strictest(parts.map(wordVerdict)) : 'unknown';
}

function strictest(verdicts: readonly Verdict[]): Verdict {
  return (['private', 'unknown', 'public'] as const).find((verdict) => verdicts.includes(verdict));
}

function notPublic(verdict: Verdict): Verdict {
  return verdict === 'public' ? undefined : verdict;
}

function placeVerdict(value: unknown): Verdict {
  if (typeof value === 'string')
    return [value, ...value.split(/[,;|>]/)].slice(0, 50).some((name) => isInternalPlace(name))
      ? 'private'
      : undefined;
  if (Array.isArray(value)) return strictest(value.slice(0, 100).map(placeVerdict));
  if (!isObject(value)) return undefined;
  const { name = value.title, visibility } = value;
  if (typeof name === 'string' && isInternalPlace(name)) return 'private';
  return notPublic(wordVerdict(visibility));
}

function flagVerdict(given: string, value: unknown, isArticle: boolean): Verdict {
  const name = given.replace(/^is(?=[a-z])/, '');
  if (privateFlags.has(name) || (isArticle && articleFlags.has(name))) {
    if (!hasValue(value) || isFalse(value)) return undefined;
    return isTrue(value) || typeof value !== 'string' ? 'private' : (wordVerdict(value) ?? 'private');
  }
  if (publicFlags.has(name) || (isArticle && articlePublicFlags.has(name))) {
    if (isFalse(value)) return 'private';
    return typeof value === 'string' && privateWords.has(plainWord(value)) ? 'private' : undefined;
  }
  return undefined;
}

function plainName(name: string): string {
  return name.toLowerCase().replace(/[\s_.-]/g, '');
}

function hasValue(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return (
    value !== undefined &&
    value !== null &&
    value !== '' &&
    !(typeof value === 'string' && value.trim() === '')
  );
}

function isTrue(value: unknown): boolean {
  return value === true || value === 1 || (typeof value === 'string' && trueWords.has(plainWord(value)));
}

function isFalse(value: unknown): boolean {
  return value === false || value === 0 || (typeof value === 'string' && falseWords.has(plainWord(value)));
}

function isObject(value: unknown): value is Facts {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
