// The words by which a sentence of a conversation is told to be about one customer, or for all, language by language. A language that is
// not here has no rules: nothing said in it is shown.

export interface LanguageRules {
  /** Small words of the language: one of them is in any sentence of it, and a sentence may begin with one. */
  readonly common: ReadonlySet<string>;
  /** One customer's case: days and times, what somebody did, persons, things that are this customer's. */
  readonly particular: readonly RegExp[];
  /** Verbs of pressing and choosing, and what they press: a label of a screen or a device follows. */
  readonly labelWords: string;
  /** A word after the first of a sentence that shows the first to be no name: "Push *the* key". */
  readonly afterVerb: RegExp;
  /** Nouns are written in capitals, so capitals do not tell names. */
  readonly capitalNouns?: true;
}

const wordSet = (words: string) => new Set(words.split(/\s+/));
/** Whole words, whatever their case. `(?<!\p{L})` in place of `\b`, which knows no letter beyond z. */
const words = (list: string) => new RegExp(`(?<![\\p{L}\\p{N}])(?:${list})(?![\\p{L}\\p{N}])`, 'iu');
const exact = (list: string) => new RegExp(`(?<![\\p{L}\\p{N}])(?:${list})(?![\\p{L}\\p{N}])`, 'u');

const english: LanguageRules = {
  common: wordSet(
    `a an the this that these those it its you your yours if when whenever while once after before until unless as so then otherwise else also
    and or but because since for from to in on at by with without within of off up down out over under into onto below above between behind
    through during there here where which who what how why no not yes only both all any each every some most many more less few other
    another such same be is are was were do does don't doesn't can cannot can't could may might must should shouldn't will won't would
    have has had please first second third next last finally alternatively usually normally generally note make sure always never we they
    one two three four five six seven eight nine ten use take put keep wait remove replace clean wash rinse wipe pull lift set add fill empty
    plug unplug connect disconnect restart reset reboot update install uninstall download close avoid charge start stop run try enter type either neither try whether sometimes often instead just even still too very`,
  ),
  particular: [
    words(
      'today|tonight|tomorrow|yesterday|(?:this|last|next|that|coming|past) (?:morning|afternoon|evening|night|week|weekend|month|year|time)|right now|just now|right away|a (?:moment|minute|second|while|bit) ago|ago|earlier|recently|so far|meanwhile|shortly|soon|by now|currently',
    ),
    words('(?:mon|tues|wednes|thurs|fri|satur|sun)days?|weekends?'),
    exact('Mon|Tues?|Wed|Thu(?:rs)?|Fri|Sat|Sun'),
    exact(
      'January|February|March|April|June|July|August|September|October|November|December|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec',
    ),
    /\bMay (?:\d|the \d)|\d(?:st|nd|rd|th)?(?: of)? May\b|\b(?:in|by|of|until|since|from|to|this|next|last|early|late|mid) May\b/,
    /\b(?:is|are|am|['’]s|['’]re|has|have|been|will|should|can|you)\b[^.!?]{0,24}\bnow\b|\bnow (?:been|at|in|on|with|active|done|live|set|back)\b/i,
    /\b\d{1,2}(?:st|nd|rd|th)\b(?! (?:generation|gen|floor key))/i,
    // The first person: what was done, seen, promised. Advice is everybody's.
    /\b(?:I|i)\b(?!['’]d (?:recommend|suggest|advise)\b)(?! (?:would )?(?:recommend|suggest|advise)\b)/,
    words("i['’](?:m|ve|ll)|i['’]d (?!recommend|suggest|advise)|me|my|mine|myself|let me|let['’]s"),
    /\bwe(?:['’](?:ve|re|ll|d)| (?:have|had|are|were|will|would|can see|could|can confirm|see|saw|did|just|already|also have|now|hope|apologi[sz]e|understand|know|appreciate|need your|noticed|found|got|sent|made|put|took|left|gave|went|checked)\b| \w{2,20}ed\b)/i,
    words(
      'us(?! (?:states|dollars|keyboard|english|customers))|our (?:apologies|fault|mistake|error|bad|records?|system shows|colleagues?|team (?:is|has|will)|end|driver|courier|side|part)|sorry|apologi[sz]e|thanks?|thank you|thx|cheers|welcome|glad|happy to|hope(?:fully)?|unfortunately|congratulations|appreciate|dear|hi|hello|hey|bye|regards|best wishes|kindly',
    ),
    // What is this customer's, and what has come of it.
    /\byour\b[^.!?]{1,60}?\b(?:has|have|had) (?:now |already |just |also |not |never )?(?:been\b|arrived|left|shipped|gone|expired|failed|come)|\byour\b[^.!?]{1,50}?\b(?:was|were|is on (?:its|the) way|is (?:now|being|scheduled|due|ready|confirmed|booked|complete|out for)|are (?:now|being|due|ready|booked)|got|went|arrived|shipped|left|came|will (?:arrive|be (?:sent|delivered|refunded|processed|shipped|credited|replaced|there|with you|picked|collected))|should (?:arrive|be (?:there|with you)))\b/i,
    /\b(?:your|the|his|her|their|this|that) (?:wife|husband|partner|son|daughter|mum|mom|dad|mother|father|parents?|brother|sister|baby|child|kids?|grand\w+|neighbou?rs?|landlord|landlady|tenant|friend|boss|family|dog|cat|girlfriend|boyfriend|guests?|lawyer|doctor|complaint|complaints|situation|case|ticket|claim|enquiry|inquiry|request|booking ref\w*|reservation number is|screenshots?|attachment|e?-?mail you|messages? you|photos? you|street|town|village|flat|apartment|hometown|address is|name is|number is|birthday|order (?:is|number is|contains|includes|shows)|balance|bill|invoice is|subscription (?:is|ends|ended|expires on)|flight|trip|stay|seat|hotel|holiday|vacation|appointment|visit|delivery (?:is|was))\b/i,
    words(
      'he|she|him|his|her|hers|himself|herself|mr|mrs|ms|miss|dr|sir|madam|ma[\\x27’]am|mate|buddy|guys?|folks|love|darling|honey|bro|dude|lady|gentleman',
    ),
    words(
      'as you (?:say|said|wrote|mentioned|described|know|can see)|in your (?:case|situation|message|photo|picture|mail|e-?mail|account i|profile)|you(?:[\\x27’]ve| have)? (?:said|wrote|mentioned|bought|ordered|told|sent|paid|called|reported|described|attached|received|booked|asked|requested|purchased|placed|returned|provided|shared|contacted|were|had|did|got|chose|made|came|live|lived)|you[\\x27’]ve|you have (?:been|already|not|now|still)|you(?:[\\x27’]re| are) (?:eligible|entitled|currently|already|still|all set|good to go|booked|due|on the|in (?!the (?:app|menu|settings|house|room)))|you will (?:receive|get) (?:a|an|your|the) (?:refund|replacement|credit|voucher|new|confirmation|call|parcel|package)|you(?:[\\x27’]ll| will) (?:hear|have it|be (?:refunded|contacted|charged|credited|compensated))',
    ),
    // Somebody or something did something, once.
    /\b(?:the|a|an|this|that|another) (?:driver|courier|carrier|technician|engineer|van|message|letter|call|installer|plumber|mechanic|colleague|manager|supervisor|agent|team|specialist|representative|warehouse|depot|parcel|package|order|shipment|refund|payment|replacement|booking|reservation|transaction|charge|ticket|case|claim|complaint|customer|guest|passenger|shop|store|hotel|airline|flight|bank|caller|neighbou?r|previous (?:owner|tenant|agent)|account)\b[^.!?]{0,40}\b(?:was|were|has|had|did|\w{2,15}ed|left|went|came|took|gave|lost|found|got|sent|said|told|brought|kept|put|wrote|saw|made|paid|broke|wasn['’]t|weren['’]t|didn['’]t|couldn['’]t|hasn['’]t|will (?:call|contact|arrive|reach|visit|come|be (?:there|with|sent|processed|refunded)))\b/i,
    words(
      'refunded|reimburs\\w*|compensat\\w*|goodwill|as an exception|exceptionally|one[- ]off|waive[ds]?|voucher|coupon|discount|credited|on the house|free of charge for you|for you this|just for you|escalated|dispatched|rescheduled|upgraded you|cancell?ed (?:the|your|it|that)|(?:has|have) been (?:sent|cancell?ed|changed|updated|added|removed|reset|unlocked|created|processed|issued|booked|arranged|passed|forwarded|shipped|delivered|refunded|replaced|received|resolved|closed|fixed|approved|confirmed)|was (?:sent|cancell?ed|changed|delivered|shipped|returned|scanned|signed|charged|issued|booked|received|resolved|closed|declined|rejected|blocked|suspended|locked|approved|confirmed|placed|made|left)|were (?:sent|charged|billed|delivered|refunded)',
    ),
    /\byour [\p{L} -]{1,30} (?:is|are) (?:["'“‘]?[\p{Lu}\d]|all\b|done|confirmed|set\b|complete|registered|cancell?ed|activated?|approved|open\b|closed|pending|missing|overdue|paid\b|valid (?:until|till))/iu,
    /^(?:(?:great|yes|ok(?:ay)?|perfect|well|so|and|but|actually|indeed)[,!]? )?you(?:['’]re| are)(?! (?:able|free to|allowed|asked|signed|logged))/i,
    /^(?:(?:yes|so|and|but|actually|well)[,!]? )?you(?:['’]ve| have)(?! (?:to\b|the (?:option|choice|right)|any\b|access to|\d{1,3} (?:days|weeks|months|hours)|(?:two|three) (?:options|ways)))/i,
    /^(?:great|perfect|excellent|awesome|done|good news|all set|success\w*|confirmed|congrat\w*|nice|lovely|wonderful|fantastic|brilliant|super|sure|absolutely|certainly|of course)(?![\p{L}])/iu,
    words(
      '(?:will|shall|should) be (?:refunded|processed|sent|delivered|shipped|credited|charged|cancell?ed|transferred|dispatched|returned|issued|replaced|collected|picked up)',
    ),
    words(
      '(?:this|that|these|those) (?:reservations?|bookings?|orders?|purchase|account|device|flights?|issue|matter|change|payment|cancellation|conversation|chat|email|mail|information)|to confirm|would you|you would like|you[\\x27’]d like|since (?:this|there|you|your|it)|proceed(?:ing)?|requested|your (?:outbound|return|upcoming|remaining|existing|previous)',
    ),
    words(
      'dm|dms|pm us|(?:send|give|drop|tell|provide|share|confirm|let|email|e-mail|message|dm|pm|show|call|ring|text|contact|ping) (?:us|me|him|her)|attached|enclosed|above|see the picture|in the photo|this link i|number ending|ending (?:in|with)|last (?:four|4) digits',
    ),
    // Where somebody lives or is.
    words(
      '(?:room|flat|apartment|apt|unit|suite|house|hut|cabin|gate|seat|row|bay|desk|platform|locker|box|block|building|terminal|bus|line|stop|pitch|table|berth|cabin) (?:no\\.? ?|number |#)?\\d{1,5}[a-z]?',
    ),
    /\b\d{1,5}[a-z]? \p{Lu}\p{L}+(?: \p{Lu}\p{L}+)? ?(?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|way|court|square|sq|close|terrace|place|boulevard|blvd|row)\b/iu,
  ],
  labelWords:
    'press(?:ing)?|tap(?:ping)?(?: on)?|click(?:ing)?(?: on)?|hold(?:ing)?(?: down)?|open(?:ing)?|select(?:ing)?|choos(?:e|ing)|pick|go to|tick|untick|check|uncheck|toggle|switch(?: on| off| to)?|turn(?: on| off)?|enable|disable|hit|scroll(?: down)? to|under|called|labelled|marked|key|button|menu|tab|option',
  afterVerb:
    /^(?:the|a|an|your|it|them|this|these|those|any|all|both|each|every|one|two|three|four|five|off|again|sure|whether|how|that)$/i,
};

const german: LanguageRules = {
  common: wordSet(
    `der die das den dem des ein eine einen einem einer eines und oder aber wenn falls sobald solange bis bevor nachdem während weil da damit dass
    dann danach dafür dabei dazu darauf darin sonst andernfalls auch nur noch nicht kein keine keinen ja nein sie es ihr ihre ihren ihrem ihrer
    ist sind wird werden kann können muss müssen soll sollte sollten darf dürfen hat haben bitte zuerst zunächst zuletzt anschließend
    in im an am auf aus bei beim mit nach von vom vor zu zum zur über unter zwischen durch für ohne um gegen hinter neben seit
    alle alles jede jeder jedes jeden diese dieser dieses diesen so wie wo was wer welche welcher welches hier dort immer nie meist oft
    zwei drei vier fünf sechs sieben acht neun zehn beide man sich erst als`,
  ),
  particular: [
    words(
      'heute|gestern|vorgestern|morgen|übermorgen|soeben|gerade|eben|vorhin|kürzlich|neulich|inzwischen|mittlerweile|derzeit|demnächst|bald|gleich|sofort|umgehend|jetzt|nun|bereits|schon|(?:diese|letzte|nächste|kommende|vergangene)[nrsm]? (?:woche|monat|jahr|wochenende|nacht|mal|tage?n?)|vor (?:ein(?:er|em|igen)|zwei|drei|vier|fünf|\\d+) (?:minuten?|stunden?|tage?n?|wochen?|monate?n?|jahre?n?)',
    ),
    words(
      '(?:mon|diens|donners|frei|sams|sonn)tags?|mittwochs?|sonnabends?|januar|februar|märz|april|mai|juni|juli|august|september|oktober|november|dezember',
    ),
    words(
      'ich|mir|mich|mein(?:e[nmrs]?)?|wir (?:haben|hatten|werden|sind|waren|sehen|konnten|wünschen|hoffen|bedauern|bitten|entschuldigen|verstehen|freuen|danken)|uns|unser(?:e[nmrs]?)? (?:fahrer|kollege|kollegin|techniker|system)|habe|hatte|bin|werde',
    ),
    words(
      'leider|danke|vielen dank|entschuldig\\w*|tut uns leid|gern(?:e)? geschehen|willkommen|hallo|liebe[rs]?|sehr geehrte[rs]?|grüße|herr|herrn|frau|familie|kulanz\\w*|gutschein\\w*|gutschrift|gutgeschrieben|rabatt\\w*|erstatte\\w*|entschädig\\w*|ausnahmsweise|storniert|versandt|verschickt|abgeschickt|veranlasst|freigeschaltet|zurückgesetzt|hinterlegt|weitergeleitet|anbei|oben',
    ),
    words(
      '(?:er|sein|seine[nmrs]?|ihm|ihn) (?:hat|ist|war|wird|kommt)|ihr(?:e[nmrs]?)? (?:mann|frau|sohn|tochter|vater|mutter|bruder|schwester|kind(?:er)?|nachbar(?:in|n)?|vermieter(?:in)?|freund(?:in)?|chef(?:in)?|hund|bestellung|paket|sendung|lieferung|auftrag|ticket|fall|anliegen|anfrage|reklamation|beschwerde|termin|buchung|reservierung|zimmer|flug|reise|rechnung|zahlung|erstattung|rückerstattung|guthaben|mail|nachricht|foto|bild|adresse lautet)',
    ),
    words(
      'wie sie (?:sagen|sagten|schreiben|schrieben|erwähn\\w+)|in ihrem fall|sie haben (?:uns|mir|bereits|geschrieben|bestellt|gekauft|bezahlt|gesendet|erhalten)|wurden?|worden|war|waren|kam|ging|gab|nahm|fand',
    ),
    words(
      '(?:zimmer|wohnung|haus|hütte|schließfach|gleis|platz|sitz|reihe|tor|etage|stock|top|stiege|tür|kabine|stellplatz|tisch) (?:nr\\.? ?)?\\d{1,5}[a-z]?',
    ),
    /\p{L}{2,}(?:straße|strasse|str\.|gasse|allee|weg|platz|ufer|damm|ring|chaussee)\s\d/iu,
    exact('\\p{L}*(?:straße|strasse|gasse|allee|chaussee)'),
    words(
      'schweiz|türkei|ukraine|slowakei|österreich|deutschland|berlin|wien|hamburg|münchen|köln|zürich|graz|linz|bern|basel|frankfurt|stuttgart|leipzig|dresden|salzburg|innsbruck',
    ),
  ],
  labelWords:
    'drücken(?: sie)?|drücke|tippen(?: sie)?(?: auf)?|tippe(?: auf)?|klicken(?: sie)?(?: auf)?|klicke(?: auf)?|wählen(?: sie)?|wähle|öffnen(?: sie)?|öffne|halten(?: sie)?|halte|unter|gehen sie (?:zu|auf)|aktivieren(?: sie)?|deaktivieren(?: sie)?|taste|schaltfläche|menü|reiter',
  afterVerb:
    /^(?:sie|den|die|das|der|dem|ein|eine|einen|es|ihn|ihr|ihre|ihren|alle|beide|bitte|zuerst|dazu|danach|dann|nicht)$/i,
  capitalNouns: true,
};

const french: LanguageRules = {
  common: wordSet(
    `le la les l un une des du de d ce cet cette ces il elle ils elles on vous votre vos si quand lorsque dès après avant jusqu tant puis ensuite
    enfin sinon aussi et ou mais car donc pour par avec sans dans en sur sous entre vers chez à au aux ne pas non oui est sont peut peuvent doit
    doivent faut être avoir a ont tout toute tous toutes chaque aucun aucune plus moins très bien qui que quoi où comment même toujours jamais
    veuillez d'abord deux trois quatre cinq six sept huit neuf dix certains certaines y se s n c qu`,
  ),
  particular: [
    words(
      "aujourd['’]hui|hier|demain|avant-hier|après-demain|ce (?:matin|soir|midi|mois)|cet(?:te)? (?:après-midi|semaine|nuit|année)|la semaine (?:dernière|prochaine|passée)|(?:le )?mois (?:dernier|prochain)|à l['’]instant|tout à l['’]heure|bientôt|prochainement|récemment|actuellement|désormais|maintenant|déjà|il y a|sous peu",
    ),
    words(
      'lundis?|mardis?|mercredis?|jeudis?|vendredis?|samedis?|dimanches?|janvier|février|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre|\\d{1,2} mars|(?:en|de|fin|début|mi-) ?mars',
    ),
    words(
      "je|j['’]ai|j|moi|me|m['’]\\p{L}+|mon|ma|mes|nous (?:avons|sommes|allons|avions|étions|vous|venons|regrettons|espérons|voyons|comprenons|ferons|enverrons)|nos (?:excuses|services ont)|notre (?:livreur|collègue|technicien|équipe (?:a|va))",
    ),
    words(
      "désolée?s?|pardon|merci|bonjour|bonsoir|salut|cher|chère|cordialement|bienvenue|malheureusement|de rien|je vous en prie|monsieur|madame|mademoiselle|mme|mlle|geste commercial|à titre (?:exceptionnel|commercial)|exceptionnellement|bon d['’]achat|avoir de|remise|réduction|rembours\\w*|dédommag\\w*|crédité\\w*|annulé\\w*|expédié\\w*|envoyé\\w*|livré\\w*|ci-joint\\w*|ci-dessus|pièce jointe",
    ),
    words(
      "(?:votre|vos|ton|ta|son|sa) (?:mari|femme|épouse|fils|fille|père|mère|frère|sœur|enfants?|voisine?s?|ami\\w*|propriétaire|patron|chien|commande|colis|livraison|dossier|demande|réclamation|ticket|rendez-vous|réservation|chambre|vol|voyage|séjour|facture|paiement|remboursement|solde|message|mail|photo|adresse est)|dans votre cas|comme vous (?:le dites|l['’]avez dit|dites)|vous (?:avez|aviez|étiez|m['’]avez|nous avez|recevrez|serez|allez recevoir)|il (?:a|est|était|sera|va)|elle (?:a|était|va)|lui|leur",
    ),
    words('(?:a|ont) (?:bien )?été|était|étaient|fut|sera (?:livré|remboursé|envoyé)\\w*'),
    words(
      "(?:chambre|appartement|appt|bâtiment|porte|casier|quai|siège|rang|étage|place|voie|table) (?:n[°o] ?)?\\d{1,5}[a-z]?|\\d{1,4},? (?:bis |ter )?(?:rue|avenue|boulevard|place|chemin|allée|impasse|quai|route)|(?:rue|avenue|boulevard) (?:de|du|des|d['’])",
    ),
  ],
  labelWords:
    'appuyez sur|appuyer sur|cliquez sur|cliquer sur|touchez|ouvrez|ouvrir|choisissez|choisir|sélectionnez|sélectionner|maintenez|allez dans|aller dans|activez|désactivez|cochez|décochez|touche|bouton|menu|onglet|sous',
  afterVerb:
    /^(?:le|la|les|l['’].*|un|une|des|du|votre|vos|ce|cet|cette|ces|bien|ensuite|puis|d['’]abord|sur|pas|deux|trois|tous|toutes|tout)$/i,
};

const spanish: LanguageRules = {
  common: wordSet(
    `el la los las lo un una unos unas de del al este esta estos estas ese esa eso esto su sus si cuando mientras hasta antes después luego
    entonces también y o u e pero porque para por con sin en sobre bajo entre desde hacia a no sí es son puede pueden debe deben hay que ser
    estar está están tiene tienen todo toda todos todas cada ningún ninguna más menos muy solo siempre nunca usted ustedes se le les como
    donde qué cómo primero segundo finalmente dos tres cuatro cinco seis siete ocho nueve diez ambos`,
  ),
  particular: [
    words(
      'hoy|ayer|anteayer|pasado mañana|mañana|esta (?:mañana|tarde|noche|semana)|este (?:mes|año)|(?:la )?(?:semana|noche) (?:pasada|que viene|próxima)|(?:el )?(?:mes|año) (?:pasado|próximo)|ahora(?: mismo)?|ya|recién|recientemente|actualmente|en breve|pronto|hace (?:un|una|unos|unas|dos|tres|\\d+)|acaba de',
    ),
    words(
      'lunes|martes|miércoles|jueves|viernes|sábados?|domingos?|enero|febrero|marzo|abril|mayo|junio|julio|agosto|se(?:p)?tiembre|octubre|noviembre|diciembre',
    ),
    words(
      'yo|me|mi|mis|mí|conmigo|he|hemos|había|habíamos|estoy|estamos|soy|somos|veo|vemos|puedo|voy|vamos|enviaré|enviaremos|nosotros|nos|nuestro (?:repartidor|compañero|técnico|sistema)|nuestro equipo (?:ha|va)|le (?:he|hemos|enviaré|enviaremos|confirmo|informo)',
    ),
    words(
      'gracias|de nada|perdón|disculp\\w*|lo siento|lo sentimos|lamento|lamentamos|hola|buenos días|buenas (?:tardes|noches)|estimad[oa]s?|saludos|encantad[oa]s?|señora?|sra?|don|doña|por desgracia|lamentablemente|cortesía|excepcionalmente|vale de|cupón|descuento|reembols\\w*|compensa\\w*|abonad\\w*|cancelad\\w*|enviad\\w*|entregad\\w*|adjunt\\w*',
    ),
    words(
      '(?:su|tu|sus|tus) (?:marido|esposo|esposa|mujer|hijo|hija|hijos|padre|madre|hermano|hermana|vecin[oa]s?|amig[oa]s?|casero|jefe|jefa|perro|pedido|paquete|envío|entrega|caso|consulta|reclamación|queja|cita|reserva|habitación|vuelo|viaje|factura|pago|saldo|mensaje|correo|foto|dirección es)|en su caso|como (?:dice|dijo|comenta|mencionó)|(?:usted|ha|has|habéis|han) (?:dicho|escrito|comprado|pedido|pagado|enviado|recibido|mencionado)|recibirá|él|ella|ellos|ellas',
    ),
    words(
      'ha sido|han sido|fue|fueron|era|eran|estaba|estaban|llegó|salió|llegará|será (?:enviado|reembolsado|entregado)\\w*|ha (?:llegado|salido)|se ha\\w*|se le',
    ),
    words(
      '(?:habitación|piso|apartamento|puerta|taquilla|andén|asiento|fila|planta|mesa|edificio|portal) (?:n\\.?º ?)?\\d{1,5}[a-z]?|(?:calle|avenida|plaza|paseo|carretera|camino)',
    ),
  ],
  labelWords:
    'pulse|pulsa|pulsar|presione|presiona|toque|toca|haga clic en|haz clic en|abra|abre|abrir|elija|elige|seleccione|selecciona|mantenga|mantén|vaya a|ve a|active|activa|desactive|marque|desmarque|tecla|botón|menú|pestaña',
  afterVerb:
    /^(?:el|la|los|las|lo|un|una|unos|unas|su|sus|este|esta|bien|primero|después|luego|en|no|dos|tres|todos|todas|todo)$/i,
};

const portuguese: LanguageRules = {
  common: wordSet(
    `o a os as um uma uns umas de do da dos das no na nos nas ao à aos às este esta estes estas esse essa isso isto seu sua seus suas se quando
    enquanto até antes depois então também e ou mas porque para por pelo pela com sem em sobre sob entre desde não sim é são pode podem deve
    devem há que ser estar está estão tem têm todo toda todos todas cada nenhum nenhuma mais menos muito só sempre nunca você vocês como onde
    qual primeiro segundo finalmente dois duas três quatro cinco seis sete oito nove dez ambos caso`,
  ),
  particular: [
    words(
      'hoje|ontem|anteontem|amanhã|esta (?:manhã|tarde|noite|semana)|este (?:mês|ano)|(?:a )?semana (?:passada|que vem)|próxim[oa] (?:semana|mês)|(?:o )?mês passado|agora(?: mesmo)?|já|recentemente|atualmente|em breve|daqui a pouco|há (?:um|uma|uns|umas|dois|duas|três|\\d+)|acab(?:ou|amos|ei) de',
    ),
    words(
      'segunda|terça|quarta|quinta|sexta|sábados?|domingos?|\\p{L}+-feira|janeiro|fevereiro|março|abril|maio|junho|julho|agosto|setembro|outubro|novembro|dezembro',
    ),
    words(
      'eu|me|meu|minha|meus|minhas|mim|comigo|estou|estamos|sou|somos|vejo|vemos|posso|vou|vamos|fiz|fizemos|enviei|enviamos|cancelei|cancelamos|reembolsei|tenho|temos|nós|nosso (?:motorista|colega|técnico|sistema)|nossa equipe (?:vai|já)',
    ),
    words(
      'obrigad[oa]s?|de nada|desculp\\w*|lamento|lamentamos|sentimos muito|olá|oi|bom dia|boa (?:tarde|noite)|prezad[oa]s?|car[oa]s? (?:cliente|sr)|atenciosamente|senhora?|sra?|dona|infelizmente|cortesia|excepcionalmente|excecionalmente|vale de|cupom|cupão|desconto|reembols\\w*|compensa\\w*|creditad\\w*|cancelad\\w*|enviad\\w*|entregue\\w*|anex\\w*',
    ),
    words(
      '(?:seu|sua|seus|suas) (?:marido|esposa|mulher|filho|filha|filhos|pai|mãe|irmão|irmã|vizinh[oa]s?|amig[oa]s?|senhorio|chefe|cão|cachorro|pedido|encomenda|pacote|entrega|caso|consulta|reclamação|queixa|marcação|reserva|quarto|voo|viagem|fatura|pagamento|saldo|mensagem|e-?mail|foto|endereço é)|no seu caso|como (?:disse|mencionou)|você (?:disse|escreveu|comprou|pediu|pagou|enviou|recebeu)|receberá|ele|ela|eles|elas',
    ),
    words('foi|foram|era|eram|estava|estavam|chegou|saiu|chegará|será (?:enviado|reembolsado|entregue)\\w*'),
    words(
      '(?:quarto|apartamento|apto|porta|cacifo|armário|plataforma|assento|fila|andar|mesa|prédio|bloco) (?:n\\.?º ?)?\\d{1,5}[a-z]?|(?:rua|avenida|praça|travessa|estrada|rodovia)',
    ),
  ],
  labelWords:
    'prima|carregue em|pressione|toque em|clique em|abra|abrir|escolha|selecione|mantenha|vá a|vá para|ative|desative|marque|desmarque|tecla|botão|menu|separador|aba',
  afterVerb:
    /^(?:o|a|os|as|um|uma|uns|umas|seu|sua|este|esta|bem|primeiro|depois|em|não|dois|duas|três|todos|todas|todo)$/i,
};

export const languageRules: Readonly<Record<string, LanguageRules>> = {
  en: english,
  de: german,
  fr: french,
  es: spanish,
  pt: portuguese,
};
