// Words that tell what a customer wants and how they feel, by language. A language that is not here has no votes of these rules; those
// of the models remain. Every pattern is bounded, so a long text takes linear time.
import type { Reason } from './label-kinds.ts';

interface LanguageWords {
  readonly reasons: Readonly<Record<Reason, RegExp>>;
  readonly negative: RegExp;
  readonly positive: RegExp;
  /** What an agent says when it is settled. */
  readonly settled: RegExp;
  /** What a customer says when it is not. */
  readonly unsettled: RegExp;
  /** What the team says when it could not be done. */
  readonly refused: RegExp;
}

const words = (text: string) =>
  new RegExp(`(?<!\\p{L})(?:${text.replaceAll('\\w', '\\p{L}')})(?!\\p{L})`, 'giu');

export const labelWords: Readonly<Record<string, LanguageWords>> = {
  en: {
    reasons: {
      'how-to': words(
        'how (?:do|can|would|could|should) (?:i|we|you)|how to|where (?:do|can) i|(?:set|setting) up|(?:is there|any) (?:a )?way to|can i|steps? (?:to|for)',
      ),
      problem: words(
        "(?:does|do|did|is|are|was)(?:n[o'’]?t| not) work\\w*|not working|stopped (?:working|responding)|broken?|error|fail(?:s|ed|ing)?|crash\\w*|stuck|won[’']?t|can[’']?t (?:log|connect|open|see|get)|keeps? \\w+ing|offline|faulty|freez\\w+|bug",
      ),
      order: words(
        'orders?|deliver(?:y|ed)|parcel|package|ship(?:ped|ping|ment)?|tracking|courier|carrier|arriv(?:e|ed|es)|return(?:s|ing)?|exchange|send (?:it|this|them) back',
      ),
      billing: words(
        'invoices?|bill(?:s|ed|ing)?|charg(?:e|ed|es|ing)|refund(?:s|ed)?|payments?|paid|pay|price|cost|vat|receipts?|discount|voucher|credit card|direct debit',
      ),
      account: words(
        'passwords?|log(?:ged|ging)? ?(?:in|out|on)|sign(?:ed|ing)? ?(?:in|up|on)|account|e-?mail address|username|two[- ]factor|verification|locked out|profile',
      ),
      cancellation: words(
        'cancel(?:s|led|ling|lation|ed|ing)?|unsubscribe|terminate|close (?:my|the|our) account|delete (?:my|the|our) account|stop (?:my|the) (?:subscription|plan)',
      ),
      complaint: words(
        'complain(?:t|ts|ing)?|unacceptable|disgrace\\w*|ridiculous|terrible|awful|worst|appalling|third time|lawyer|trading standards|rip[- ]?off',
      ),
      information: words(
        'do you (?:have|sell|offer|ship|support)|what (?:is|are)|which|is it (?:possible|true|compatible)|does (?:it|the|this)|compatible|opening (?:hours|times)|difference between|are there|is there',
      ),
    },
    negative: words(
      'ridiculous|unacceptable|disappoint\\w*|terrible|awful|worst|useless|rubbish|frustrat\\w*|annoy\\w*|angry|furious|fed up|sick of|joke|joking|waste of (?:time|money)|hate|appalling|never again|disgust\\w*|poor service',
    ),
    positive: words(
      'thanks?(?: so much| a lot)|thank you(?: so much| very much)?|great|perfect|brilliant|awesome|excellent|love(?:ly)?|amazing|wonderful|cheers|appreciate(?:d)?|happy',
    ),
    settled: words(
      "glad (?:it|that|to hear)|happy to hear|(?:is|has been|now) (?:resolved|fixed|sorted|refunded|cancelled)|i(?:[’']ve| have) (?:refunded|cancelled|replaced|updated|sent|issued|credited|changed|fixed)|you(?:[’']re| are) all set|pleasure",
    ),
    unsettled: words(
      "still (?:not|no|the same|broken|waiting|happening)|(?:that|it|this) (?:did|does)(?:n[o'’]?t| not) (?:help|work)|not (?:helpful|solved|resolved)|same (?:problem|issue|error)|no luck|nothing (?:has )?changed|didn[’']?t (?:help|work)",
    ),
    refused: words(
      "unfortunately|(?:i(?:[’']?m| am)|we(?:[’']?re| are)) (?:very |so |really )?(?:sorry|afraid),? (?:but|that|there|we|i|your|it)|sorry,? (?:but|there|your|we)|(?:i|we) apologi[sz]e,? but|unable to|(?:can|could)(?:n[’']?t| ?not) (?:\\w+ )?(?:find|book|offer|help|process|complete|verify|confirm|reserve|change|refund|meet|match|do)|not (?:able to|possible|available|authori[sz]ed|eligible)|no (?:\\w+ ){0,4}available|(?:was|is|been) (?:declined|rejected|denied)|(?:has )?failed",
    ),
  },
  de: {
    reasons: {
      'how-to': words(
        'wie (?:kann|stelle|richte|ändere|lösche|bekomme|mache|geht|setze) ?(?:ich|man|das)?|einrichten|anleitung|wo (?:kann|finde) ich',
      ),
      problem: words(
        'funktioniert (?:nicht|nicht mehr)|geht (?:nicht|nicht mehr)|fehler\\w*|kaputt|defekt|stürzt ab|hängt|problem|störung|lässt sich nicht',
      ),
      order: words(
        'bestell\\w+|liefer\\w+|paket|sendung\\w*|versand|versendet|rücksend\\w+|zurückschicken|umtausch\\w*|retoure',
      ),
      billing: words(
        'rechnung\\w*|zahl\\w+|bezahl\\w*|abgebucht|abbuch\\w+|erstatt\\w+|rückerstattung|preis\\w*|kosten|kostet|gutschrift|mehrwertsteuer|lastschrift',
      ),
      account: words(
        'passwort\\w*|kennwort|konto|anmeld\\w+|einlogg\\w+|registrier\\w+|benutzername|gesperrt|profil',
      ),
      cancellation: words('kündig\\w*|storn\\w+|abbestell\\w+|widerruf\\w*|konto löschen'),
      complaint: words(
        'beschwer\\w+|unverschämt\\w*|frechheit|unzumutbar|inakzeptabel|anwalt|verbraucherzentrale|schlimmste\\w*|zum dritten mal',
      ),
      information: words(
        'haben sie|gibt es|was (?:ist|sind)|welche\\w*|ist (?:es|das) möglich|kompatibel|unterschied|öffnungszeiten|unterstützt',
      ),
    },
    negative: words(
      'enttäusch\\w+|unverschämt\\w*|frechheit|ärger\\w*|wütend|sauer|schlecht\\w*|schrecklich|furchtbar|katastrophe|unbrauchbar|genervt|nie wieder|inakzeptabel',
    ),
    positive: words(
      'vielen dank|danke(?: schön)?|super|perfekt|toll|klasse|prima|ausgezeichnet|wunderbar|freut mich',
    ),
    settled: words(
      'freut (?:mich|uns)|(?:ist|wurde) (?:jetzt |nun )?(?:behoben|gelöst|erledigt|erstattet|storniert)|ich habe (?:\\p{L}+ ){0,6}(?:erstattet|storniert|geändert|verschickt|behoben)|gern geschehen',
    ),
    unsettled: words(
      'immer noch (?:nicht|das|kein\\w*)|hat nicht geholfen|hilft (?:mir )?nicht|gleiche\\w* (?:problem|fehler)|nach wie vor',
    ),
    refused: words(
      'leider|(?:ist|war) (?:uns |mir )?nicht möglich|(?:können|konnten|kann|konnte) (?:\\p{L}+ ){0,4}nicht|nicht (?:verfügbar|vorrätig|berechtigt)|abgelehnt|fehlgeschlagen',
    ),
  },
  es: {
    reasons: {
      'how-to': words(
        'cómo (?:puedo|se|hago|puede|cambio|configuro)|como (?:puedo|hago)|configurar|dónde (?:puedo|encuentro)|pasos para',
      ),
      problem: words(
        'no (?:me )?(?:funciona|va|puedo|carga|abre|deja|conecta)|error(?:es)?|falla\\w*|roto|rota|averiad\\w+|problema|se (?:cuelga|cierra|bloquea)',
      ),
      order: words(
        'pedidos?|env[ií]os?|enviad\\w+|paquete|entrega\\w*|seguimiento|devolución|devolver|cambio de producto|transportista',
      ),
      billing: words(
        'facturas?|cobr\\w+|pag(?:o|os|ar|ué|ado)|reembols\\w+|precio\\w*|cuesta|cargo|iva|descuento|tarjeta',
      ),
      account: words(
        'contraseña|cuenta|iniciar sesión|usuario|registr\\w+|acceder|verificación|bloquead\\w+|perfil',
      ),
      cancellation: words('cancel\\w+|dar(?:me)? de baja|anular|eliminar (?:mi|la) cuenta'),
      complaint: words('queja\\w*|reclama\\w+|inaceptable|vergüenza|pésim\\w+|abogado|tercera vez|estafa'),
      information: words('tienen|hay|qué (?:es|son)|cuál\\w*|es posible|compatible|diferencia|horario'),
    },
    negative: words(
      'inaceptable|vergüenza|pésim\\w+|horrible|terrible|enfadad\\w+|furios\\w+|hart[oa]|decepcion\\w+|inútil|nunca más|peor',
    ),
    positive: words('(?:muchas )?gracias|perfecto|genial|excelente|estupendo|maravillos\\w+|encant\\w+'),
    settled: words(
      'me alegr\\w+|(?:está|ha sido|queda) (?:ya )?(?:resuelt\\w|solucionad\\w|reembolsad\\w|cancelad\\w)|he (?:cancelado|reembolsado|cambiado|enviado|solucionado)|de nada',
    ),
    unsettled: words(
      'sigue (?:sin|igual)|no (?:me )?(?:ayuda|ha ayudado|sirve|ha servido)|todavía no|mismo (?:problema|error)|aún no',
    ),
    refused: words(
      'lamentablemente|desafortunadamente|lo siento,? pero|no (?:es|fue|ha sido) posible|no (?:podemos|puedo|pudimos|hay) |no (?:está|estaba) disponible|rechazad\\w|ha fallado',
    ),
  },
  fr: {
    reasons: {
      'how-to': words(
        'comment (?:puis-je|faire|je|on|changer|configurer|installer)|configurer|où (?:puis-je|trouver)|étapes pour',
      ),
      problem: words(
        'ne (?:fonctionne|marche|répond|charge) (?:pas|plus)|(?:marche|fonctionne) (?:pas|plus)|erreurs?|panne|cassée?|plante|bloquée?|problème|bug|impossible de',
      ),
      order: words(
        'commandes?|livr\\w+|colis|expédi\\w+|suivi|retour(?:ner)?|renvoyer|échange\\w*|transporteur',
      ),
      billing: words(
        'factur\\w+|paiements?|pay\\w+|débité\\w*|prélev\\w+|rembours\\w+|prix|coût\\w*|tva|réduction|carte bancaire',
      ),
      account: words('mot de passe|compte|connexion|me connecter|identifiant|inscri\\w+|vérification|profil'),
      cancellation: words('annul\\w+|résili\\w+|désabonn\\w+|désinscri\\w+|supprimer (?:mon|le) compte'),
      complaint: words(
        'réclamation|plainte|inadmissible|inacceptable|scandaleux|honteux|avocat|troisième fois|arnaque',
      ),
      information: words(
        "avez-vous|y a-t-il|est-ce que|qu'est-ce que|quelle?s?|est-il possible|compatible|différence|horaires",
      ),
    },
    negative: words(
      'inadmissible|inacceptable|scandaleux|honteux|déçue?s?|décevant\\w*|furieu\\w+|en colère|horrible|nulle?s?|pire|marre|plus jamais|catastrophe',
    ),
    positive: words('merci(?: beaucoup)?|parfait\\w*|super|génial\\w*|excellent\\w*|formidable|ravie?'),
    settled: words(
      "(?:heureu\\w+|ravie?) (?:que|de|d'apprendre)|(?:est|a été) (?:maintenant )?(?:résolu\\w*|corrigé\\w*|remboursé\\w*|annulé\\w*)|j'ai (?:annulé|remboursé|changé|envoyé|corrigé)|je vous en prie",
    ),
    unsettled: words(
      "toujours (?:pas|le même|rien)|(?:ne )?m'a pas aidée?|n'aide pas|même (?:problème|erreur)|ça ne (?:marche|change) (?:pas|rien)",
    ),
    refused: words(
      "malheureusement|désolée?s?,? mais|(?:n'est|n'a) pas (?:été )?possible|(?:ne peux|ne pouvons|n'avons) pas|pas disponible|refusée?s?|a échoué",
    ),
  },
  pt: {
    reasons: {
      'how-to': words(
        'como (?:posso|faço|é que|fazer|alterar|configurar)|configurar|onde (?:posso|encontro)|passos para',
      ),
      problem: words(
        'não (?:funciona|consigo|abre|carrega|liga|conecta)|erros?|avariad\\w+|quebrad\\w+|estragad\\w+|problema|trava|falha\\w*|deixou de',
      ),
      order: words(
        'encomendas?|pedidos?|entreg\\w+|envio|enviad\\w+|pacote|rastreio|rastreamento|devol\\w+|troca\\w*|transportadora',
      ),
      billing: words(
        'fatur\\w+|cobr\\w+|pag(?:o|ar|amento|amentos|uei)|reembols\\w+|preço\\w*|custa|iva|desconto|cartão',
      ),
      account: words(
        'senha|palavra-passe|conta|iniciar sessão|login|utilizador|usuário|verificação|bloquead\\w+|perfil',
      ),
      cancellation: words(
        'cancel\\w+|anular|desativar (?:a minha|minha) conta|excluir (?:a )?(?:minha )?conta',
      ),
      complaint: words('reclama\\w+|queixa\\w*|inaceitável|vergonha|péssim\\w+|advogado|terceira vez'),
      information: words('têm|há|existe|o que é|qua(?:l|is)|é possível|compatível|diferença|horário'),
    },
    negative: words(
      'inaceitável|vergonha|péssim\\w+|horrível|terrível|zangad\\w+|furios\\w+|fart[oa]|dece[pc]+ion\\w+|inútil|nunca mais|pior',
    ),
    positive: words('(?:muito )?obrigad[oa]|perfeito|ótimo|excelente|maravilh\\w+|adorei|fantástico'),
    settled: words(
      'fico (?:feliz|contente)|(?:está|foi|já está) (?:resolvid\\w|corrigid\\w|reembolsad\\w|cancelad\\w)|(?:cancelei|reembolsei|alterei|enviei|corrigi)|de nada',
    ),
    unsettled: words(
      'continua (?:sem|igual|a)|ainda não|não (?:ajudou|ajuda|resolveu)|mesmo (?:problema|erro)',
    ),
    refused: words(
      'infelizmente|lamento,? mas|não (?:é|foi) possível|não (?:podemos|posso|conseguimos|consigo|há)|não está disponível|recusad\\w|falhou',
    ),
  },
};

/** How often the pattern stands in the text. */
export function countOf(pattern: RegExp, text: string): number {
  let count = 0;
  for (const _match of text.matchAll(pattern)) count += 1;
  return count;
}
