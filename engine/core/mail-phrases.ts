// How mail programs and people begin, end and quote a mail, in the languages that support desks meet most. Patterns are asked about one
// short line or paragraph at a time, so none can be slow.

/** What stands alone on the line above a quoted or forwarded mail, between dashes or not. */
const quoteTitles =
  'original message|original[- ]?nachricht|ursprüngliche nachricht|forwarded message|begin forwarded message|weitergeleitete nachricht|anfang der weitergeleiteten nachricht|' +
  "message d['’]origine|message original|(?:e-?mail|mail|courriel) original|message initial|message transféré|message transmis|début du message (?:transféré|réexpédié)|" +
  'mensaje original|mensaje reenviado|inicio del mensaje reenviado|mensagem original|mensagem encaminhada|início da mensagem encaminhada|' +
  'messaggio originale|messaggio inoltrato|inizio messaggio inoltrato|oorspronkelijk bericht|doorgestuurd bericht|begin doorgestuurd bericht|' +
  'oprindelig meddelelse|oprindelig besked|videresendt besked|ursprungligt meddelande|vidarebefordrat meddelande|opprinnelig melding|videresendt melding|' +
  'wiadomość oryginalna|oryginalna wiadomość|przekazana wiadomość|исходное сообщение|пересылаемое сообщение|orijinal mesaj|' +
  '原始邮件|原始郵件|转发的邮件|转发邮件|元のメッセージ|転送されたメッセージ';
export const quoteTitle = new RegExp(
  `^[\\s*_—–-]*(?:${quoteTitles})[\\s*_:：—–-]*$|^>{2,} .{5,120} >{2,}$`,
  'iu',
);

