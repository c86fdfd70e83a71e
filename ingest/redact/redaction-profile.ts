// What stays although it was recognised. In articles that are redacted: contact details that a company publishes. Everywhere: links to help
// pages, and addresses at the domains that the source names.
import { AppError } from '#core/errors.ts';
import { identifierRecognizers } from './identifier-recognizer.ts';
import { nationalIdRecognizers } from './national-ids.ts';
import { personalDateRecognizer } from './personal-dates.ts';
import { personalWordRecognizers } from './personal-words.ts';
import { createRecognizers } from './recognizers.ts';
import {
  createRedactor,
  type KeepRule,
  type PersonalDataKind,
  type Recognizer,
  type Redactor,
} from './redact.ts';
import { spelledEmailRecognizer } from './spelled-email.ts';

export interface RedactionSettings {
  /** Where phone numbers without a country code are from, ISO 3166 alpha-2; default `US`. */
  readonly region?: string;
  /** Kinds that stay in articles besides the default ones. */
  readonly keepInArticles?: readonly PersonalDataKind[];
  /** The company's own domains: their e-mail addresses stay everywhere, whatever stands before the @. */
  readonly publishedDomains?: readonly string[];
}

/** Words of addresses that belong to a desk and not to a person. */
const roleWords = new Set(
  (
    'abuse accessibility account accounts accounting admin affiliates aide ask atencion ayuda billing ' +
    'booking bookings bug bugs business care careers center centre claims community compliance contact ' +
    'contacto customer customers customercare customerservice data delivery desk developer developers ' +
    'disputes do dpo email enquiries enterprise events export feedback finance fraud global hallo hello ' +
    'help helpdesk hi hilfe hola hr info inquiries investor investors invoice invoices it jobs kontakt ' +
    'kundenservice legal mail marketing media membership news newsletter no noreply not notification ' +
    'notifications office online order orders partner partners partnerships payment payments phishing ' +
    'postmaster press privacy product recruiting reception refunds registrar repair repairs reply report ' +
    'reports request requests reservations returns safety sales school schools security service services ' +
    'shop soporte spam status store subscriptions support team tech technical tickets trust user users ' +
    'warranty web webmaster welcome'
  ).split(' '),
);

export function createDefaultRedactor(settings: RedactionSettings = {}): Redactor {
  const keptKinds = new Set<PersonalDataKind>(['phone', ...(settings.keepInArticles ?? [])]);
  const domains = (settings.publishedDomains ?? []).map((domain) => domain.toLowerCase());
  const keep: KeepRule = ({ kind, start, end }, text, documentKind) => {
    const found = text.slice(start, end);
    const [local = '', domain = ''] = found.toLowerCase().split('@');
    if (kind === 'email' && domains.some((known) => domain === known || domain.endsWith(`.${known}`)))
      return true;
    if (['number', 'card', 'phone'].includes(kind) && isHelpLink(text, start)) return true;
    if (documentKind !== 'article') return false;
    if (keptKinds.has(kind)) return true;
    if (kind === 'email') return local.split(/[._+-]/).every((word) => roleWords.has(word));
    return kind === 'ip' && isSpecialPurpose(found);
  };
  const [secrets, others] = partition(createRecognizers({ region: checkedRegion(settings.region) }));
  return createRedactor({
    // What the words before a value say of it is surer than what the value looks like.
    recognizers: [
      ...secrets,
      ...nationalIdRecognizers,
      spelledEmailRecognizer,
      personalDateRecognizer,
      ...identifierRecognizers,
      ...others,
      ...personalWordRecognizers,
    ],
    keep,
  });
}

/** Secrets go first: "api key is …" is no customer number. */
function partition(recognizers: readonly Recognizer[]): [Recognizer[], Recognizer[]] {
  const first = new Set<PersonalDataKind>(['secret', 'email', 'card', 'iban', 'ssn']);
  return [
    recognizers.filter(({ kind }) => first.has(kind)),
    recognizers.filter(({ kind }) => !first.has(kind)),
  ];
}

/** A number in the path of a link to a help page is that page's; in a query, or in the link to an order, it may be a person's. */
function isHelpLink(text: string, start: number): boolean {
  const before = text.slice(Math.max(0, start - 300), start);
  const link = /https?:\/\/[^\s?#]*$/i.exec(before)?.[0];
  return (
    link !== undefined &&
    /\/(?:articles?|answers?|help|support|hc|kb|docs?|faqs?|questions?|topics?|categories|sections|web)\//i.test(
      link,
    )
  );
}

/** Addresses that name a role and no one's machine: private networks, loopback, masks (RFC 6890). */
function isSpecialPurpose(address: string): boolean {
  return /^(?:10\.|127\.|192\.168\.|169\.254\.|172\.(?:1[6-9]|2\d|3[01])\.|0\.0\.0\.0$|255\.255\.|::1$|fe80:|f[cd])/i.test(
    address,
  );
}

function checkedRegion(region = 'US'): string {
  if (/^[A-Z]{2}$/.test(region)) return region;
  throw new AppError(
    'bad-input',
    `The region "${region}" is not a country code; write two capital letters such as US, GB or DE.`,
  );
}
