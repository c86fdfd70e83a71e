// What the desk says in its own words when it does not answer from the knowledge base.

export interface Replies {
  readonly greeting: string;
  readonly thanks: string;
  readonly goodbye: string;
  /** One question back; `topics` say what may be meant, each by what it alone is about. */
  readonly clarify: (topics: readonly string[]) => string;
  /** To a yes that may mean any of them. */
  readonly whichOne: (topics: readonly string[]) => string;
  /** To "that did not help". */
  readonly unhelped: string;
  readonly decline: string;
  /** To attempts to make the desk talk of something else. */
  readonly calm: string;
  /** To anger: takes it seriously and offers a person, no menu. */
  readonly anger: string;
  /** The same, to one who has left an address already. */
  readonly angerKnown: string;
  /** To an address that was left in the chat. */
  readonly contact: (email: string) => string;
  readonly handoff: string;
  readonly handoffUnanswered: string;
  /** The same, from one who has left an address already. */
  readonly handoffKnown: string;
  /** To a message that somebody may come to harm: what to do first. */
  readonly danger: string;
  /** To one who speaks of harming themselves. */
  readonly crisis: string;
  /** To one in whose account or at whose money somebody else is. */
  readonly intrusion: string;
  /** To one who is threatened, blackmailed or followed. */
  readonly threat: string;
  /** Behind any of them: a person reads it, and is not to be waited for. */
  readonly dangerHandoff: string;
}

/** With numbers, so that one can be named by its number. */
const numbered = (topics: readonly string[]) =>
  topics.map((topic, index) => `${index + 1}. ${topic}`).join('\n');

const quoted = {
  en: (name: string) => `“${name}”`,
  es: (name: string) => `«${name}»`,
  fr: (name: string) => `«\u00A0${name}\u00A0»`,
  de: (name: string) => `„${name}“`,
  pt: (name: string) => `“${name}”`,
  zh: (name: string) => `“${name}”`,
};

/** "A" or "B": in quotes, because a title may hold an "or" itself. */
const either = (language: keyof typeof quoted, names: readonly string[]) =>
  new Intl.ListFormat(language, { type: 'disjunction' }).format(names.map(quoted[language]));

/** UTF-16 code units of all names; longer ones are not said twice. */
const longestNames = 100;
const whether = (topics: readonly string[], naming: string, pointing: string) =>
  topics.join('').length <= longestNames ? naming : pointing;

const english: Replies = {
  greeting: 'Hello! What can I help you with?',
  thanks: "You're welcome! Is there anything else I can help you with?",
  goodbye: "Goodbye, and all the best! I'm here whenever there is something else.",
  clarify: (topics) =>
    topics.length > 0
      ? `${whether(topics, `Is it about ${either('en', topics)}?`, 'Which of these do you mean?')}\n\n${numbered(topics)}\n\nIf not, tell me a little more.`
      : 'Could you tell me a little more? For example which product it is about and what you see.',
  whichOne: (topics) => `Which one do you mean? Its number is enough.\n\n${numbered(topics)}`,
  unhelped:
    "I'm sorry that this did not help. Tell me what you want to do and what you see, or talk to a person of our team.",
  decline:
    "I don't know: our help articles don't cover this. You can ask in other words, or talk to a person.",
  calm: "I'm here for questions about our products and services. Tell me what isn't working, or ask for a person of our team, and I will pass you on.",
  anger:
    "I'm sorry: I can see that you are upset, and I take that seriously. A person of our team will look into it. Leave your e-mail address, and they will get back to you.",
  angerKnown:
    "I'm sorry: I can see that you are upset, and I take that seriously. A person of our team will read this as well, and get back to you.",
  contact: (email) => `Thank you. A person of our team will reply to ${email}.`,
  handoff:
    'I am passing this on to a person of our team. Leave your e-mail address, and they will get back to you.',
  handoffUnanswered:
    'I could not answer this from our help articles, so I suggest that a person of our team takes over. Leave your e-mail address, and they will get back to you.',
  handoffKnown:
    'I could not answer this from our help articles. A person of our team will read it with the rest, and get back to you.',
  danger:
    'This may be dangerous. Get everyone to safety first, and call your emergency number now: 112 in Europe, 999 in the UK, 911 in the US and Canada.',
  crisis:
    'I am sorry that you are going through this. Please talk to someone now: call your emergency number (112 in Europe, 999 in the UK, 911 in the US and Canada) or a crisis line (116 123 in the UK and much of Europe, 988 in the US and Canada).',
  intrusion:
    'If somebody else may be in your account or has your details, act now: change your password, sign out everywhere, and call your bank if money or a card is involved.',
  threat:
    'I am sorry that this is happening to you. If you are in danger, call the police now: 112 in Europe, 999 in the UK, 911 in the US and Canada. Keep the messages, and do not pay.',
  dangerHandoff:
    'I am also passing this on to a person of our team, but do not wait for us. Leave your e-mail address, and they will get back to you.',
};

