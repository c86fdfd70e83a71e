// Mails as desks export them, and what of each is the sender's own. Six languages in the forms that eleven mail programs write, and
// mails that are odd, or only look like mails.

export interface LabelledMail {
  readonly name: string;
  readonly mail: string;
  /** What the sender wrote. */
  readonly own: string;
}

interface Language {
  readonly salutation: string;
  /** Begins in small letters where the language goes on so after the salutation. */
  readonly reply: string;
  readonly valediction: string;
  readonly thanks: string;
  readonly quoted: string;
  readonly gmail: string;
  readonly apple: string;
  readonly dashes: string;
  readonly forwarded: string;
  readonly headers: readonly [from: string, sent: string, to: string, subject: string];
  readonly phone: string;
  readonly outlookMobile: string;
  readonly notice: string;
}

const languages: Readonly<Record<string, Language>> = {
  en: {
    salutation: 'Hi Mara,',
    reply: 'take the lid off and rinse the sieve. Then press the green key twice.',
    valediction: 'Kind regards,',
    thanks: 'Thanks,',
    quoted: 'My coffee comes out cold and my door code is 5561.',
    gmail: 'On Tue, Mar 5, 2024 at 9:12 AM Mara Velt <mara.velt@post.example> wrote:',
    apple: 'On 5 Mar 2024, at 09:12, Mara Velt wrote:',
    dashes: '-----Original Message-----',
    forwarded: '---------- Forwarded message ---------',
    headers: ['From', 'Sent', 'To', 'Subject'],
    phone: 'Sent from my iPhone',
    outlookMobile: 'Get Outlook for Android<https://aka.example/a>',
    notice:
      'This e-mail and any attachment are confidential and intended solely for the addressee. If you have received it in error, please notify the sender and delete it.',
  },
  de: {
    salutation: 'Sehr geehrte Frau Velt,',
    reply: 'nehmen Sie den Deckel ab und spülen Sie das Sieb. Drücken Sie dann zweimal die grüne Taste.',
    valediction: 'Mit freundlichen Grüßen',
    thanks: 'Vielen Dank',
    quoted: 'Mein Kaffee ist kalt und mein Türcode ist 5561.',
    gmail: 'Am Di., 5. März 2024 um 09:12 Uhr schrieb Mara Velt <mara.velt@post.example>:',
    apple: 'Am 05.03.2024 um 09:12 schrieb Mara Velt:',
    dashes: '-----Ursprüngliche Nachricht-----',
    forwarded: '---------- Weitergeleitete Nachricht ---------',
    headers: ['Von', 'Gesendet', 'An', 'Betreff'],
    phone: 'Von meinem iPhone gesendet',
    outlookMobile: 'Holen Sie sich Outlook für Android<https://aka.example/a>',
    notice:
      'Diese E-Mail enthält vertrauliche Informationen. Wenn Sie nicht der richtige Adressat sind oder diese E-Mail irrtümlich erhalten haben, löschen Sie sie bitte.',
  },
  fr: {
    salutation: 'Bonjour Madame Velt,',
    reply: 'retirez le couvercle et rincez le filtre. Appuyez ensuite deux fois sur la touche verte.',
    valediction: 'Bien cordialement,',
    thanks: 'Merci,',
    quoted: 'Mon café est froid et le code de ma porte est 5561.',
    gmail: 'Le mar. 5 mars 2024 à 09:12, Mara Velt <mara.velt@post.example> a écrit :',
    apple: 'Le 5 mars 2024 à 09:12, Mara Velt a écrit :',
    dashes: "-----Message d'origine-----",
    forwarded: '---------- Message transféré ---------',
    headers: ['De', 'Envoyé', 'À', 'Objet'],
    phone: 'Envoyé de mon iPhone',
    outlookMobile: 'Obtenez Outlook pour Android<https://aka.example/a>',
    notice:
      'Ce message est confidentiel et destiné exclusivement à son destinataire. Si vous l’avez reçu par erreur, merci de le supprimer.',
  },
  es: {
    salutation: 'Hola Mara:',
    reply: 'quite la tapa y enjuague el filtro. Después pulse dos veces la tecla verde.',
    valediction: 'Un cordial saludo,',
    thanks: 'Gracias,',
    quoted: 'Mi café sale frío y el código de mi puerta es 5561.',
    gmail: 'El mar, 5 mar 2024 a las 9:12, Mara Velt (<mara.velt@post.example>) escribió:',
    apple: 'El 5 mar 2024, a las 9:12, Mara Velt escribió:',
    dashes: '-----Mensaje original-----',
    forwarded: '---------- Mensaje reenviado ---------',
    headers: ['De', 'Enviado el', 'Para', 'Asunto'],
    phone: 'Enviado desde mi iPhone',
    outlookMobile: 'Obtener Outlook para Android<https://aka.example/a>',
    notice:
      'Este mensaje es confidencial y se dirige exclusivamente a su destinatario. Si lo ha recibido por error, le rogamos que lo elimine.',
  },
  pt: {
    salutation: 'Olá Mara,',
    reply: 'retire a tampa e lave o filtro. Depois prima duas vezes a tecla verde.',
    valediction: 'Atenciosamente,',
    thanks: 'Obrigado,',
    quoted: 'O meu café sai frio e o código da minha porta é 5561.',
    gmail: 'Em ter., 5 de mar. de 2024 às 09:12, Mara Velt <mara.velt@post.example> escreveu:',
    apple: 'Em 5 de mar. de 2024, às 09:12, Mara Velt escreveu:',
    dashes: '-----Mensagem original-----',
    forwarded: '---------- Mensagem encaminhada ---------',
    headers: ['De', 'Enviada em', 'Para', 'Assunto'],
    phone: 'Enviado do meu iPhone',
    outlookMobile: 'Obter o Outlook para Android<https://aka.example/a>',
    notice:
      'Esta mensagem é confidencial e destina-se apenas ao seu destinatário. Se a recebeu por engano, elimine-a e avise o remetente.',
  },
  it: {
    salutation: 'Gentile signora Velt,',
    reply: 'tolga il coperchio e sciacqui il filtro. Poi prema due volte il tasto verde.',
    valediction: 'Cordiali saluti',
    thanks: 'Grazie,',
    quoted: 'Il mio caffè è freddo e il codice della mia porta è 5561.',
    gmail: 'Il giorno mar 5 mar 2024 alle ore 09:12 Mara Velt <mara.velt@post.example> ha scritto:',
    apple: 'Il giorno 5 mar 2024, alle ore 09:12, Mara Velt ha scritto:',
    dashes: '-----Messaggio originale-----',
    forwarded: '---------- Messaggio inoltrato ---------',
    headers: ['Da', 'Inviato', 'A', 'Oggetto'],
    phone: 'Inviato da iPhone',
    outlookMobile: 'Scarica Outlook per Android<https://aka.example/a>',
    notice:
      'Questo messaggio è riservato ed è destinato esclusivamente al destinatario. Se lo ha ricevuto per errore, la preghiamo di eliminarlo.',
  },
};