/** "Reply above this line": what is below it is not this mail's. */
export const replyMarker =
  /^[\s#*_—–-]*(?:please )?(?:(?:type|write|enter) your )?reply (?:above|over) this line[\s#*_.—–-]*$|^[\s#*_—–-]*(?:bitte )?antworten sie (?:bitte )?(?:oberhalb|über) dieser (?:linie|zeile)[\s#*_.—–-]*$|^[\s#*_—–-]*(?:veuillez )?(?:répondre|saisir votre réponse) au-dessus de cette ligne[\s#*_.—–-]*$|^[\s#*_—–-]*(?:por favor,? )?(?:escriba su respuesta|responda) (?:por )?encima de esta línea[\s#*_.—–-]*$|^[\s#*_—–-]*(?:por favor,? )?(?:escreva (?:a )?sua resposta|responda) acima desta linha[\s#*_.—–-]*$/iu;

/** Verbs of the line that programs put above a quotation: "On … wrote:", "Am … schrieb …:", "Le … a écrit :". */
export const wroteVerb =
  /(?<!\p{L})(?:wrote|writes|schrieb|schreibt|geschrieben|(?:a|à) écrit|escribió|escribio|escreveu|ha scritto|schreef|heeft geschreven|skrev|kirjoitti|napisała?(?:\(a\))?|pisze|napsala?|írta|a scris|yazdı|написала?|пишет)(?!\p{L})|写道|寫道|のメッセージ|님이 작성|작성/iu;
/** And how such a line begins, where it has no verb: a day or an address before the colon. */
export const datedAddress = /(?:\b(?:19|20)\d{2}\b|\b\d{1,2}[:.h]\d{2}\b)/u;

/** Labels of the block of headers above a mail, by what they stand for. */
export const headerLabels: readonly (readonly ['from' | 'sent' | 'to' | 'subject', RegExp])[] = [
  [
    'from',
    /^(?:from|von|de|expéditeur|remitente|da|mittente|van|od|fra|från|lähettäjä|от|kimden|发件人|寄件者|差出人|보낸 사람)$/iu,
  ],
  [
    'sent',
    /^(?:sent|date|gesendet(?: am)?|datum|envoyé(?: le)?|date d['’]envoi|enviado(?: el| em)?|enviada em|fecha|data|inviato|verzonden|wysłano|sendt|dato|skickat|lähetetty|отправлено|дата|gönderme tarihi|发送时间|寄件日期|日期|送信日時|日付|보낸 날짜)$/iu,
  ],
  [
    'to',
    /^(?:to|an|à|a|para|aan|do|til|till|vastaanottaja|кому|kime|收件人|收件者|宛先|받는 사람|cc|bcc|kopie|copie|copia|cópia|抄送|副本|reply-to|antwort an)$/iu,
  ],
  [
    'subject',
    /^(?:subject|betreff|objet|asunto|assunto|oggetto|onderwerp|temat|emne|ämne|aihe|тема|konu|主题|主旨|件名|제목)$/iu,
  ],
];

const thanks =
  "thanks?|thank you|many thanks|thanks again|thanks in advance|cheers|best|danke|vielen dank|besten dank|danke (?:ihnen|dir|im voraus)|merci|merci d['’]avance|merci beaucoup|gracias|muchas gracias|de antemano,? gracias|obrigad[oa]|muito obrigad[oa]|grazie|grazie mille|bedankt|alvast bedankt|tack|takk|tak|dziękuję";
const regards =
  '(?:many )?thanks (?:&|and) (?:best |kind )?regards|(?:with )?(?:my |our )?(?:best|kind|kindest|warm|warmest|many|friendly|sincere|with)? ?(?:regards|wishes|greetings)|best|regards|(?:yours|sincerely|faithfully|respectfully|truly|cordially)(?: (?:yours|sincerely|faithfully|truly))?|all the best|take care|cheers|' +
  '(?:mit |viele |beste |liebe |schöne |herzliche |freundliche |sonnige )*(?:freundlichen |besten |herzlichen |vielen |lieben )?gr(?:ü|u|ue)(?:ß|ss)(?:e|en)?(?: aus \\p{L}+)?|mfg|lg|vg|hochachtungsvoll|' +
  '(?:bien |très |sincèrement )?cordialement|bien à (?:vous|toi)|(?:sincères |meilleures |cordiales |bonnes )salutations|(?:meilleurs|sincères) (?:messages|sentiments)|salutations(?: distinguées)?|amicalement|respectueusement|bonne (?:journée|soirée|fin de journée)|' +
  '(?:un |muchos |reciba un |con un )?(?:cordial(?:es)?|atentos?|afectuosos?)? ?saludos?(?: cordial(?:es)?| atent[oa]s?)?|atentamente|(?:un )?abrazos?|' +
  '(?:com os |os |meus |nossos )?(?:melhores |cordiais |atenciosos )?cumprimentos|atenciosamente|att|cordialmente|abraços?|saudações|' +
  '(?:cordiali|distinti|cari) saluti|cordialmente|saluti|' +
  '(?:met )?(?:vriendelijke|hartelijke|beste) groet(?:en)?|mvg|groet(?:jes|en)?|(?:med )?(?:vänliga?|venlig|vennlig) hils(?:ning(?:ar)?|en)|hälsningar|mvh|vh|' +
  'z poważaniem|pozdrawiam|с уважением|saygılarımla|此致|祝好|よろしくお願い(?:いた)?します|敬具';
/** Ends a mail, whatever follows. */
export const valediction = new RegExp(`^(?:${regards})(?:\\s?[/|]\\s?(?:${regards}))?[\\s,.!:;–—-]*$`, 'iu');
/** On one line with the name: "Kind regards, Tom Ash". */
export const valedictionWithName = new RegExp(
  `^(?:${regards})(?:[,.!–—-]|\\s)\\s*(?:(?:[Ii]hr?e?|[Yy]our|[Vv]otre) )?(?:\\p{Lu}[\\p{L}.'’-]*)(?:\\s\\p{Lu}[\\p{L}.'’-]*){0,3}[\\s.]*$`,
  'u',
);
/** Ends a mail only where nothing follows: "Thanks, Ada" may begin one. */
export const partingWithName = new RegExp(
  `^(?:${thanks}),? (?:\\p{Lu}[\\p{L}.'’-]*)(?: \\p{Lu}[\\p{L}.'’-]*){0,3}[\\s.]*$`,
  'iu',
);
/** Ends a mail only where a name follows: "Thanks," may begin one. */
export const parting = new RegExp(`^(?:${thanks})[\\s,.!:;–—-]*$`, 'iu');

/** What programs add below a mail. */
export const sentFrom =
  /^[\s*_(<[–—-]*(?:sent (?:from|via|with|using) |get outlook for |download outlook |von mein\S{0,12} .{2,40} gesendet|gesendet (?:von|mit|über|aus) |diese nachricht wurde von mein|holen sie sich outlook|outlook für |(?:envoyé|écrit) (?:de(?:puis)?|à partir d[e’']?|avec|par|via) |obtenez outlook|obtenir outlook|télécharger outlook|enviado (?:desde|con|a partir|do|da|de|pelo|via|por|através) |enviada (?:do|pelo|a partir) |obtener outlook|obtenga outlook|obter o outlook|baixe o outlook|inviato (?:da|dal|con) |scarica outlook|ottieni outlook|verstuurd vanaf |verzonden (?:vanaf|met|vanuit) |outlook voor |skickat från |sendt fra |lähetetty |wysłan[eoy] z |отправлено (?:с|из) |发自我的|發自我的|(?:iphone|ipad|android).{0,10}から送信)/iu;
/** Sent from what: other sentences begin with such words, too ("Sent from the warehouse it takes three days."). */
export const deviceOrApp =
  /phone|pad\b|android|outlook|mail|galaxy|samsung|huawei|xiaomi|blackberry|mobile|mobil|móvil|móvel|handy|smartphone|portable|téléphone|teléfono|telemóvel|celular|telefon|app\b|tablet|device|gerät|从我的|发自我的|發自我的|から送信/iu;

/** Paragraphs that are in every mail of a company and concern nobody's question. */
export const notices: readonly RegExp[] = [
  /(?:confidential|privileged|vertraulich|confidentiel|confidencia|riservat|vertrouwelijk|fortrolig|konfidentiell|poufn)[\s\S]{0,400}(?:intended|addressee|recipient|in error|privileged|unauthori[sz]ed|bestimmt|empfänger|adressat|irrtümlich|unbefugt|destinat|erreur|erróneamente|por error|por engano|por erro|errore|geadresseerde|bestemd)/iu,
  /(?:intended (?:only|solely)? ?for|(?:only|solely) for the (?:use of the )?(?:addressee|recipient|person)|ausschließlich für den (?:adressaten|empfänger)|bestimmt (?:nur|ausschließlich) für|(?:exclusivement|uniquement) (?:destiné|à l['’](?:usage|attention))|(?:exclusivamente|únicamente|solo) (?:a|para) (?:su|el|o|seu|la|la persona|las personas)? ?(?:destinatari|persona|uso))[\s\S]{0,400}(?:error|delete|destroy|notify|irrtümlich|löschen|vernichten|erreur|supprimer|détruire|eliminar|elimine|borr|apag)/iu,
  /(?:received|erhalten|reçu|recibido|recebido|recebeu|ricevuto|ontvangen)[\s\S]{0,60}(?:in error|by mistake|irrtümlich|versehentlich|par erreur|por error|por engano|por erro|per errore)[\s\S]{0,200}(?:delete|destroy|notify|lösch|vernicht|informieren|supprim|détrui|averti|elimin|borr|avis|apag|exclu|distrugg)/iu,
  /(?:e-?mail|message|nachricht|messages?|mensaje|mensagem|correo)[\s\S]{0,60}(?:irrtümlich|versehentlich|par erreur|por error|por engano|by mistake|in error)[\s\S]{0,80}(?:erhalten|reçu|recib|receb|received)/iu,
  /(?:consider the environment|think (?:of|about) the environment|before (?:you )?print|umwelt.{0,60}ausdruck|ausdruck.{0,40}umwelt|bevor sie diese e-?mail (?:aus)?drucken|avant d['’]imprimer|antes de imprimir|prima di stampare)/iu,
  /^\W*(?:caution|warning|achtung|vorsicht|attention|atención|atenção)\b[\s\S]{0,60}(?:external|extern|outside|externe|externo)/iu,
  /(?:this (?:e-?mail|message) (?:has been|was|is) (?:scanned|checked)|virus-?free|diese e-?mail wurde (?:von|auf viren)|virenfrei|sans virus|libre de virus|livre de vírus)/iu,
  /(?:company (?:no|number|reg)|registered (?:office|in england|company|number)|registergericht|amtsgericht|handelsregister|firmenbuch|\bhr[ab] ?\d|geschäftsführ(?:er|ung|erin)\s*:|sitz der gesellschaft|ust-?id|steuernummer|\bsiret\b|\brcs [A-Z]|au capital (?:social )?de|registro mercantil|\bcif ?:|\bcnpj\b)/iu,
  /^\W*(?:unsubscribe|abmelden|se désabonner|darse de baja|cancelar inscrição)\W*$/iu,
];

/** A line of a business card: a number or an address behind its label. */
export const contactLine =
  /^[\s|•·*_-]*(?:t|tel|telephone|telefon|tél|téléphone|teléfono|phone|fon|f|fax|m|mob|mobile|mobil|handy|móvil|portable|cell|direct|durchwahl|e|e-?mail|mail|correo|w|web|website|www|internet|skype)\s?[.:]{1,2}\s?(?:[+(\d]|\S+@\S|https?:|www\.|\S+\.\p{L}{2,})|^[\s|•·*_-]*(?:https?:\/\/|www\.)\S+\s*$|^[\s|•·*_<[-]*[\w.+-]+@[\w.-]+\.\w+[\s>\]]*$|^[\s|•·*_-]*(?:\+\d|\(?0\d)[\d\s()./-]{6,20}$/iu;
/** Several things on one line, set apart: "Customer Care | Quell GmbH | Musterweg 3". */
export const cardLine = /(?:\s[|•·]\s.{1,60}){2}|\s[|•·]\s.{0,60}(?:@|www\.|https?:|\d{3})/u;

const greetings =
  'hello|hi|hey|hiya|dear|good (?:day|morning|afternoon|evening)|greetings|' +
  'hallo|hi|moin|servus|grüezi|guten (?:tag|morgen|abend)|liebe[rs]?|sehr geehrte[rs]?|lieber? (?:herr|frau)|werte[rs]?|' +
  'bonjour|bonsoir|salut|coucou|chère?s?|' +
  'hola|buen[oa]s (?:días|tardes|noches)|buenas|estimad[oa]s?|querid[oa]s?|apreciad[oa]s?|' +
  'olá|oi|bom dia|boa (?:tarde|noite)|car[oa]s?|prezad[oa]s?|exm[oa]s?\\.?|' +
  'ciao|buongiorno|buonasera|salve|gentile|egregio|spett\\.?(?:le)?|' +
  'beste|geachte|goede(?:morgen|middag|navond)|goedemiddag|dag|hej|hei|kære|bästa|cześć|dzień dobry|witam|szanown[aey]|здравствуйте|добрый день|merhaba|sayın|您好|你好|尊敬的|こんにちは';
export const greeting = new RegExp(`^(?:${greetings})(?!\\p{L})`, 'iu');
const titles =
  'mr mrs ms mx miss dr prof sir madam herr herrn frau damen herren monsieur madame mme mlle messieurs señor señora señores sr sra sres srta senhor ' +
  'senhora sig signor signora heer mevrouw pan pani there all team everyone everybody zusammen alle todos tous cliente customer support again ' +
  'nochmals noch einmal and und et y e à a und & ladies gentlemen guys folks';
const titleWords = titles
  .split(' ')
  .flatMap((word) => [word, word[0]!.toUpperCase() + word.slice(1)])
  .join('|');
/** Whom a greeting is for: names, titles, or one word before a comma. What goes on in small letters is the mail. */
export const addressee = new RegExp(
  `^(?:(?:[ ,]{1,3}(?:(?:${titleWords})(?!\\p{L})\\.?|\\p{Lu}[\\p{L}'’-]{0,30}\\.?|\\[[A-Z]{2,12}\\])){0,6}|[ ]\\p{Ll}{2,20}(?=[,!]))\\s{0,3}([,.!:;–—-]{0,3})(?:\\s+|$)`,
  'u',
);

/** Nothing but a name: one to five words with capitals, as people sign. */
export const nameLine =
  /^[\s*_–—~/^-]{0,4}(?:i\. ?[AV]\. ?)?(?:\p{Lu}[\p{L}'’-]{0,30}\.?)(?:[ ](?:\p{Lu}[\p{L}'’-]{0,30}\.?|van|von|de|da|der|und|and|&|\|)){0,5}(?: \([\p{L}/ ]{2,20}\))?[\s*_,.!]{0,3}$/u;
/** A line of a signature that is no sentence: a function, a company, a street. */
export const cardRest = /^(?![\s]*(?:[-*•–]|\d{1,3}[.)])\s)[^.!?:;]{2,50}$/u;
