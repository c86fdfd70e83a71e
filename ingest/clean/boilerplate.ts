// Sentences of agents that answer nothing: greetings, holds, thanks, questions for details, and what was done for one customer
// only. Told by patterns, and by being said in a large share of all conversations.
import { splitSentences } from '#core/sentences.ts';

const patterns: readonly RegExp[] = [
  // Greetings, introductions and thanks
  /^(?:hi|hello|hey|hiya|good (?:morning|afternoon|evening|day)|greetings|dear|welcome)\b[^.?!]{0,60}[.!,]*$/i,
  /^(?:hi|hello|hey|good (?:morning|afternoon|evening))\b.{0,40}\b(?:my name is|this is|i'?m|you'?re (?:through to|chatting with)|thanks?|thank you)\b/i,
  /^(?:my name is|you'?re (?:chatting|speaking|talking|through) (?:with|to)|this is) .{1,60}$/i,
  /\b(?:thanks?|thank you|thx)\b.{0,40}\b(?:for (?:contacting|reaching|getting in touch|waiting|your (?:patience|message|time|call|understanding|interest)|holding|choosing|chatting|the (?:details|info|information|confirmation|screenshot|photo|tag)|confirming|letting (?:me|us) know|that|being|bearing))\b/i,
  /^(?:thanks?|thank you|thx|cheers|perfect|great|ok(?:ay)?|alright|sure|certainly|of course|absolutely|no (?:problem|worries)|you'?re (?:very |most )?welcome|my pleasure|glad (?:to|i could) help|happy to help|no trouble|sounds good|understood|i see|got it|right|yes|no)(?:[\s,!:)-]+[\p{L}'’]+){0,3}[\s.!:)]*$/iu,
  /\b(?:how (?:can|may) (?:i|we) (?:help|assist)|what can i (?:do|help)|(?:anything|something) else|help (?:you )?with (?:anything|something) (?:else|more)|further (?:questions|assistance|help))\b/i,
  /\b(?:(?:i'?m|we'?re|i am|we are) (?:very |so |really |terribly |extremely )?sorry|(?:i|we|my|our) (?:sincere(?:ly)? )?apologi[sz]e|(?:my|our) (?:sincere(?:st)? )?apologies|sorry (?:to hear|about|for|that)|i (?:completely |totally |fully )?understand (?:your|how|the|that|this)|that (?:sounds|must be) (?:frustrating|annoying))\b[^:]{0,120}$/i,
  /^(?:have a (?:great|good|nice|lovely|wonderful)|enjoy your|take care|bye|goodbye|good ?bye|cheerio|speak soon|all the best|best regards|kind regards|regards|best wishes|yours)\b/i,
  // Holds
  /\b(?:(?:one|1|a|just a|give me a|bear with me|hold on|hang on|wait)\s?(?:moment|sec(?:ond)?|minute|min|mo|tick|couple of minutes|few minutes)|bear with me|let me (?:just )?(?:check|look|see|have a look|take a look|pull|find|verify|confirm|grab|get)|i'?ll (?:just )?(?:check|look|have a look|take a look|find out|pull up|get back)|(?:i'?m|i am) (?:just )?(?:checking|looking|pulling|still checking)|are you still there|still (?:there|with me))\b/i,
  // Asking for details of the case
  /\b(?:(?:can|could|may|would|will) (?:i|you)(?: please| just)?(?: have| get| take| give| send| tell| confirm| provide| share| let me (?:know|have)| dm| pm| email)|what(?:'?s| is| was) (?:the|your)|please (?:provide|confirm|share|send|dm|give|tell|verify)|(?:send|drop|shoot) (?:us|me) (?:a )?(?:dm|pm|direct message|message))\b[^.!]{0,80}\b(?:name|order|e-?mail|number|address|postcode|zip|account|phone|date of birth|serial|reference|dm|details|screenshot|photo|pin|password|security question|answer)\b/i,
  // Done for this customer only: an answer to nobody else
  /\b(?:i(?:'ve| have)|we(?:'ve| have)) (?:just |now |already |also |gone ahead |since |put|sent|issued|refunded|processed|cancelled|canceled|raised|arranged|booked|passed|escalated|added|updated|changed|reset|removed|applied|credited|created|opened|noted|checked|found|located|forwarded|ordered|reported|requested|extended|unlocked|merged)\b/i,
  /\b(?:i'?m|i am|i'?ll|i will|let me) (?:just |now |going to |go ahead and )?(?:send|issue|refund|process|cancel|raise|arrange|book|pass|transfer|escalate|add|update|remove|apply|credit|creat|open|forward|order|report|request|extend|unlock|put|mak)(?:e|ing|ting|ling)?\b/i,
  /^(?:(?:ok(?:ay)?|alright|right|great|done|perfect|good news)[,.! -]*)?(?:and )?i (?:can see|see|found|checked|sent|did|just)\b/i,
  // Greetings, holds and thanks in Spanish, French and German
  /^(?:hola|buen[oa]s (?:días|tardes|noches)|bonjour|bonsoir|salut|hallo|guten (?:tag|morgen|abend)|moin|servus|grüezi)\b[^.?!]{0,60}[.!,]*$/i,
  /^(?:(?:muchas )?gracias|merci|vielen dank|danke)\b[^.?!]{0,80}[.!]*$/i,
  /\b(?:un momento|un moment|un instant|einen (?:kleinen )?(?:moment|augenblick)|en qué puedo ayudar|comment puis-je vous aider|wie kann ich (?:ihnen|dir) helfen|(?:bonne|schönen?|buen) (?:journée|tag|día|abend))\b/i,
];
/** Advice in the form of a question stays; any other question asks the customer and tells nothing. */
const advice =
  /\b(?:have you (?:tried|checked)|did you (?:try|check)|(?:can|could|would) you (?:please |just )?(?:try|check that|make sure|reset|restart|press|hold|open|unplug|switch|turn)|why (?:not|don'?t you) try|mind trying)\b/i;
const signature = /^[\p{Lu}^*~/-][\p{L}.]{0,12}$/u;

/** Said in this share of the conversations, by at least this many of them, a sentence belongs to the house style. */
const houseStyle = { share: 0.15, conversations: 8 };

export interface Boilerplate {
  /** `agentTexts`: what the agents of one conversation said. All have to be learnt before the first sentence is asked about. */
  learn(agentTexts: readonly string[]): void;
  has(sentence: string): boolean;
}

export function createBoilerplate(): Boilerplate {
  const counts = new Map<string, number>();
  let conversations = 0;
  return {
    learn(agentTexts) {
      conversations += 1;
      const said = new Set(agentTexts.flatMap((text) => sentencesOf(text).map(sentenceKey)));
      for (const key of said) counts.set(key, (counts.get(key) ?? 0) + 1);
    },
    has(sentence) {
      const needed = Math.max(houseStyle.conversations, conversations * houseStyle.share);
      return isEmptyTalk(sentence) || (counts.get(sentenceKey(sentence)) ?? 0) >= needed;
    },
  };
}

export function sentencesOf(text: string): string[] {
  return splitSentences(text).map(({ start, end }) => text.slice(start, end));
}

/** The same words with other numbers, names of placeholders or signs are the same sentence. */
function sentenceKey(sentence: string): string {
  return sentence
    .toLowerCase()
    .replace(/\[[a-z]+(?: \d{1,3})?\]|\d+/g, '#')
    .replace(/[^\p{L}#]+/gu, ' ')
    .trim();
}

function isEmptyTalk(sentence: string): boolean {
  // Longer than any courtesy: the patterns were written for short sentences.
  if (sentence.length > 400) return false;
  const words = sentence.match(/\p{L}{2,}/gu)?.length ?? 0;
  if (words < 2 || signature.test(sentence.trim())) return true;
  if (/\?["')\]]*$/.test(sentence) && !advice.test(sentence)) return true;
  return patterns.some((pattern) => pattern.test(sentence));
}
