// A conversation as a mail to its customer, in their language.
import type { Conversation, Message } from '#core/conversation.ts';

interface Words {
  readonly subject: string;
  readonly why: string;
  readonly you: string;
  readonly assistant: string;
  readonly picture: string;
  readonly sources: string;
}

const words: Readonly<Record<string, Words>> = {
  en: {
    subject: 'Your conversation with us',
    why: 'You asked in our chat for this conversation. If it was not you, somebody mistyped an address: please ignore this mail.',
    you: 'You',
    assistant: 'Assistant',
    picture: '[a picture]',
    sources: 'Sources',
  },
  es: {
    subject: 'Su conversación con nosotros',
    why: 'Pidió esta conversación en nuestro chat. Si no fue usted, alguien escribió mal una dirección: ignore este mensaje.',
    you: 'Usted',
    assistant: 'Asistente',
    picture: '[una imagen]',
    sources: 'Fuentes',
  },
  fr: {
    subject: 'Votre conversation avec nous',
    why: 'Vous avez demandé cette conversation dans notre chat. Si ce n’était pas vous, quelqu’un s’est trompé d’adresse : ignorez ce message.',
    you: 'Vous',
    assistant: 'Assistant',
    picture: '[une image]',
    sources: 'Sources',
  },
  de: {
    subject: 'Ihr Gespräch mit uns',
    why: 'Sie haben dieses Gespräch in unserem Chat angefordert. Wenn Sie es nicht waren, hat sich jemand bei der Adresse vertippt: Bitte beachten Sie diese Mail dann nicht.',
    you: 'Sie',
    assistant: 'Assistent',
    picture: '[ein Bild]',
    sources: 'Quellen',
  },
  pt: {
    subject: 'A sua conversa conosco',
    why: 'Você pediu esta conversa no nosso chat. Se não foi você, alguém digitou um endereço errado: ignore esta mensagem.',
    you: 'Você',
    assistant: 'Assistente',
    picture: '[uma imagem]',
    sources: 'Fontes',
  },
  zh: {
    subject: '您与我们的对话',
    why: '您在聊天中要求发送此对话。如果不是您本人，可能是有人填错了地址，请忽略此邮件。',
    you: '您',
    assistant: '助手',
    picture: '[图片]',
    sources: '来源',
  },
};

export function transcriptMail({ language = 'en', messages }: Conversation): {
  readonly subject: string;
  readonly text: string;
} {
  const short = language.toLowerCase().split('-')[0] ?? '';
  const known = Object.hasOwn(words, short) ? short : 'en';
  const said = words[known]!;
  const times = new Intl.DateTimeFormat(known, { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' });
  const parts = messages.map((message) => {
    const head = `${speaker(message, said)} · ${times.format(new Date(message.createdAt))} UTC`;
    return [head, textOf(message, said), ...sourcesOf(message, said)].join('\n');
  });
  return { subject: said.subject, text: `${[said.why, ...parts].join('\n\n')}\n` };
}

function speaker({ author, person }: Message, { you, assistant }: Words): string {
  if (author === 'customer') return you;
  return person?.name ?? assistant;
}

function textOf({ text, pictures = [] }: Message, { picture }: Words): string {
  return [...(text ? [text] : []), ...pictures.map(() => picture)].join('\n');
}

/** The `[n]` of the text, in words. */
function sourcesOf({ citations = [] }: Message, { sources }: Words): string[] {
  if (citations.length === 0) return [];
  return [
    `${sources}:`,
    ...citations.map(({ number, title, url }) => `[${number}] ${title}${url ? ` ${url}` : ''}`),
  ];
}
