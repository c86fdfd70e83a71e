// Exports and pages of an API hold their records in lists and wrappers: `{"tickets": […], "users": […]}`, `{"helpdesk_ticket": {…}}`,
// a folder with its articles. Out come the records; what stands beside them is noted.
import type { JsonRecord } from '../field-map.ts';
import type { PlaceKind, Places } from './places.ts';

/** Deeper is no export: a category has folders, a folder subfolders, and these have articles, each with a wrapper. */
const mostLevels = 12;

const placeLists: Readonly<Record<string, PlaceKind>> = {
  sections: 'section',
  categories: 'category',
  folders: 'folder',
  subfolders: 'folder',
  collections: 'collection',
  solution_folders: 'folder',
  solution_categories: 'category',
};
const placeWrappers: Readonly<Record<string, PlaceKind>> = {
  section: 'section',
  category: 'category',
  folder: 'folder',
  collection: 'collection',
  solution_folder: 'folder',
  solution_category: 'category',
};
const articleLists = ['articles', 'solution_articles'];
/** The records of a page; other lists beside them are not. A page that has none of these has them in its first list of objects. */
const recordLists = [...articleLists, 'tickets', 'conversations', 'helpdesk_tickets'];
const recordWrappers = [
  'article',
  'solution_article',
  'ticket',
  'helpdesk_ticket',
  'conversation',
  'data',
  'result',
  'response',
  'payload',
  '_embedded',
];
/** Messages belong to a conversation, unless each names its own. */
const messageLists = ['messages', 'comments', 'turns', 'utterances', 'log', 'notes', 'threads'];
const messageOwner = /^(?:conversation|ticket|chat|session|thread|case|dialog(?:ue)?)[ _]?id$/i;

export interface Beside {
  readonly places: Places;
  /** Users of a Zendesk page, by id. */
  readonly people: Map<string, 'customer' | 'agent'>;
}

/** The records in `value`, or `value` itself where it is one. */
export function unwrap(value: JsonRecord, beside: Beside): JsonRecord[] {
  const records: JsonRecord[] = [];
  collect(value, { beside, records, level: 0 });
  return records;
}

interface Walk {
  readonly beside: Beside;
  readonly records: JsonRecord[];
  readonly level: number;
  /** What `value` is, where its list says so. */
  readonly as?: PlaceKind;
  /** The place that holds `value`. */
  readonly inside?: JsonRecord;
}

function collect(value: JsonRecord, walk: Walk): void {
  const { beside, records, level } = walk;
  const before = records.length;
  const isPage = !hasId(value);
  if (level >= mostLevels) {
    records.push(value);
    return;
  }
  for (const user of isPage ? listIn(value, 'users') : []) notePerson(user, beside);
  const isPlace =
    holdsArticles(value) && (walk.as !== undefined || !isPage || typeof value.name === 'string');
  const inside = isPlace ? placed(withoutLists(value), walk.as ?? 'folder', walk.inside) : walk.inside;
  const deeper = { beside, records, level: level + 1, ...(inside ? { inside } : {}) };

  for (const [name, kind] of Object.entries(placeLists)) {
    for (const item of listIn(value, name)) {
      const place = unwrapPlace(item, kind);
      if (isPage) beside.places.add(kind, place);
      if (holdsArticles(place)) collect(place, { ...deeper, as: kind });
    }
  }
  for (const name of isPage ? recordLists : articleLists)
    for (const item of listIn(value, name)) collect(item, deeper);
  if (records.length > before || isPlace) return;
  if (!isPage) {
    records.push(walk.inside ? { ...value, ...walk.inside } : value);
    return;
  }
  const [list] = Object.keys(value).flatMap((name) => {
    const items = name in placeLists || name === 'users' ? [] : listIn(value, name);
    return items.length > 0 && (!messageLists.includes(name) || items.some(namesItsOwner)) ? [items] : [];
  });
  const wrapped = wrappedIn(value);
  if (list && !isRecordWithoutId(value)) for (const item of list) collect(item, deeper);
  else if (wrapped) collect(wrapped, deeper);
  else if (!isOnlyBeside(value)) records.push(walk.inside ? { ...value, ...walk.inside } : value);
}

/** `folder: { …, category: { … } }` for what stands in a folder of a category. */
function placed(place: JsonRecord, kind: PlaceKind, inside: JsonRecord | undefined): JsonRecord {
  return { [kind]: { ...place, ...inside } };
}

function withoutLists(record: JsonRecord): JsonRecord {
  return Object.fromEntries(Object.entries(record).filter(([, fact]) => !Array.isArray(fact)));
}

function unwrapPlace(item: JsonRecord, kind: PlaceKind): JsonRecord {
  const inner = item[kind] ?? item[`solution_${kind}`];
  return !hasId(item) && isRecord(inner) ? inner : item;
}

function holdsArticles(place: JsonRecord): boolean {
  return (
    articleLists.some((name) => listIn(place, name).length > 0) ||
    ['folders', 'subfolders', 'solution_folders', 'sections'].some((name) =>
      listIn(place, name).some((item) =>
        articleLists.some((list) => listIn(unwrapPlace(item, placeLists[name]!), list).length > 0),
      ),
    )
  );
}

/** What one wrapper holds, together with the lists beside it: `{"ticket": {…}, "comments": […]}`. */
function wrappedIn(value: JsonRecord): JsonRecord | undefined {
  for (const [name, kind] of Object.entries(placeWrappers)) {
    const inner = value[name];
    if (isRecord(inner) && holdsArticles(inner))
      return { [`${kind === 'category' ? 'categories' : `${kind}s`}`]: [inner] };
  }
  const name = recordWrappers.find((wrapper) => isRecord(value[wrapper]));
  if (name === undefined || isRecordWithoutId(value)) return undefined;
  const lists = Object.entries(value).filter(([, list]) => Array.isArray(list));
  return { ...Object.fromEntries(lists), ...(value[name] as JsonRecord) };
}

/** A row without an id, such as a question with its answer, and no page. */
function isRecordWithoutId(value: JsonRecord): boolean {
  return (
    Object.entries(value).some(
      ([name, field]) =>
        isText(field) &&
        /^(?:body|text|content|answer|question|title|message|role|author|subject)$/i.test(name),
    ) || Object.keys(value).some((name) => messageOwner.test(name))
  );
}

function namesItsOwner(message: JsonRecord): boolean {
  return Object.keys(message).some((name) => messageOwner.test(name));
}

/** Sections alone, or a page without records. */
function isOnlyBeside(value: JsonRecord): boolean {
  const lists = Object.keys(value).filter((name) => Array.isArray(listOf(value, name)));
  return (
    !isRecordWithoutId(value) &&
    lists.length > 0 &&
    lists.every((name) => name in placeLists || name === 'users' || listIn(value, name).length === 0)
  );
}

function notePerson(user: JsonRecord, { people }: Beside): void {
  if (!hasId(user) || typeof user.role !== 'string') return;
  const role = user.role.toLowerCase();
  if (role === 'end-user') people.set(String(user.id), 'customer');
  else if (role === 'agent' || role === 'admin') people.set(String(user.id), 'agent');
}

function hasId(value: JsonRecord): boolean {
  return isText(value.id) || typeof value.id === 'number';
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

/** The list at `name`; Help Scout puts it into `items`. */
function listOf(value: JsonRecord, name: string): unknown {
  const held = value[name];
  return isRecord(held) ? held.items : held;
}

function listIn(value: JsonRecord, name: string): readonly JsonRecord[] {
  const list = listOf(value, name);
  return Array.isArray(list) ? list.filter(isRecord) : [];
}

function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