const spanish: Replies = {
  greeting: '¡Hola! ¿En qué puedo ayudarle?',
  thanks: '¡De nada! ¿Puedo ayudarle en algo más?',
  goodbye: '¡Hasta luego, que le vaya bien! Aquí estoy si surge algo más.',
  clarify: (topics) =>
    topics.length > 0
      ? `${whether(topics, `¿Se trata de ${either('es', topics)}?`, '¿A cuál de estas se refiere?')}\n\n${numbered(topics)}\n\nSi no, cuénteme un poco más.`
      : '¿Podría darme más detalles? Por ejemplo, de qué producto se trata y qué es lo que ve.',
  whichOne: (topics) => `¿A cuál se refiere? Basta con el número.\n\n${numbered(topics)}`,
  unhelped:
    'Siento que no le haya servido. Cuénteme qué quiere hacer y qué es lo que ve, o hable con una persona de nuestro equipo.',
  decline:
    'No lo sé: nuestros artículos de ayuda no tratan este tema. Puede preguntarlo de otra forma o hablar con una persona.',
  calm: 'Estoy aquí para preguntas sobre nuestros productos y servicios. Dígame qué no funciona, o pida hablar con una persona de nuestro equipo.',
  anger:
    'Lo siento: entiendo su enfado y me lo tomo en serio. Una persona de nuestro equipo se ocupará. Deje su correo electrónico y le responderá.',
  angerKnown:
    'Lo siento: entiendo su enfado y me lo tomo en serio. Una persona de nuestro equipo leerá también esto y le responderá.',
  contact: (email) => `Gracias. Una persona de nuestro equipo le responderá a ${email}.`,
  handoff: 'Paso su consulta a una persona de nuestro equipo. Deje su correo electrónico y le responderán.',
  handoffUnanswered:
    'No he podido responder con nuestros artículos de ayuda; le sugiero que le atienda una persona de nuestro equipo. Deje su correo electrónico y le responderán.',
  handoffKnown:
    'No he podido responder con nuestros artículos de ayuda. Una persona de nuestro equipo lo leerá junto con lo demás y le responderá.',
  danger:
    'Esto puede ser peligroso. Ponga primero a todos a salvo y llame ya a emergencias: 112 en Europa, 911 en gran parte de América.',
  crisis:
    'Siento que esté pasando por esto. Por favor, hable con alguien ahora: llame a emergencias (112 en Europa, 911 en gran parte de América) o a una línea de ayuda (024 en España, 988 en Estados Unidos).',
  intrusion:
    'Si otra persona puede estar en su cuenta o tiene sus datos, actúe ya: cambie la contraseña, cierre todas las sesiones y llame a su banco si hay dinero o una tarjeta en juego.',
  threat:
    'Siento que esté pasando por esto. Si está en peligro, llame ya a la policía: 112 en Europa, 911 en gran parte de América. Guarde los mensajes y no pague.',
  dangerHandoff:
    'También paso su mensaje a una persona de nuestro equipo, pero no nos espere. Deje su correo electrónico y le responderán.',
};

