// The few sentences that stand around what is quoted from articles, in the languages of the replies.
import type { AnswerWording } from '#core/chat-model.ts';

const english: AnswerWording = {
  language: 'en',
  goesOn: 'This is only a part: it goes on in the article.',
  unknown: "I don't know: our help articles don't cover this.",
  doubt: {
    unsure: "I'm not sure that this answers your question. It is what comes closest in our help articles:",
    notFound: "I didn't find a clear answer to this in our help articles. This is what comes closest:",
    behind: "If it isn't what you need, ask in other words, or talk to a person.",
  },
  inOtherLanguage: (name) => `We have no article on this in English. This is the original in ${name}:`,
};

const wordings: Readonly<Record<string, AnswerWording>> = {
  en: english,
  es: {
    language: 'es',
    goesOn: 'Esto es solo una parte: continúa en el artículo.',
    unknown: 'No lo sé: nuestros artículos de ayuda no tratan este tema.',
    doubt: {
      unsure:
        'No estoy seguro de que esto responda a su pregunta. Es lo más cercano en nuestros artículos de ayuda:',
      notFound:
        'No he encontrado una respuesta clara en nuestros artículos de ayuda. Esto es lo más cercano:',
      behind: 'Si no es lo que necesita, pregúntelo de otra forma o hable con una persona.',
    },
    inOtherLanguage: (name) =>
      `No tenemos un artículo sobre esto en español. Este es el original en ${name}:`,
  },
  fr: {
    language: 'fr',
    goesOn: 'Ce n’est qu’une partie : la suite est dans l’article.',
    unknown: 'Je ne sais pas : nos articles d’aide n’en parlent pas.',
    doubt: {
      unsure:
        'Je ne suis pas sûr que cela réponde à votre question. C’est ce qui s’en approche le plus dans nos articles d’aide :',
      notFound:
        'Je n’ai pas trouvé de réponse claire à cela dans nos articles d’aide. Voici ce qui s’en approche le plus :',
      behind: 'Si ce n’est pas ce qu’il vous faut, posez la question autrement ou parlez à une personne.',
    },
    inOtherLanguage: (name) =>
      `Nous n’avons pas d’article à ce sujet en français. Voici l’original en ${name} :`,
  },
  de: {
    language: 'de',
    goesOn: 'Das ist nur ein Teil: Im Artikel geht es weiter.',
    unknown: 'Das weiß ich nicht: Unsere Hilfeartikel sagen dazu nichts.',
    doubt: {
      unsure:
        'Ich bin nicht sicher, ob das Ihre Frage beantwortet. Es kommt ihr in unseren Hilfeartikeln am nächsten:',
      notFound:
        'In unseren Hilfeartikeln habe ich keine klare Antwort darauf gefunden. Das kommt ihr am nächsten:',
      behind:
        'Wenn es nicht das Richtige ist, fragen Sie mit anderen Worten, oder sprechen Sie mit einem Menschen.',
    },
    inOtherLanguage: (name) =>
      `Dazu haben wir keinen Artikel auf Deutsch. Hier ist das Original auf ${name}:`,
  },
  pt: {
    language: 'pt',
    goesOn: 'Isto é só uma parte: continua no artigo.',
    unknown: 'Não sei: os nossos artigos de ajuda não tratam deste assunto.',
    doubt: {
      unsure:
        'Não tenho certeza de que isto responda à sua pergunta. É o que mais se aproxima nos nossos artigos de ajuda:',
      notFound:
        'Não encontrei uma resposta clara nos nossos artigos de ajuda. Isto é o que mais se aproxima:',
      behind: 'Se não for o que precisa, pergunte de outra forma ou fale com uma pessoa.',
    },
    inOtherLanguage: (name) => `Não temos um artigo sobre isto em português. Este é o original em ${name}:`,
  },
  zh: {
    language: 'zh',
    goesOn: '以上只是一部分，其余内容请看文章。',
    unknown: '这个我不清楚：我们的帮助文章没有提到。',
    doubt: {
      unsure: '我不确定这是否回答了您的问题。这是帮助文章中最接近的内容：',
      notFound: '我在帮助文章中没有找到这个问题的明确答案。以下是最接近的内容：',
      behind: '如果不是您需要的，可以换个说法再问，或与人工客服联系。',
    },
    inOtherLanguage: (name) => `我们没有这方面的中文文章，以下是${name}原文：`,
  },
};

/** `language`: a BCP 47 tag such as `de-AT`; English where there is no text of ours in that language. */
export function answerWording(language: string | undefined): AnswerWording {
  return wordings[language?.toLowerCase().split('-')[0] ?? 'en'] ?? english;
}

/** What was quoted alone: without the desk's words about how sure it is, in any language. */
export function withoutDoubt(text: string): string {
  const doubts = Object.values(wordings).flatMap(({ doubt }) => [doubt.unsure, doubt.notFound, doubt.behind]);
  const alone = doubts.reduce((rest, doubt) => rest.replaceAll(doubt, ''), text);
  return alone === text ? text : alone.replace(/\n{3,}/g, '\n\n').trim();
}

const unknownCodes: Readonly<Record<string, (code: string) => string>> = {
  en: (code) =>
    `I don't know ${code}: our help articles don't mention it. Please check it again, or talk to a person.`,
  es: (code) =>
    `No conozco ${code}: nuestros artículos de ayuda no lo mencionan. Compruébelo, o hable con una persona.`,
  fr: (code) =>
    `Je ne connais pas ${code} : nos articles d’aide n’en parlent pas. Vérifiez-le, ou parlez à une personne.`,
  de: (code) =>
    `${code} kenne ich nicht: In unseren Hilfeartikeln steht es nicht. Sehen Sie noch einmal nach, oder sprechen Sie mit einem Menschen.`,
  pt: (code) =>
    `Não conheço ${code}: os nossos artigos de ajuda não o mencionam. Verifique-o, ou fale com uma pessoa.`,
  zh: (code) => `我不认识 ${code}：我们的帮助文章没有提到它。请再核对一下，或者联系人工客服。`,
};

/** To a question about a code that no article has, although they list others like it. */
export function unknownCode(code: string, language: string | undefined): string {
  return unknownCodes[answerWording(language).language]!(code);
}
