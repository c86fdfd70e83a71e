// Sections, folders, categories and collections of a help centre: what stands in one that is for agents only is for agents only.
import { articleVisibility, isInternalPlace } from '../../visibility.ts';
import type { JsonRecord } from '../field-map.ts';

const kinds = ['section', 'folder', 'category', 'collection'] as const;
export type PlaceKind = (typeof kinds)[number];

export interface Places {
  add(kind: PlaceKind, place: JsonRecord): void;
  /** Whether a record stands in an internal place, by the ids or the places that it names. */
  isInternal(record: JsonRecord): boolean;
}

/** Freshdesk: 1 is everybody; logged-in users, agents, companies, bots and segments are others. */
const everybody = 1;

/** Sections in folders in categories; more is a circle. */
const mostLevels = 10;

export function createPlaces(): Places {
  const known = new Map<string, JsonRecord>();

  const isInternal = (record: JsonRecord, level = 0): boolean =>
    level < mostLevels && placesOf(record).some((place) => isInternalPlaceRecord(place, level + 1));

  const placesOf = (record: JsonRecord): JsonRecord[] =>
    kinds.flatMap((kind) => {
      const ids: unknown[] = [record[`${kind}_id`], record[`${kind}Id`], ...asList(record[`${kind}_ids`])];
      if (record.parent_type === undefined || record.parent_type === kind) ids.push(record.parent_id);
      const places = ids.map((id) => known.get(`${kind} ${isId(id) ? id : ''}`));
      return [...places, record[kind]].filter(isRecord);
    });

  const isInternalPlaceRecord = (place: JsonRecord, level: number): boolean => {
    const { visibility, access_policy: policy, ...rest } = place;
    const name = place.name ?? place.title;
    const facts = {
      ...rest,
      ...(visibility === undefined
        ? {}
        : { visibility: Number(visibility) === everybody ? 'public' : visibility }),
      ...(isRecord(policy) ? { viewable_by: policy.viewable_by } : {}),
    };
    return (
      (typeof name === 'string' && isInternalPlace(name)) ||
      articleVisibility(facts).audience === 'internal' ||
      isInternal(rest, level)
    );
  };

  return {
    add(kind, place) {
      if (isId(place.id)) known.set(`${kind} ${place.id}`, place);
    },
    isInternal: (record) => isInternal(record),
  };
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isId(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}

function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