const french: Replies = {
  greeting: 'Bonjour ! Comment puis-je vous aider ?',
  thanks: 'Avec plaisir ! Puis-je vous aider pour autre chose ?',
  goodbye: 'Au revoir, bonne continuation ! Je reste à votre disposition.',
  clarify: (topics) =>
    topics.length > 0
      ? `${whether(topics, `S’agit-il de ${either('fr', topics)} ?`, 'Que voulez-vous dire ?')}\n\n${numbered(topics)}\n\nSinon, dites-m’en un peu plus.`
      : 'Pourriez-vous préciser ? Par exemple, de quel produit il s’agit et ce que vous voyez.',
  whichOne: (topics) => `Lequel voulez-vous dire ? Son numéro suffit.\n\n${numbered(topics)}`,
  unhelped:
    'Je regrette que cela ne vous ait pas aidé. Dites-moi ce que vous voulez faire et ce que vous voyez, ou parlez à une personne de notre équipe.',
  decline:
    'Je ne sais pas : nos articles d’aide n’en parlent pas. Vous pouvez poser la question autrement ou parler à une personne.',
  calm: 'Je suis là pour vos questions sur nos produits et services. Dites-moi ce qui ne va pas, ou demandez à parler à une personne de notre équipe.',
  anger:
    'Je suis désolé : je comprends votre colère et je la prends au sérieux. Une personne de notre équipe va s’en occuper. Laissez votre adresse e-mail, elle vous répondra.',
  angerKnown:
    'Je suis désolé : je comprends votre colère et je la prends au sérieux. Une personne de notre équipe lira aussi ce message et vous répondra.',
  contact: (email) => `Merci. Une personne de notre équipe vous répondra à ${email}.`,
  handoff:
    'Je transmets votre demande à une personne de notre équipe. Laissez votre adresse e-mail, elle vous répondra.',
  handoffUnanswered:
    'Nos articles d’aide ne m’ont pas permis de répondre ; je propose qu’une personne de notre équipe prenne le relais. Laissez votre adresse e-mail, elle vous répondra.',
  handoffKnown:
    'Nos articles d’aide ne m’ont pas permis de répondre. Une personne de notre équipe lira ce message avec le reste et vous répondra.',
  danger:
    'Cela peut être dangereux. Mettez d’abord tout le monde en sécurité et appelez tout de suite les secours : 112 en Europe, 911 au Canada.',
  crisis:
    'Je suis désolé que vous traversiez cela. Parlez à quelqu’un maintenant : appelez les secours (112 en Europe, 911 au Canada) ou une ligne d’écoute (3114 en France, 988 au Canada).',
  intrusion:
    'Si quelqu’un d’autre est peut-être dans votre compte ou a vos données, agissez maintenant : changez votre mot de passe, déconnectez tous les appareils et appelez votre banque s’il s’agit d’argent ou d’une carte.',
  threat:
    'Je suis désolé de ce qui vous arrive. Si vous êtes en danger, appelez tout de suite la police : 112 ou 17 en France, 911 au Canada. Gardez les messages et ne payez pas.',
  dangerHandoff:
    'Je transmets aussi votre message à une personne de notre équipe, mais ne nous attendez pas. Laissez votre adresse e-mail, elle vous répondra.',
};