const name = 'Ole Brandt';
const card = `${name}\nSupport | Kaffa GmbH | Lindweg 12, 8010 Graz | www.kaffa.example\nTel: +43 316 555 0199`;

function formsOf(code: string, words: Language): LabelledMail[] {
  const { salutation, reply, valediction, thanks, quoted, gmail, apple, dashes, forwarded, headers, phone } =
    words;
  const own = reply[0]!.toUpperCase() + reply.slice(1);
  const opened = `${salutation}\n\n${reply}`;
  const marked = `> ${quoted}\n>\n> Mara Velt`;
  const [from, sent, to, subject] = headers;
  const block = `${from}: Mara Velt <mara.velt@post.example>\n${sent}: 5. 3. 2024 09:12\n${to}: Support\n${subject}: Re: Kaffa 3`;
  const wrapped = gmail.replace(' <', '\n<').replace(' (<', '\n(<');
  const sentences = reply.split(/(?<=\.) /);
  const form = (program: string, mail: string, expected = own) => ({
    name: `${code}: ${program}`,
    mail,
    own: expected,
  });
  return [
    form('Gmail', `${opened}\n\n${valediction}\n${name}\n\n${gmail}\n${marked}`),
    form('Gmail, wrapped line and card', `${opened}\n\n${valediction}\n${card}\n\n${wrapped}\n\n${marked}`),
    form(
      'Apple Mail, quotation without marks',
      `${opened}\n\n${thanks}\n${name}\n\n${apple}\n\n${quoted}\nMara`,
    ),
    form(
      'Outlook',
      `${opened}\n\n${valediction}\n\n${card}\n\n${words.notice}\n\n________________________________\n${block}\n\n${quoted}`,
    ),
    form(
      'Outlook with CRLF and dashes',
      `${opened}\n\n${name}\n\n${dashes}\n${block}\n\n${quoted}`.replaceAll('\n', '\r\n'),
    ),
    form('Outlook, bold headers', `${opened}\n\n${block.replace(/^([^:\n]+):/gm, '*$1:*')}\n\n${quoted}`),
    form('a phone', `${opened}\n\n${phone}\n\n${apple}\n\n${marked}`),
    form(
      'Outlook on a phone',
      `${opened}\n\n${words.outlookMobile}\n________________________________\n${block}\n${quoted}`,
    ),
    form('a forwarded mail below', `${opened}\n\n-- \n${card}\n\n${forwarded}\n${block}\n\n${quoted}`),
    form(
      'an answer below the quotation',
      `${gmail}\n${marked}\n\n${opened}\n\n${valediction}\n${name}\n\n${words.notice}`,
    ),
    form(
      'answers between quoted lines',
      `${salutation}\n\n> ${quoted}\n${sentences[0]}\n\n> ${quoted}\n${sentences[1]}\n\n${valediction}\n${name}`,
      `${own.split(/(?<=\.) /)[0]}\n\n${sentences[1]}`,
    ),
    form(
      'HTML of Gmail',
      `<div dir="ltr"><p>${salutation}</p><p>${reply}</p><div class="gmail_signature">${name}<br>Kaffa</div></div><div class="gmail_quote"><div class="gmail_attr">${gmail.replace(/</g, '&lt;').replace(/>/g, '&gt;')}</div><blockquote>${quoted}</blockquote></div>`,
    ),
    form(
      'HTML of Outlook',
      `<html><body><div><p>${salutation}<o:p></o:p></p><p>${reply}&nbsp;</p><p>${valediction}<br>${name}</p><div id="divRplyFwdMsg"><b>${from}:</b> Mara Velt<br><b>${sent}:</b> 5. 3. 2024 09:12<br><b>${to}:</b> Support<br><b>${subject}:</b> Kaffa 3</div><div>${quoted}</div></div></body></html>`,
    ),
    form(
      'HTML without marks',
      `<p>${salutation}</p><p>${reply}</p><p>${valediction}<br>${name}</p><p><b>${from}:</b> Mara Velt<br><b>${sent}:</b> 5. 3. 2024 09:12<br><b>${to}:</b> Support<br><b>${subject}:</b> Kaffa 3</p><p>${quoted}</p>`,
    ),
  ];
}

