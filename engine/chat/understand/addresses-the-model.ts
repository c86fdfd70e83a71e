// Messages that talk to a language model rather than to a help desk.

const attacks = [
  /\b(?:ignore|disregard|forget|override|bypass)\b[^.?!]{0,30}\b(?:previous|prior|above|earlier|all|your|these|the)\b[^.?!]{0,20}\b(?:instructions?|rules?|prompts?|guidelines?|directions?)\b/i,
  /\b(?:repeat|print|reveal|show|output|translate|give me|tell me|what (?:is|are|was|were)|put)\b[^?!]{0,40}\b(?:your (?:system |hidden |initial |secret |own )(?:prompt|instructions|rules)|your prompt|your instructions (?:word for word|verbatim|exactly|in full)|system prompt|hidden (?:text|prompt|instructions)|everything above|(?:text|words?|lines?) above)\b/i,
  /\byou are (?:now|no longer) (?:in |an? |the )?[^.?!]{0,30}\b(?:mode|model|assistant|ai|dan|unrestricted|jailbroken|free)\b/i,
  /\b(?:pretend|act as if|imagine|role-?play)\b[^.?!]{0,30}\b(?:unrestricted|no rules|without (?:any )?(?:rules|restrictions)|jailbreak|another (?:ai|model))\b/i,
  /<\|(?:im_start|im_end|system|endoftext)\|>|\[\/?INST\]|<<\/?SYS>>|<\/?(?:system|context|passage|conversation)>/i,
  /\b(?:developer|debug|god|admin) mode\b/i,
  // Marks of a chat format, written by hand.
  /\[\/?(?:system|assistant)\]|\bend of (?:the )?(?:customer|user|system) (?:message|input|prompt|turn)\b/i,
  // Something unreadable, and an order to obey it.
  /\b(?:decode|decipher|decrypt|unscramble|decompress)\b[^?!]{0,60}\b(?:and|then)\b[^.?!]{0,12}\b(?:do what|do as|follow|obey|execute|carry out|act on)\b/i,
  // The machine itself: which model, its set-up, its index, its keys.
  /\b(?:which|what|whose)\b[^.?!]{0,24}\b(?:language model|AI model|LLM|GPT)\b[^.?!]{0,16}\b(?:are you|you are|do you|you use)\b/i,
  /\b(?:write out|print|dump|show|list|reveal|output|repeat|export)\b[^.?!]{0,24}\byour (?:own |whole |full |internal )?(?:configuration|set-?up|index|knowledge base|training data|vector (?:store|database)|passages)\b/i,
  /\b(?:documents?|files?|passages?|chunks?|entries)\b[^.?!]{0,12}\b(?:in|of|from) your (?:index|vector (?:store|database)|training data|context)\b/i,
  /\b(?:api[- ]?key|key|token|secret|credential|password)s?\b[^.?!]{0,8}\b(?:you use|do you use|you(?: a|['’])re using|you were given)\b/i,
  /\b(?:words?|topics?|phrases?|subjects?)\b[^.?!]{0,12}\byou\b[^.?!]{0,12}\b(?:allowed|permitted|forbidden|told not|instructed)\b/i,
  // The form of the reply, as only a machine would be told it.
  /\b(?:write|give|format|return|output|send|render|encode)\b[^.?!]{0,12}\b(?:your|the) (?:reply|answer|response|output)\b[^.?!]{0,16}\b(?:as|in|with)\b[^.?!]{0,8}\b(?:HTML|JSON|XML|YAML|SVG|base64|hex|morse|markdown|iframe)\b/i,
  /^\W*(?:please )?(?:repeat|say|send|write|print)\b[^?!]{0,60}\b(?:\d{2,}|a? ?(?:hundred|thousand|million)) times\b/i,
  // Texts of any kind, to order.
  /^\W*(?:(?:please|can you|could you|i want you to|help me(?: to)?)[\s,]+)*(?:write|compose|draft)(?: me| us)? (?:a|an|the|some|my)\b[^.?!]{0,30}\b(?:poem|haiku|limerick|lyrics|story|essay|advert(?:isement)?|slogan|press release|(?:bad|fake|negative|nasty) reviews?|love letter|novel)\b/i,
];
/** Invisible letters say something to machines alone. Flags such as Scotland's are made of them, too. */
const flags = /\u{1F3F4}[\u{E0020}-\u{E007E}]+\u{E007F}/gu;
const invisible = /[\u{E0020}-\u{E007F}]|(?:\p{L}[\u200B\u2060\uFEFF]){4}/u;

/**
 * The commonest families of attacks (OWASP LLM01, LLM02, LLM07; garak promptinject, sysprompt_extraction, smuggling). A convenience that
 * gives such messages a friendly refusal: safety does not rest on it, since there are no secrets in the prompt, agents-only text is never
 * retrieved, and the output filter does not read the question. Of 14,670 questions (banking77 and three help centres) it stops none.
 * The patterns were written with the attacks of the safety suite in view, of which they know 62 of 143; of 36 others, written later, 4.
 */
export function addressesTheModel(text: string): boolean {
  return invisible.test(text.replace(flags, '')) || attacks.some((pattern) => pattern.test(text));
}