const german: Replies = {
  greeting: 'Hallo! Wobei kann ich Ihnen helfen?',
  thanks: 'Gern geschehen! Kann ich sonst noch etwas für Sie tun?',
  goodbye: 'Auf Wiedersehen und alles Gute! Ich bin da, wenn noch etwas ist.',
  clarify: (topics) =>
    topics.length > 0
      ? `${whether(topics, `Geht es um ${either('de', topics)}?`, 'Was davon meinen Sie?')}\n\n${numbered(topics)}\n\nWenn nicht, schreiben Sie mir bitte etwas mehr dazu.`
      : 'Können Sie mir etwas mehr dazu sagen? Zum Beispiel, um welches Produkt es geht und was Sie sehen.',
  whichOne: (topics) => `Welches meinen Sie? Die Nummer genügt.\n\n${numbered(topics)}`,
  unhelped:
    'Es tut mir leid, dass das nicht geholfen hat. Sagen Sie mir, was Sie tun möchten und was Sie sehen, oder sprechen Sie mit einem Menschen aus unserem Team.',
  decline:
    'Das weiß ich nicht: Unsere Hilfeartikel sagen dazu nichts. Sie können es anders formulieren oder mit einem Menschen sprechen.',
  calm: 'Ich bin für Fragen zu unseren Produkten und Leistungen da. Sagen Sie mir, was nicht geht, oder fragen Sie nach einem Menschen aus unserem Team.',
  anger:
    'Es tut mir leid: Ich verstehe Ihren Ärger und nehme ihn ernst. Ein Mensch aus unserem Team kümmert sich darum. Hinterlassen Sie Ihre E-Mail-Adresse, dann meldet er sich bei Ihnen.',
  angerKnown:
    'Es tut mir leid: Ich verstehe Ihren Ärger und nehme ihn ernst. Ein Mensch aus unserem Team liest auch das und meldet sich bei Ihnen.',
  contact: (email) => `Danke. Ein Mensch aus unserem Team antwortet Ihnen an ${email}.`,
  handoff:
    'Ich gebe Ihr Anliegen an einen Menschen aus unserem Team weiter. Hinterlassen Sie Ihre E-Mail-Adresse, dann meldet er sich bei Ihnen.',
  handoffUnanswered:
    'Mit unseren Hilfeartikeln konnte ich das nicht beantworten; ich schlage vor, dass ein Mensch aus unserem Team übernimmt. Hinterlassen Sie Ihre E-Mail-Adresse, dann meldet er sich bei Ihnen.',
  handoffKnown:
    'Mit unseren Hilfeartikeln konnte ich das nicht beantworten. Ein Mensch aus unserem Team liest es mit dem Übrigen und meldet sich bei Ihnen.',
  danger:
    'Das kann gefährlich sein. Bringen Sie zuerst alle in Sicherheit und rufen Sie sofort den Notruf an: 112.',
  crisis:
    'Es tut mir leid, dass es Ihnen so geht. Bitte sprechen Sie jetzt mit jemandem: über den Notruf 112 oder die TelefonSeelsorge (in Deutschland 116 123, in Österreich 142, in der Schweiz 143).',
  intrusion:
    'Wenn jemand anderes in Ihrem Konto sein könnte oder Ihre Daten hat, handeln Sie jetzt: Ändern Sie Ihr Passwort, melden Sie alle Geräte ab, und rufen Sie Ihre Bank an, wenn es um Geld oder eine Karte geht.',
  threat:
    'Es tut mir leid, dass Ihnen das geschieht. Wenn Sie in Gefahr sind, rufen Sie sofort die Polizei: 110 in Deutschland, sonst 112. Bewahren Sie die Nachrichten auf, und zahlen Sie nicht.',
  dangerHandoff:
    'Ich gebe Ihre Nachricht auch an einen Menschen aus unserem Team weiter, warten Sie aber nicht auf uns. Hinterlassen Sie Ihre E-Mail-Adresse, dann meldet er sich bei Ihnen.',
};

const portuguese: Replies = {
  greeting: 'Olá! Em que posso ajudar?',
  thanks: 'De nada! Posso ajudar em mais alguma coisa?',
  goodbye: 'Até logo, tudo de bom! Estou aqui se precisar de mais alguma coisa.',
  clarify: (topics) =>
    topics.length > 0
      ? `${whether(topics, `É sobre ${either('pt', topics)}?`, 'A qual destas se refere?')}\n\n${numbered(topics)}\n\nSe não for, conte um pouco mais.`
      : 'Pode dar mais detalhes? Por exemplo, de que produto se trata e o que aparece.',
  whichOne: (topics) => `A qual deles se refere? Basta o número.\n\n${numbered(topics)}`,
  unhelped:
    'Lamento que isto não tenha ajudado. Diga o que quer fazer e o que aparece, ou fale com uma pessoa da nossa equipe.',
  decline:
    'Não sei: os nossos artigos de ajuda não tratam deste tema. Pode perguntar de outra forma ou falar com uma pessoa.',
  calm: 'Estou aqui para perguntas sobre os nossos produtos e serviços. Diga o que não funciona, ou peça para falar com uma pessoa da nossa equipe.',
  anger:
    'Lamento muito: percebo a sua irritação e levo-a a sério. Uma pessoa da nossa equipe vai tratar disto. Deixe o seu e-mail e ela responderá.',
  angerKnown:
    'Lamento muito: percebo a sua irritação e levo-a a sério. Uma pessoa da nossa equipe também lerá isto e responderá.',
  contact: (email) => `Obrigado. Uma pessoa da nossa equipe responderá para ${email}.`,
  handoff: 'Vou passar o seu pedido a uma pessoa da nossa equipe. Deixe o seu e-mail e ela responderá.',
  handoffUnanswered:
    'Não consegui responder com os nossos artigos de ajuda; sugiro que uma pessoa da nossa equipe assuma. Deixe o seu e-mail e ela responderá.',
  handoffKnown:
    'Não consegui responder com os nossos artigos de ajuda. Uma pessoa da nossa equipe lerá isto com o resto e responderá.',
  danger:
    'Isto pode ser perigoso. Primeiro ponha todos em segurança e ligue já para a emergência: 112 em Portugal, 193 (bombeiros) ou 192 (SAMU) no Brasil.',
  crisis:
    'Lamento que esteja a passar por isto. Por favor, fale com alguém agora: ligue para a emergência (112 em Portugal, 192 no Brasil) ou para uma linha de apoio (1411 em Portugal, 188 no Brasil).',
  intrusion:
    'Se outra pessoa pode estar na sua conta ou tem os seus dados, aja já: mude a senha, termine todas as sessões e ligue para o seu banco se houver dinheiro ou um cartão em causa.',
  threat:
    'Lamento que esteja a passar por isto. Se está em perigo, ligue já para a polícia: 112 em Portugal, 190 no Brasil. Guarde as mensagens e não pague.',
  dangerHandoff:
    'Também passo a sua mensagem a uma pessoa da nossa equipe, mas não espere por nós. Deixe o seu e-mail e ela responderá.',
};