const odd: LabelledMail[] = [
  {
    name: 'nothing but a quotation',
    mail: 'On Tue, Mar 5, 2024 at 9:12 AM Mara <m@post.example> wrote:\n> It is cold.',
    own: '',
  },
  { name: 'a greeting alone', mail: 'Hello Ole,', own: '' },
  { name: 'a chat in one line', mail: 'hi my kettle drips and smells', own: 'hi my kettle drips and smells' },
  {
    name: 'a name in the greeting of a chat',
    mail: 'Hi Mara! Press the green key twice.',
    own: 'Press the green key twice.',
  },
  {
    name: 'thanks that end nothing',
    mail: 'Thanks,\n\nbut the key is still red and the lid does not close.',
    own: 'Thanks,\n\nbut the key is still red and the lid does not close.',
  },
  {
    name: 'labels of a form',
    mail: 'Fill in the form as follows.\nFrom: the first day\nTo: the last day\nThen press Save.',
    own: 'Fill in the form as follows.\nFrom: the first day\nTo: the last day\nThen press Save.',
  },
  {
    name: 'a word for writing in a sentence',
    mail: 'On the display it then wrote: error. Press the green key.',
    own: 'On the display it then wrote: error. Press the green key.',
  },
  {
    name: 'steps',
    mail: '1. Open the lid.\n2. Rinse the sieve.\n\nBest results come with cold water.',
    own: '1. Open the lid.\n2. Rinse the sieve.\n\nBest results come with cold water.',
  },
  {
    name: 'confidential as a subject',
    mail: 'Mark the folder as confidential under Settings, so that only the owner opens it.',
    own: 'Mark the folder as confidential under Settings, so that only the owner opens it.',
  },
  {
    name: 'sent from a place',
    mail: 'Sent from the warehouse it takes three days, from a shop one day.',
    own: 'Sent from the warehouse it takes three days, from a shop one day.',
  },
  {
    name: 'a reply marker',
    mail: 'Press the green key twice.\n\n##- Please type your reply above this line -##\n\nYour request has been updated. My door code is 5561.',
    own: 'Press the green key twice.',
  },
  {
    name: 'a reply marker on top',
    mail: '##- Please type your reply above this line -##\n\nMy kettle drips.',
    own: 'My kettle drips.',
  },
  {
    name: 'no verb above the quotation',
    mail: 'Press the green key.\n\n2024-03-05 9:12 GMT+01:00 Mara Velt <mara@post.example>:\n\n> It is cold.',
    own: 'Press the green key.',
  },
  {
    name: 'the name first',
    mail: 'Press the green key.\n\nMara Velt <mara@post.example> schrieb am Di., 5. März 2024, 09:12:\n\n> Es ist kalt.',
    own: 'Press the green key.',
  },
  {
    name: 'headers on one line',
    mail: 'Press the green key.\n\nFrom: Mara Velt Sent: 5 March 2024 To: Support Subject: cold\nIt is cold.',
    own: 'Press the green key.',
  },
  {
    name: 'Chinese',
    mail: '请按绿色键两次。\n\nMara <mara@post.example> 于2024年3月5日周二 09:12写道：\n\n> 很冷。',
    own: '请按绿色键两次。',
  },
  {
    name: 'Japanese',
    mail: '緑のボタンを二回押してください。\n\n2024年3月5日(火) 9:12 Mara <mara@post.example>:\n\n> 冷たいです。',
    own: '緑のボタンを二回押してください。',
  },
  {
    name: 'Dutch',
    mail: 'Beste Mara,\n\ndruk twee keer op de groene knop.\n\nMet vriendelijke groet,\nOle\n\nOp di 5 mrt 2024 om 09:12 schreef Mara Velt <mara@post.example>:\n\n> Het is koud.',
    own: 'Druk twee keer op de groene knop.',
  },
  {
    name: 'a quoted line that was wrapped',
    mail: '> My coffee comes out cold and it is the third time now that the door\ncode 5561 has to be given\n\nPress the green key.',
    own: 'Press the green key.',
  },
  {
    name: 'a name and a name alone',
    mail: 'Press the green key twice.\n\nOle',
    own: 'Press the green key twice.',
  },
  {
    name: 'the environment',
    mail: 'Press the green key twice.\n\nPlease consider the environment before printing this e-mail.',
    own: 'Press the green key twice.',
  },
  {
    name: 'a register',
    mail: 'Drücken Sie die grüne Taste.\n\nKaffa GmbH, Sitz der Gesellschaft: Graz, Geschäftsführer: Ole Brandt',
    own: 'Drücken Sie die grüne Taste.',
  },
  {
    name: 'initials of entities',
    mail: 'Choose &quot;Rinse &amp; dry&quot; and wait.',
    own: 'Choose "Rinse & dry" and wait.',
  },
  {
    name: 'a tag that is the subject',
    mail: 'Write <head> in front of the script, and close nothing.',
    own: 'Write <head> in front of the script, and close nothing.',
  },
];

