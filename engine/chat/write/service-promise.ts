// What a customer is told of when a person answers: the team's promise, in open hours and outside of them.
import { isOpen, opensAt } from '#core/office-hours.ts';
import type { TeamSettings } from '#core/team.ts';

interface Words {
  /** While somebody is there. */
  readonly within: (time: string) => string;
  /** Outside the hours. */
  readonly back: (when: string) => string;
  readonly backWithin: (when: string, time: string) => string;
  /** To somebody whom the team has blocked. */
  readonly blocked: string;
}

const words: Readonly<Record<string, Words>> = {
  en: {
    within: (time) => `A person of our team answers within ${time}.`,
    back: (when) => `Our team is not here right now. It is back on ${when}.`,
    backWithin: (when, time) =>
      `Our team is not here right now. It is back on ${when} and then answers within ${time}.`,
    blocked: 'Our team has closed this chat for now. Please contact us in another way.',
  },
  es: {
    within: (time) => `Una persona de nuestro equipo responde en un plazo de ${time}.`,
    back: (when) => `Nuestro equipo no está disponible ahora mismo. Vuelve el ${when}.`,
    backWithin: (when, time) =>
      `Nuestro equipo no está disponible ahora mismo. Vuelve el ${when} y entonces responde en un plazo de ${time}.`,
    blocked:
      'Nuestro equipo ha cerrado este chat por ahora. Póngase en contacto con nosotros de otra manera.',
  },
  fr: {
    within: (time) => `Une personne de notre équipe répond sous ${time}.`,
    back: (when) => `Notre équipe n’est pas disponible pour le moment. Elle revient le ${when}.`,
    backWithin: (when, time) =>
      `Notre équipe n’est pas disponible pour le moment. Elle revient le ${when} et répond alors sous ${time}.`,
    blocked:
      'Notre équipe a fermé cette discussion pour le moment. Veuillez nous contacter d’une autre manière.',
  },
  de: {
    within: (time) => `Jemand aus unserem Team antwortet innerhalb von ${time}.`,
    back: (when) => `Unser Team ist gerade nicht da. Es ist wieder da: ${when}.`,
    backWithin: (when, time) =>
      `Unser Team ist gerade nicht da. Es ist wieder da: ${when}. Dann antwortet es innerhalb von ${time}.`,
    blocked: 'Unser Team hat diesen Chat vorerst geschlossen. Bitte wenden Sie sich auf anderem Weg an uns.',
  },
  pt: {
    within: (time) => `Uma pessoa da nossa equipe responde em até ${time}.`,
    back: (when) => `Nossa equipe não está disponível agora. Ela volta em ${when}.`,
    backWithin: (when, time) =>
      `Nossa equipe não está disponível agora. Ela volta em ${when} e então responde em até ${time}.`,
    blocked: 'Nossa equipe fechou este chat por enquanto. Entre em contato conosco de outra forma.',
  },
  zh: {
    within: (time) => `我们的工作人员会在${time}内回复。`,
    back: (when) => `我们的团队现在不在。${when}恢复服务。`,
    backWithin: (when, time) => `我们的团队现在不在。${when}恢复服务，并在${time}内回复。`,
    blocked: '我们的团队已暂时关闭此对话。请通过其他方式联系我们。',
  },
};

const languageOf = (language: string | undefined) => language?.toLowerCase().split('-')[0] ?? 'en';
const wordsIn = (language: string | undefined) => words[languageOf(language)] ?? words.en!;

export const blockedReply = (language: string | undefined): string => wordsIn(language).blocked;

/** Undefined where the team promises nothing and is always there. */
export function servicePromise(
  { replyWithinMinutes, officeHours }: TeamSettings,
  { at, language }: { readonly at: Date; readonly language?: string | undefined },
): string | undefined {
  const tag = Object.hasOwn(words, languageOf(language)) ? language! : 'en';
  const { within, back, backWithin } = wordsIn(tag);
  const time = replyWithinMinutes === undefined ? undefined : duration(tag, replyWithinMinutes);
  if (isOpen(officeHours, at.getTime())) return time && within(time);
  const opens = opensAt(officeHours, at.getTime());
  if (opens === undefined) return undefined;
  const when = moment(tag, opens, officeHours?.timeZone);
  return time ? backWithin(when, time) : back(when);
}

/** "30 minutes", "2 hours". */
function duration(language: string, minutes: number): string {
  const isHours = minutes >= 60 && minutes % 60 === 0;
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit: isHours ? 'hour' : 'minute',
    unitDisplay: 'long',
  }).format(isHours ? minutes / 60 : minutes);
}

/** With the zone: the customer may be in another one. */
function moment(language: string, instant: number, timeZone: string | undefined): string {
  return new Intl.DateTimeFormat(language, {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    hour: 'numeric',
    minute: '2-digit',
    timeZoneName: 'short',
    ...(timeZone ? { timeZone } : {}),
  }).format(instant);
}