const chinese: Replies = {
  greeting: '您好！请问有什么可以帮您？',
  thanks: '不客气！还有什么可以帮您的吗？',
  goodbye: '再见，祝您一切顺利！有需要随时找我。',
  clarify: (topics) =>
    topics.length > 0
      ? `${whether(topics, `是关于${either('zh', topics)}吗？`, '您指的是下面哪一个？')}\n\n${numbered(topics)}\n\n如果都不是，请再多说一点。`
      : '能再说得具体一些吗？比如是哪个产品，您看到了什么。',
  whichOne: (topics) => `您指的是哪一个？回复数字即可。\n\n${numbered(topics)}`,
  unhelped: '很抱歉没能帮到您。请告诉我您想做什么、看到了什么，或者联系我们的工作人员。',
  decline: '这个我不知道：我们的帮助文章里没有相关内容。您可以换一种说法，或者联系工作人员。',
  calm: '我负责解答有关我们产品和服务的问题。请告诉我哪里有问题，或者要求转接我们的工作人员。',
  anger:
    '非常抱歉：我理解您的不满，也会认真对待。我们的工作人员会处理此事。请留下您的电子邮箱，他们会回复您。',
  angerKnown: '非常抱歉：我理解您的不满，也会认真对待。我们的工作人员也会看到这条消息并回复您。',
  contact: (email) => `谢谢。我们的工作人员会回复到 ${email}。`,
  handoff: '我会把您的问题转给我们的工作人员。请留下您的电子邮箱，他们会回复您。',
  handoffUnanswered:
    '我们的帮助文章没能回答这个问题，建议由我们的工作人员接手。请留下您的电子邮箱，他们会回复您。',
  handoffKnown: '我们的帮助文章没能回答这个问题。我们的工作人员会连同之前的内容一起查看并回复您。',
  danger:
    '这可能有危险。请先让所有人到安全的地方，并立即拨打当地的急救或报警电话（中国大陆：119、120 或 110）。',
  crisis:
    '很难过您正在经历这些。请现在就和人谈谈：拨打急救电话（中国大陆：120）或心理援助热线（中国大陆：12356）。',
  intrusion:
    '如果有人可能进入了您的账户或掌握了您的信息，请立即行动：修改密码，退出所有设备；如果涉及资金或银行卡，请马上联系银行。',
  threat: '很抱歉您遇到这样的事。如果您有危险，请立即报警（中国大陆：110）。请保留相关消息，不要付款。',
  dangerHandoff: '我也会把您的消息转给我们的工作人员，但请不要等我们。请留下您的电子邮箱，他们会回复您。',
};

const byLanguage: Readonly<Record<string, Replies>> = {
  en: english,
  es: spanish,
  fr: french,
  de: german,
  pt: portuguese,
  zh: chinese,
};

/** `language`: a BCP 47 tag such as `de-AT`; English when there is no text of ours in that language. */
export function repliesIn(language: string | undefined): Replies {
  return byLanguage[language?.toLowerCase().split('-')[0] ?? 'en'] ?? english;
}
