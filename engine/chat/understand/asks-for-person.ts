// Messages that ask for a person instead of the bot.

const person =
  '(?:(?:a |an |the |some |another )?(?:real |actual |live |human |support |customer service |customer support |service )*(?:person|people|human(?: being)?|agent|representative|rep|advisor|adviser|operator|someone|somebody|staff|support team|customer service|customer support|supervisor|manager|employee)(?: of yours| please)?)';
const requests = [
  new RegExp(
    `\\b(?:talk|speak|chat|connect|connected|transfer|transferred|put|pass|hand|escalate|get|reach|contact|call)\\b[^.?!]{0,24}?\\b(?:to|with|through to|over to|me|on to)\\s+${person}`,
    'i',
  ),
  /\b(?:want|need|give me|get me|let me (?:talk|speak) to|i'?d like|can i (?:have|get))\s+(?:to (?:talk|speak|chat) (?:to|with) )?(?:a |an |the )?(?:real |actual |live |human )+(?:person|human|agent|being|representative|rep|operator)?/i,
  /^\W*(?:human|agent|representative|operator|real person|live agent|person)(?:[\s,]+(?:please|pls|now))?\W*$/i,
  /\b(?:is there|are you|i want|get me|need)\b[^.?!]{0,16}\b(?:an? (?:actual|real|living) (?:person|human)|the (?:person|human)|a real (?:somebody|someone))\b/i,
  /\b(?:some(?:body|one)|a colleague|one of your (?:colleagues|team|people))\b[^.?!]{0,20}\b(?:help me|who knows|ring|call|phone|contact|get back to)\b/i,
  /\b(?:real|actual) (?:somebody|someone|person|human)\b[^.?!]{0,12}\bhelp\b/i,
  /\bcomplain(?:t)?\b[^.?!]{0,20}\b(?:to|with) (?:a |an |your |the )?(?:mana?ger|supervisor|person|human|someone|boss)\b/i,
  /\b(?:hablar|comunicarme|contactar)\b[^.?!]{0,20}\b(?:persona|agente|humano|alguien|representante)\b/i,
  /\bparler\b[^.?!]{0,20}\b(?:personne|humain|conseiller|agent|quelqu['’]un)\b/i,
  /\b(?:mensch(?:en)?|mitarbeiter(?:in)?|berater(?:in)?|jemande[nm])\b[^.?!]{0,20}\b(?:sprechen|reden|schreiben|verbinden)\b/i,
];
const refusals =
  /\b(?:don'?t|do not|no need to|without|rather not|not) (?:want |need |have |having )?(?:to )?(?:talk|speak|talking|speaking|call|calling)\b/i;
/** A request needs a verb of talking or a plain demand: "how do I add an agent to my account" asks for no person. */
export function asksForPerson(text: string): boolean {
  return !refusals.test(text) && requests.some((pattern) => pattern.test(text));
}
