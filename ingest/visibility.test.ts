import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  articleVisibility,
  conversationVisibility,
  isInternalPlace,
  isPrivateMessage,
} from './visibility.ts';

describe('an article', () => {
  it.each([
    ...'draft archived unpublished notpublished pending trash private hidden outdated scheduled Entwurf brouillon borrador 下書き'
      .split(' ')
      .flatMap((word) => [{ status: word }, { state: word.toUpperCase() }, { post_status: ` ${word} ` }]),
    { status: 'In Review' },
    { publishStatus: 'not_published' },
    { draft: true },
    { draft: 'true' },
    { Draft: 'yes' },
    { is_draft: 1 },
    { isInternal: 'x' },
    { internal: 'ja' },
    { unlisted: true },
    { hidden: 1 },
    { archived: true },
    { archived_at: '2024-03-01' },
    { published_at: null },
    { public: false },
    { published: 'false' },
    { is_published: 0 },
    { visible: 'nein' },
    { outdated: true },
    { user_segment_id: 4711 },
    { user_segment_ids: [1] },
    { visibility: 'private' },
    { visible_to: ['agents'] },
    { audience: 'internal, agents' },
    { access: 'staff only' },
    { permission: 'agents' },
    { access: { viewable_by: 'staff' } },
    { type: 'internal_article' },
    { category: 'Internal' },
    { section: { id: 3, name: 'Agents only' } },
    { folder: 'Internal: refunds' },
    { categories: ['Billing', 'internal use only'] },
    { label_names: ['billing', 'Draft'] },
    { labels: [{ name: 'Internal' }] },
    { params: { draft: true } },
    { extra: { status: 'draft' }, audience: 'public' },
    { status: 'published', private: true },
    { password: 'open sesame' },
  ])('that says %j is for agents only, and no word of it is unknown', (facts) => {
    expect(articleVisibility(facts)).toEqual({ audience: 'internal' });
  });

  it.each([
    {},
    { status: 'published' },
    { state: 'Live' },
    { status: 'veröffentlicht' },
    { draft: false, user_segment_id: null, archived: 'no', published: '2024-01-01' },
    { user_segment_ids: [], label_names: ['billing'], outdated: false },
    { hasDraft: true },
    { visibility: '', audience: null },
    { category: 'Internal storage', section: 'Team members', tags: ['private-browsing', 'admins'] },
    { type: 'article', published_at: '2024-01-01' },
    { title: 'Draft of a will', body: 'internal' },
  ])('that says %j says nothing of who may see it', (facts) => {
    expect(articleVisibility(facts)).toEqual({});
  });

  it.each([
    { audience: 'customers' },
    { visibility: 'Public' },
    { visible_to: ['everyone'] },
    { access: { name: 'all' } },
  ])('that says %j is for everybody', (facts) => {
    expect(articleVisibility(facts)).toEqual({ audience: 'customer' });
  });

  it('is for agents only if what it says is not known, and names a short word', () => {
    expect(articleVisibility({ Status: 'limited' })).toEqual({
      audience: 'internal',
      unknown: 'Status "limited"',
    });
    expect(articleVisibility({ status: 1 })).toMatchObject({ unknown: 'status "1"' });
    expect(articleVisibility({ audience: 'public, partners' })).toMatchObject({ audience: 'internal' });
    expect(articleVisibility({ access: 'Ask Jo Miller before you tell anybody' })).toEqual({
      audience: 'internal',
      unknown: 'access (a longer value)',
    });
  });

  it('is never opened by a word that is not known', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('status', 'visibility', 'access', 'audience'),
        fc.string({ minLength: 1 }),
        (field, word) => {
          const { audience, unknown } = articleVisibility({ [field]: `${word}q7` });
          expect(audience).toBe('internal');
          expect(unknown?.length).toBeLessThan(60);
        },
      ),
    );
  });
});

describe('a conversation', () => {
  it.each(['open', 'closed', 'solved', 'resolved', 'archived', 'pending', 5])(
    'with status %s says nothing of who may see it',
    (status) => {
      expect(conversationVisibility({ status, state: status, tags: ['internal'], type: 'note' })).toEqual({});
    },
  );

  it.each([{ private: true }, { is_public: false }, { visibility: 'agents' }, { audience: 'some' }])(
    'that says %j is for agents only',
    (facts) => {
      expect(conversationVisibility(facts)).toMatchObject({ audience: 'internal' });
    },
  );
});

describe('a message', () => {
  it.each([
    { public: false },
    { public: 'false' },
    { is_public: 0 },
    { jsdPublic: false },
    { private: true },
    { is_private: 'true' },
    { internal: 1 },
    { type: 'note' },
    { part_type: 'note_and_reopen' },
    { message_type: 'private_note' },
    { comment_type: 'internal' },
    { sys_element: 'work_notes' },
    { state: 'draft' },
    { visibility: 'agents' },
    { visibility: 'some of us' },
    { redacted: true },
    { note: true },
  ])('that says %j is none that the customer sees', (facts) => {
    expect(isPrivateMessage(facts)).toBe(true);
  });

  it.each([
    { public: true },
    { type: 'Comment' },
    { message_type: 'incoming' },
    { status: 'closed' },
    { note: 'ring twice' },
  ])('that says %j is an ordinary one', (facts) => {
    expect(isPrivateMessage(facts)).toBe(false);
  });
});

it('tells internal places from topics that customers ask about', () => {
  const internal = [
    'Internal',
    'internal only',
    'Internal docs',
    'INTERN',
    'Agents only',
    'Staff only',
    'Private - HR',
    'Vertraulich',
  ];
  const topics = [
    'Internal storage',
    'Members',
    'Archive',
    'Admins',
    'Internet',
    'Private messages',
    'Team',
    'Notes',
  ];
  expect(internal.filter((name) => !isInternalPlace(name))).toEqual([]);
  expect(topics.filter(isInternalPlace)).toEqual([]);
});