/** How other programs begin a quotation. */
const heads = [
  'On Tuesday, March 5, 2024, 09:12:33 AM GMT+1, Mara Velt <mara@post.example> wrote:',
  'On 05/03/2024 09:12, Mara Velt wrote:',
  'Am 05.03.24 um 09:12 schrieb Mara Velt:',
  'El martes, 5 de marzo de 2024, 9:12:33 CET, Mara escribió:',
  'Mara Velt, Mar 5, 2024, 09:12:',
  'Von: Mara Velt\nDatum: 5. März 2024\nAn: Kaffa\nBetreff: kalt',
  'Gesendet: Dienstag, 5. März 2024 um 09:12 Uhr\nVon: "Mara Velt" <mara@post.example>\nAn: kaffa@kaffa.example\nBetreff: kalt',
  'Date: Tue, 5 Mar 2024 09:12\nFrom: mara@post.example\nTo: kaffa@kaffa.example\nSubject: cold',
  '>>> Mara Velt <mara@post.example> 05.03.2024 09:12 >>>',
  'Mara Velt <mara@post.example> hat am 05.03.2024 09:12 geschrieben:',
  'Begin forwarded message:\n\nFrom: Mara Velt\nSubject: cold\nDate: 5 March 2024\nTo: Kaffa',
  '----- Mail original -----\nDe: "Mara"\nÀ: "kaffa"\nEnvoyé: Mardi 5 Mars 2024 09:12:33\nObjet: froid',
  '________________________________________\nFrom: Mara Velt\nSent: Tuesday',
];
/** How people and programs end a mail. */
const ends = [
  'Warm regards,\nOle',
  'LG Ole',
  'Liebe Grüße aus Graz\nOle',
  'Herzliche Grüße\nIhr Kaffa-Team',
  'Bien à vous,\nOle',
  'Saludos,\nOle',
  'Abraço,\nOle',
  'Mit besten Grüßen / Kind regards\nOle',
  'Thanks & regards,\nOle',
  'Many thanks, Ole',
  'i.A. Ole Brandt',
  '~Ole',
  'Ole | Kaffa',
  'Ole (he/him)\nSupport Specialist',
  'Ole Brandt\nCustomer Success Manager\n\nKaffa GmbH\nLindweg 12\n8010 Graz\nTel. 0316 5550199',
  'Sent from Yahoo Mail on Android',
  'Diese Nachricht wurde von meinem Android Mobiltelefon mit GMX Mail gesendet.',
  'Envoyé à partir de Outlook pour iOS',
  'Enviado do Outlook para Android',
  'iPhoneから送信',
];
const pressed = 'Press the green key twice.';

export const labelledMails: readonly LabelledMail[] = [
  ...Object.entries(languages).flatMap(([code, words]) => formsOf(code, words)),
  ...odd,
  ...heads.map((head) => ({
    name: head.split('\n', 1)[0]!,
    mail: `${pressed}\n\n${head}\n\nMy door code is 5561.`,
    own: pressed,
  })),
  ...ends.map((end) => ({ name: end.split('\n', 1)[0]!, mail: `${pressed}\n\n${end}`, own: pressed })),
];
