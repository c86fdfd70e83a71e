// How customers say that somebody may come to harm, and how articles speak of emergencies, one table for each language. Each string is
// the source of a regular expression, read without regard to case, on whole words, with single spaces and straight apostrophes.
// A new language is a new table here and replies in replies.ts.

export const dangerKinds = [
  'gas',
  'carbon-monoxide',
  'fire',
  'electricity',
  'injury',
  'poison',
  'self-harm',
  'intrusion',
  'threat',
] as const;

export type DangerKind = (typeof dangerKinds)[number];

export interface DangerPhrases {
  /** What a customer says who is in danger or sees it. */
  readonly signs: Readonly<Record<DangerKind, readonly string[]>>;
  /** What sounds alike and is harmless: taken out before the signs are looked for. */
  readonly harmless: readonly string[];
  /** Right in front of a sign, these deny it. */
  readonly denials: string;
  /** What a passage says that is about an emergency. */
  readonly emergency: readonly string[];
  /** Words of a passage that is about this danger. */
  readonly subjects: Readonly<Record<DangerKind, string>>;
}

export const dangerLanguages = ['en', 'es', 'fr', 'de'] as const;

export type DangerLanguage = (typeof dangerLanguages)[number];

const english: DangerPhrases = {
  signs: {
    gas: [
      'smell(?:s|ed|ing|t)?(?: (?:of|like|some|strange|a bit of|the))* gas(?! stations?)',
      'gas(?:sy)? (?:smell|odou?r|leak|fumes)(?! (?:detect|sensor|alarm|test))',
      '(?:stinks|reeks) of gas',
      'gas (?:is |has been |was |keeps )?(?:leaking|escaping|coming out)',
      'leaking gas',
      'gas (?:alarm|detector|sensor)(?: \\w+){0,2} (?:going off|went off|beeping|sounding)',
    ],
    'carbon-monoxide': [
      '(?:carbon monoxide|co) (?:alarm|detector|monitor|sensor)s?(?: \\w+){0,3} (?:going off|went off|goes off|beeping|sounding|ringing|triggered)',
      'carbon monoxide (?:leak(?:ing)?(?! (?:detect|sensor|alarm))|poisoning|fumes)',
      "(?:leaking|there(?:'s| is)) carbon monoxide(?! (?:detect|sensor|alarm|monitor))",
      '(?:dizz(?:y|iness)|light-?headed(?:ness)?)(?: \\w+){0,6} (?:boiler|heater|heating|stove|fireplace|furnace|generator)',
      '(?:boiler|heater|heating|stove|fireplace|furnace|generator)(?: \\w+){0,6} (?:dizz(?:y|iness)|light-?headed(?:ness)?)',
    ],
    fire: [
      '(?:on|caught|catch(?:es|ing)?|set) fire(?! (?:to the|sale))',
      'in flames',
      'flames (?:are |came |is )?(?:coming|shooting|out|from)',
      "there(?:'s| is| are)(?: a| some| lots of)? (?:fire|flames?|smoke)(?! (?:alarm|detector|damage|extinguisher|test))",
      '(?:see|seeing|smell(?:s|ing)?(?: of| like)?) (?:some )?(?:smoke|flames)(?! (?:alarm|detector))',
      'smoke (?:is |was |keeps |started )?(?:coming|pouring|rising|billowing)',
      "(?:is|are|it's|was|were|started|begins|began|keeps) smok(?:e|ing)(?![- ](?:allowed|permitted|free|test|alarm|detector))",
      'burn(?:t|ing|ed)(?: \\w+){0,2} smell',
      'smell(?:s|ed|ing)?(?: (?:of|like|something|a bit|slightly|strongly|is))* (?:burn(?:t|ing|ed)?|scorched|melting)',
      '(?:smoke|fire) alarm(?: \\w+){0,2} (?:going off|went off|sounding)',
      "(?:house|home|flat|kitchen|room|building) (?:is|'s) burning",
      '(?:plug|socket|outlet|cable|charger|battery|wires?|wiring|adapter) (?:(?:is|are|has|have|was|just|got|started|starts) ){0,2}(?:melt(?:ed|ing)|burn(?:t|ed|ing)?|explod(?:ed|ing)|swollen|bulging|smoking)(?! (?:hot|through))',
      '(?:about to|going to|just|has|have|it) (?:explode[ds]?|blow(?:n|s)? up|blew up)',
      '(?:full of|filled with|filling (?:up )?with) (?:\\w+ )?(?:smoke|fumes)',
    ],
    electricity: [
      'electr(?:ic|ical) shocks?',
      'electrocut(?:ed|ion|ing)',
      'shock(?:s|ed)?(?: \\w+)? (?:when|whenever|every time|each time) (?:i|we|you|he|she|they|my \\w+) touch(?:es|ed)?',
      'shock (?:from|off) (?:it|(?:the|my|this|that|a) (?!bill|price|invoice|cost|news|letter))',
      "(?:is|are|it's|was|were|started|keeps|it) spark(?:ing|ed|s)(?! (?:an?|my|our|the|joy))",
      '(?:see|saw|seeing|throws?|throwing|gives?|giving|gave|making|makes|with|off) (?:\\w+ )?sparks',
      'sparks (?:are |were )?(?:coming|come|came|fly|flew|flying|from|out)',
      '(?:touched|touching|grabbed) (?:a |the )?(?:live|bare|exposed) ',
      '(?:exposed|bare|live) wires? (?:is |are )?(?:sticking|hanging|showing|visible)',
      'water (?:(?:is|was|has|got|keeps|been) ){0,2}(?:dripping|leaking|running|coming|getting|pouring|dripped|leaked|ran|got|gets|came|splashed|all)(?: \\w+){0,2} (?:in|into|on|onto|over|through|near)(?: \\w+){0,2} (?:sockets?|outlets?|plugs?|fuse ?box|consumer unit|breaker|electrics?|electrical|electronics|wiring|power strip|extension (?:lead|cord)|light (?:fitting|switch))',
      '(?:spilled|spilt)(?: \\w+){1,3} (?:in|into|on|onto|over)(?: \\w+){0,2} (?:sockets?|outlets?|plugs?|fuse ?box|electrics?|electronics|wiring|power strip|extension (?:lead|cord))',
      '(?:sockets?|outlets?|fuse ?box|consumer unit|electrics|wiring)(?: \\w+)? (?:is|are|got|gets) (?:\\w+ )?(?:wet|soaked|flooded|under water)',
    ],
    injury: [
      "(?:i am|i'm|i was|i got|(?:he|she|someone|somebody|child|baby|(?:my|the|our) \\w+)(?: is|'s| was| got| has been)) (?:\\w+ )?(?:injured|bleeding(?! (?:the|my|a|all|your|air|radiators?|brakes?|valves?))|unconscious|choking)",
      '(?:badly|seriously|severely) (?:hurt|injured|burn(?:t|ed))',
      '(?:burn(?:t|ed)|cut|crushed|injured|scalded) (?:my|his|her|our|their) (?:\\w+ )?(?:hands?|fingers?|thumb|arms?|face|eyes?|legs?|foot|feet|skin|head)',
      'i hurt myself',
      "(?:not|cannot|can't|cant|isn't) breath(?:e|ing)",
      '(?:trouble|difficulty|hard) breathing',
      '(?:passed out|fainted|is unconscious|having a heart attack|chest pains?)',
      '(?:stopped breathing|having a (?:stroke|seizure)|overdosed?)',
    ],
    poison: [
      '(?:swallow(?:ed|ing)?|ingest(?:ed|ing)?)(?: \\w+){0,3} (?:batter(?:y|ies)|button cells?|coins?|magnets?|screws?|glass|pills?)',
      '(?:swallow(?:ed|ing)?|ingest(?:ed|ing)?|ate|eaten|drank|drunk)(?: \\w+){0,3} (?:bleach|chemicals?|cleaner|detergent|antifreeze|coolant|poison|pills|descaler|(?:lime)?scale remover|acid|lye|solvent|thinner|paint|glue|petrol|gasoline|lamp oil|soap|medication)',
      '(?:inhal(?:ed|ing)|breathed in|breathing in)(?: \\w+){0,2} (?:fumes|gas|smoke|chemicals?)',
      "(?:been|is|was|got|am|are|were|i'm|(?:s?he)'s) poisoned",
      '(?:have|has|had|got|getting|signs of|symptoms of) (?:\\w+ )?poisoning',
    ],
    'self-harm': [
      'kill(?:ing)? myself',
      'suicid(?:e|al)(?! squad)',
      '(?:end|ending|take|taking) my (?:own )?life',
      '(?:want|going|urge)(?: \\w+)? to (?:hurt|harm|cut) myself',
      '(?:harming myself|self[- ]harm(?:ing|ed)?)',
      'i (?:just |really |only )?(?:want|wish) to (?:die|be dead)',
      'better off (?:dead|without me)',
      '(?:no reason|nothing left) to live for|no reason to live',
      "(?:can't|cannot|can not) go on living",
      "(?:do ?n't|do not|no longer) want to (?:live|be alive)(?! in)",
    ],
    intrusion: [
      '(?:been|got|get|was|were) (?:\\w+ )?(?:hacked|scammed|phished|defrauded)',
      '(?:my|our) (?:\\w+ ){1,3}(?:was|were|is|are|has been|have been|been|got|keeps getting) (?:\\w+ )?(?:hacked|hijacked|taken over|compromised|stolen(?= and (?:they|he|she|someone|somebody)))',
      '(?:someone|somebody|a stranger|strangers|a hacker|hackers|a thief|thieves|scammers?) (?:\\w+ ){0,2}(?:hacked|broke into|broken into|hijacked|took over|taken over|logged in ?to|signed in ?to|got into|is in|is inside|are in|gained access to|got access to|has access to|have access to|is using|are using|uses) (?:my|our) (?:\\w+ )?(?:accounts?|e-?mails?|mailbox|inbox|profile|phone|computer|laptop|wallet|identity|card|name)',
      '(?:money|funds|savings) (?:is|are|was|were|keeps?|has been|have been) (?:\\w+ )?(?:leaving|disappearing from|vanishing from|stolen from|taken from|drained from) (?:my|our)',
      '(?:took|taken|stole|stolen|drained|emptied) (?:all |out )?(?:of )?(?:my|our) (?:\\w+ )?(?:money|savings|wallet|funds|identity)',
      '(?:my|our) identity (?:was|has been|got|is) (?:\\w+ )?stolen(?! insurance)',
      'gave (?:him|her|them|someone|somebody|the caller|a stranger|a scammer) (?:all )?my (?:\\w+ )?(?:codes?|passwords?|passcode|pin|login|card)',
      '(?:a stranger|strangers|someone else|somebody else|a thief) (?:has|have|got) my (?:\\w+ )?(?:card|account|password|phone)',
    ],
    threat: [
      'blackmail(?:s|ed|ing)?',
      '(?:sextortion|extort(?:s|ed|ing))',
      '(?:someone|somebody|he|she|they|people|(?:a|this|some) (?:man|woman|guy|person|stranger)|my (?:ex|husband|wife|boyfriend|girlfriend|partner|boss|neighbou?r|landlord)(?:[- ]\\w+)?)(?: (?:is|are|was|were|has|have|keeps?|been)){0,2} threaten(?:s|ed|ing)?(?! to (?:cancel|leave|close|return))',
      "(?:being|been|am|was|i'm) (?:\\w+ )?(?:threatened|stalked|extorted)",
      '(?:stalk(?:s|ed|ing) (?:me|us)|my stalker)',
      '(?:my|an|the) (?:abusive|violent|controlling) (?:ex|husband|wife|boyfriend|girlfriend|partner|father|mother|son)',
      'my (?:ex|ex[- ]\\w+|husband|wife|boyfriend|girlfriend|partner) (?:\\w+ ){0,2}(?:spies on|is spying on|tracks|is tracking|is following) (?:me|my|where)',
      'my ex(?:[- ]\\w+)? (?:\\w+ ){0,2}(?:knows|has|got|found) (?:out )?my (?:\\w+ )?(?:password|passcode|pin|location|address)',
      '(?:wants?|going|will|said (?:he|she|they) will) (?:to )?(?:hurt|kill|harm|beat) (?:me|us)',
      '(?:afraid|scared|fear) (?:of |for )(?:my (?:life|safety)|our (?:lives|safety))',
    ],
  },
  harmless: [
    '(?:on |to |for |with |via |my |the |an |a )?(?:amazon )?fire ?(?:tv|stick|hd|os|tablet)s?(?: \\w+)?',
    'smoke[- ]tests?(?:ing|ed)?',
    '(?:against|from|prevents?|risk of|avoid) (?:an )?electric(?:al)? shocks?',
    'electric(?:al)? shock (?:protection|hazard|risk)',
    '(?:detects?|detecting|senses?|monitors?|measures?) (?:\\w+ ){0,2}(?:gas|smoke|fire|carbon monoxide)(?: leaks?| leaking)?',
    '(?:can|could|how|if|before|so|that|what if|when)(?: \\w+){0,3} (?:get|gets|be|being) (?:hacked|scammed|phished|compromised)',
  ],
  denials: "(?:no|not|never|without|isn't|aren't|wasn't|don't|doesn't|didn't)(?: any| a| an| the)?",
  emergency: [
    'emergency (?:services?|number|line|team|room)',
    '(?:call|phone|ring|dial|contact) (?:\\w+ ){0,3}(?:911|999|112|000|111|101)',
    '(?:leave|evacuate|get out of|go out of) (?:\\w+ ){0,2}(?:house|building|home|room|area|property|flat|premises)',
    'fire (?:brigade|department|service)',
    'ambulance',
    'poison (?:control|centre|center|information)',
    'seek (?:\\w+ ){0,2}medical|medical (?:help|attention|advice)',
    'crisis line|helpline',
    '(?:switch|turn|unplug|disconnect)(?: \\w+){0,6} (?:immediately|at once|right away)',
    '(?:change|reset) (?:your|the) (?:\\w+ )?password',
    'report (?:it|this|the|any|fraud|suspicious|unauthori[sz]ed)(?: \\w+)?',
    '(?:block|freeze|lock|suspend) (?:your|the|this) (?:\\w+ )?(?:card|account|mailbox)',
    'sign out (?:of )?(?:all|every|everywhere)',
    'contact (?:us|support|your bank|the police)(?: \\w+){0,3} (?:immediately|at once|right away|as soon as)',
    'call the police',
  ],
  subjects: {
    gas: 'gas',
    'carbon-monoxide': 'carbon monoxide',
    fire: 'fires?|smoke|smoking|burn(?:t|ing|s)?|flames?|overheat(?:s|ing)?',
    electricity: 'electric(?:al|ity)?|electrocution|shocks?|sparks?|sparking|mains|wires?|wiring',
    injury: 'injur(?:y|ies|ed)|hurt|bleeding|burns?|unconscious|first aid',
    poison: 'poison(?:ed|ing|ous)?|swallow(?:s|ed|ing)?|ingest(?:ed|ion)?|inhaled?',
    'self-harm': 'suicid(?:e|al)|self[- ]harm|crisis',
    intrusion:
      'hack(?:ed|ers?)|compromised|unauthori[sz]ed|stolen|theft|fraud|phishing|scam(?:s|med|mers?)?|suspicious|takeover',
    threat: 'threat(?:s|en\\w*)?|blackmail|extortion|stalking|harass\\w*|abuse',
  },
};

const spanish: DangerPhrases = {
  signs: {
    gas: [
      'huel[eo] (?:mucho |un poco |raro )?a gas',
      'olor(?:es)? a gas',
      '(?:fuga|escape|pérdida)s? de gas',
      'gas (?:se está |está )?(?:escapando|saliendo)',
    ],
    'carbon-monoxide': [
      '(?:alarma|detector|sensor) de (?:monóxido(?: de carbono)?|co)(?: \\p{L}+){0,2} (?:suena|sonando|pita|pitando|saltado|activado)',
      '(?:suena|pita|ha saltado)(?: \\p{L}+){0,2} (?:alarma|detector) de monóxido',
      '(?:fuga|intoxicación|intoxicado)s?(?: \\p{L}+){0,2} monóxido',
    ],
    fire: [
      'huele (?:mucho |un poco |como )?a (?:quemado|humo|chamuscado)',
      'olor a (?:quemado|humo|chamuscado|plástico quemado)',
      'en llamas',
      '(?:está|están|estaba) (?:ardiendo|quemándose|echando humo|humeando)',
      'se (?:está|están) (?:quemando|incendiando|derritiendo)',
      'se (?:ha|han) (?:incendiado|prendido fuego|derretido)',
      'hay (?:un |mucho |una )?(?:incendio|fuego|humo|llamas?)',
      '(?:sale|salía|echa|saliendo|echando) (?:mucho )?humo',
      '(?:ha explotado|va a explotar)',
    ],
    electricity: [
      'descargas? eléctricas?',
      '(?:da|dado|dio|daba) (?:un |una |la )?(?:calambre|calambrazo|corriente|descarga)',
      'electrocut(?:ado|ada|arse|ó)',
      '(?:salen|saltan|echa|echan|saltando|salieron|soltando) chispas',
      '(?:enchufe|cable|toma)(?: \\p{L}+)? chisporrotea(?:ndo)?',
      'chispas (?:del|de la|en el)',
      'agua (?:\\p{L}+ ){0,3}(?:en|sobre|dentro de) (?:el |la |los |un )?(?:enchufes?|cuadro eléctrico|cables|toma de corriente|instalación eléctrica)',
      'cables? (?:pelados?|al aire)',
    ],
    injury: [
      '(?:estoy|está|hay) (?:\\p{L}+ )?(?:heridos?|herida|sangrando|inconsciente)',
      'me he (?:quemado|cortado|herido)(?: \\p{L}+)? (?:la|el|los|las) (?:mano|manos|dedos?|brazo|cara|ojos?)',
      'no (?:puede|puedo) respirar|no respira',
      '(?:se ha desmayado|ataque al corazón)',
    ],
    poison: [
      '(?:se ha tragado|tragó|se tragó|ha ingerido|ha bebido|bebió|se bebió|he bebido)(?: \\p{L}+){0,3} (?:pilas?|baterías?|moneda|imán|lejía|productos?|detergente|anticongelante|pastillas?|veneno|descalcificador|desincrustante|ácido|gasolina|limpiador|jabón)',
      '(?:envenenad[oa]|intoxicad[oa]|envenenamiento)',
    ],
    'self-harm': [
      'suicid(?:io|arme|arse)',
      '(?:quiero|voy a) (?:matarme|morir(?:me)?|hacerme daño)',
      'quitarme la vida',
      'no quiero (?:seguir )?viv(?:ir|iendo)',
      '(?:sin|no tengo|no me quedan) ganas de vivir',
    ],
    intrusion: [
      '(?:me|nos) han? (?:hackeado|pirateado|estafado|suplantado)',
      '(?:mi|nuestra) (?:\\p{L}+ ){1,2}(?:ha sido|fue|está|han sido) (?:\\p{L}+ )?(?:hackead[oa]|piratead[oa]|robad[oa]|comprometid[oa]|suplantad[oa])',
      '(?:alguien|un desconocido|un hacker|unos desconocidos) (?:\\p{L}+ ){0,3}(?:entrado en|accedido a|accede a|usando|usa|entra en) (?:mi|nuestra) (?:cuenta|correo|móvil|teléfono|tarjeta)',
      '(?:me|nos) (?:han|ha) (?:robado|vaciado|quitado) (?:\\p{L}+ )?(?:dinero|ahorros|cuenta|identidad)',
      '(?:he|hemos) sido (?:estafad[oa]s?|hackead[oa]s?)',
    ],
    threat: [
      'chantaje(?:ando|an|a)?|chantajea(?:n|ndo)?',
      '(?:me|nos) (?:está |están |ha |han )?(?:amenaza(?:n|ndo|do)?|extorsiona(?:n|ndo|do)?|acosa(?:n|ndo|do)?)',
      'temo por mi (?:vida|seguridad)',
      '(?:quiere|quieren|va a|van a) (?:matarme|hacerme daño|pegarme)',
    ],
  },
  harmless: [
    'fire ?(?:tv|stick)',
    'pruebas? de humo',
    '(?:detecta|mide) (?:\\p{L}+ ){0,2}(?:gas|humo|monóxido)',
  ],
  denials: '(?:no|sin|ningún|ninguna|nunca)(?: un| una| el| la)?',
  emergency: [
    '(?:servicios?|número|teléfono) de (?:emergencias?|urgencias?)',
    '(?:llame|llama|llamar|marque) (?:\\p{L}+ ){0,3}(?:112|911|061|080|085)',
    '(?:salga|salir|abandone|abandonar|evacúe|evacuar|desaloje) (?:\\p{L}+ ){0,3}(?:casa|edificio|vivienda|habitación|lugar|local)',
    'bomberos',
    'ambulancia',
    'toxicología|toxicológica',
    'atención médica|acuda al médico',
    '(?:cambie|cambia|cambiar) (?:su|tu|la) contraseña',
    '(?:bloquee|bloquea|bloquear) (?:su|tu|la) (?:tarjeta|cuenta)',
    'denuncie|denunciar',
  ],
  subjects: {
    gas: 'gas',
    'carbon-monoxide': 'monóxido',
    fire: 'fuego|incendios?|humo|quemad[oa]|llamas?|arde',
    electricity: 'eléctric[oa]s?|electricidad|descargas?|chispas?|cables?|corriente',
    injury: 'herid[oa]s?|lesion(?:es)?|sangr[ae]|quemaduras?',
    poison: 'tragad?o?|ingesti[óo]n|ingerid[oa]|envenenamiento|intoxicación|veneno',
    'self-harm': 'suicidio|crisis',
    intrusion: 'hackead[oa]|comprometid[oa]|robad[oa]|robo|fraude|estafa|suplantación|sospechos[oa]',
    threat: 'amenazas?|chantaje|extorsión|acoso',
  },
};

const french: DangerPhrases = {
  signs: {
    gas: [
      '(?:ça |cela |il )?sent(?:ir|ait)? (?:fort |bizarrement |comme )?(?:le |du )?gaz',
      'odeurs? de gaz',
      'fuites? de gaz',
      "gaz (?:s'échappe|qui s'échappe|fuit)",
    ],
    'carbon-monoxide': [
      '(?:alarme|détecteur|capteur)(?: de)? (?:monoxyde(?: de carbone)?|co)(?: \\p{L}+){0,3} (?:sonne|bipe|retentit|déclenché)',
      '(?:fuite|intoxication|intoxiqué)e?s?(?: \\p{L}+){0,2} monoxyde',
    ],
    fire: [
      'sent(?:ait)? (?:le |fort le |un peu le )?(?:brûlé|cramé|roussi|la fumée)',
      'odeurs? de (?:brûlé|fumée|plastique brûlé|cramé)',
      '(?:est|sont|a pris|prend|prennent|ont pris|prendre) (?:en )?feu(?! vert| rouge)',
      'en flammes',
      'en train de (?:brûler|fondre|fumer)',
      'il y a (?:un |une |de la |beaucoup de |des )?(?:incendie|feu|fumée|flammes)(?! de (?:signalisation|circulation))',
      "fumée (?:qui )?(?:sort|s'échappe|s'en échappe|noire)",
      '(?:a explosé|va exploser)',
    ],
    electricity: [
      'décharges? électriques?',
      'électrocut(?:é|ée|er|ion)',
      'coup de (?:jus|courant)',
      '(?:fait|font|des|voit|produit|jette) (?:des )?étincelles',
      'étincelles (?:qui )?(?:sortent|jaillissent|dans|sur)',
      '(?:eau|liquide) (?:\\p{L}+ ){0,3}(?:dans|sur) (?:la |le |les |une |un )?(?:prises?|tableau électrique|multiprise|fils|câbles|installation électrique)',
      'fils? (?:dénudés?|à nu)',
    ],
    injury: [
      '(?:je suis|il est|elle est|est) (?:\\p{L}+ )?(?:blessée?|inconsciente?)',
      '(?:je|il|elle) saigne',
      "(?:me suis|s'est) (?:brûlée?|coupée?|blessée?)",
      "(?:ne|n'arrive plus à|peux plus|peut plus) respir(?:e|er)(?: plus| pas)?",
      "(?:a perdu connaissance|crise cardiaque|s'est évanouie?)",
    ],
    poison: [
      '(?:a avalé|ai avalé|a ingéré|a bu)(?: \\p{L}+){0,3} (?:piles?|batterie|pièce|aimant|javel|produits?|détergent|antigel|médicaments?|poison|détartrant|acide|essence|lessive|savon)',
      '(?:intoxiquée?s?|empoisonnée?s?|empoisonnement)',
    ],
    'self-harm': [
      '(?:me |le |au )?suicid(?:e|er|aire)',
      '(?:veux|vais|envie de) (?:me tuer|mourir|me faire du mal)',
      'mettre fin à mes jours',
      'ne veux plus vivre',
      '(?:plus|pas|aucune) envie de vivre',
      'marre de vivre',
    ],
    intrusion: [
      "(?:je me suis|j'ai été|on m'a|on a été|me suis fait) (?:fait )?(?:pirater?|piratée?|hackée?|hacker|arnaquée?|arnaquer|escroquée?|escroquer)",
      "(?:mon|ma|notre|mes) (?:\\p{L}+ ){1,2}(?:a été|est|sont|ont été|s'est fait) (?:\\p{L}+ )?(?:piraté|hacké|compromis|usurpé)e?s?",
      "(?:quelqu'un|un inconnu|un pirate|des inconnus) (?:\\p{L}+ ){0,3}(?:dans|accès à|à) (?:mon|notre) (?:compte|boîte|téléphone|ordinateur)",
      "(?:on m'a|m'ont|il m'a) (?:\\p{L}+ )?(?:volé|vidé) (?:\\p{L}+ )?(?:argent|économies|compte|identité)",
    ],
    threat: [
      'chantage',
      "(?:me|nous) (?:menace(?:nt)?|harcèle(?:nt)?|extorque(?:nt)?)|m'a menacée?|(?:suis|été) (?:menacée?|harcelée?)",
      'peur pour ma (?:vie|sécurité)',
      '(?:veut|veulent|va) (?:me tuer|me faire du mal|me frapper)',
    ],
  },
  harmless: [
    'fire ?(?:tv|stick)',
    'tests? de fumée',
    "(?:détecteurs?|capteurs?|alarmes?) (?:de |d')(?:fumée|incendie|gaz)(?! (?:sonne|bipe|retentit))",
    '(?:détecte|mesure) (?:\\p{L}+ ){0,2}(?:gaz|fumée|monoxyde)',
  ],
  denials: "(?:pas|sans|aucune?|jamais)(?: de| d'| une?| la| le)?",
  emergency: [
    "(?:services?|numéro|appel) d'urgence",
    '(?:appelez|appeler|composez) (?:\\p{L}+ ){0,3}(?:112|911|15|17|18|114)',
    '(?:quittez|quitter|évacuez|évacuer|sortez|sortir) (?:\\p{L}+ ){0,3}(?:maison|bâtiment|logement|pièce|lieux|appartement)',
    'pompiers',
    'ambulance|samu',
    'centre antipoison',
    '(?:aide|assistance|avis) médicale?|consultez un médecin',
    '(?:changez|changer|modifiez|réinitialisez) (?:votre|le) mot de passe',
    '(?:bloquez|bloquer|faites opposition)(?: \\p{L}+){0,3}',
    '(?:signalez|signaler|portez plainte)',
  ],
  subjects: {
    gas: 'gaz',
    'carbon-monoxide': 'monoxyde',
    fire: 'feu|incendies?|fumée|brûl(?:é|e|er)|flammes?',
    electricity: 'électri(?:que|cité)s?|décharges?|étincelles?|fils|câbles?|courant',
    injury: 'bless(?:é|ée|ure)s?|saigne|brûlures?',
    poison: 'aval(?:é|er)|ing(?:éré|estion)|empoisonnement|intoxication|poison',
    'self-harm': 'suicide|crise',
    intrusion: 'piratée?s?|piratage|compromis|volée?|vol|fraude|arnaque|hameçonnage|suspect',
    threat: 'menaces?|chantage|extorsion|harcèlement',
  },
};

const german: DangerPhrases = {
  signs: {
    gas: [
      '(?:riecht|riechen|stinkt|rieche|gerochen)(?: \\p{L}+){0,3} (?:nach )?gas',
      '(?:gasgeruch|gasleck|gasaustritt)',
      'gas (?:riechen|riecht|gerochen|tritt aus|strömt aus|entweicht)',
    ],
    'carbon-monoxide': [
      '(?:co|kohlenmonoxid|kohlenmonoxyd)[- ]?(?:melder|warner|alarm)(?: \\p{L}+){0,3} (?:piept|schlägt|ausgelöst|geht los|angeschlagen|alarm)',
      '(?:kohlenmonoxid|kohlenmonoxyd)(?:vergiftung| tritt aus| entweicht)',
    ],
    fire: [
      '(?:riecht|stinkt|rieche)(?: \\p{L}+){0,2} (?:verbrannt|verschmort|angebrannt|nach (?:rauch|verbranntem|feuer|schmor\\p{L}*))',
      '(?:brandgeruch|schmorgeruch|brandgerüche)',
      '(?:in flammen|feuer gefangen|fängt feuer|lichterloh|angefangen zu (?:brennen|rauchen))',
      '(?:haus|wohnung|küche|zimmer|gerät|stecker|kabel|akku|batterie|steckdose|ladegerät|es) (?:brennt|raucht|qualmt|schmort)(?! (?:durch|nicht))',
      '(?:rauch|qualm) (?:kommt|steigt|tritt|dringt|aus)',
      '(?:kommt|steigt|tritt)(?: \\p{L}+){0,3} (?:rauch|qualm)',
      '(?:es gibt|da ist|ich sehe|sehe) (?:\\p{L}+ )?(?:feuer|rauch|flammen|qualm)(?!melder)',
      '(?:ist|sind) (?:geschmolzen|explodiert|durchgeschmort)',
    ],
    electricity: [
      '(?:stromschl[aä]ge?|elektrische[rn]? schl[aä]ge?|stromschlags)',
      '(?:einen|eine) gewischt',
      '(?:funken (?:sprühen|fliegen|schlagen|kommen|aus|an der)|sprüht funken|funkenschlag|schlägt funken)',
      '(?:kommen|sprühen|fliegen|springen|schlagen)(?: \\p{L}+){0,3} funken',
      'wasser(?: \\p{L}+){0,3} (?:in|an|auf|über)(?: \\p{L}+){0,2} (?:steckdosen?|sicherungskasten|mehrfachstecker|elektrik|stromkabel|verteilerkasten)',
      '(?:offene|blanke|freiliegende)[nrs]? (?:kabel|drähte|leitung(?:en)?)',
    ],
    injury: [
      '(?:bin|ist|sind|wurde) (?:\\p{L}+ )?(?:verletzt|bewusstlos|ohnmächtig)(?! worden)',
      '(?:mich|sich|mir|hand|finger)(?: \\p{L}+){0,2} (?:verbrannt|verbrüht|geschnitten|verletzt)',
      '(?:ich blute|blutet stark|es blutet)',
      '(?:atmet nicht|keine luft|bekommt keine luft|herzinfarkt)',
    ],
    poison: [
      '(?:batterie|knopfzelle|münze|magnet|reiniger|reinigungsmittel|frostschutz|tabletten?|chemikalien?|entkalker|spülmittel|putzmittel|waschmittel|bleichmittel|säure|benzin|pillen?)(?: \\p{L}+){0,2} (?:verschluckt|geschluckt|getrunken|gegessen)',
      '(?:vergiftet|vergiftung|vergiftungen)',
    ],
    'self-harm': [
      '(?:mich umbringen|selbstmord\\p{L}*|suizid\\p{L}*|selbstverletzung)',
      '(?:mir das leben nehmen|mir etwas antun|mir was antun)',
      '(?:will|möchte) (?:sterben|nicht mehr leben)',
      '(?:keine lust|keinen grund)(?: \\p{L}+)? zu leben|lebensmüde',
    ],
    intrusion: [
      '(?:wurde|worden|bin|sind)(?: \\p{L}+){0,2} (?:gehackt|betrogen|gephisht|abgezockt)',
      '(?:mein|meine|unser) (?:\\p{L}+ ){1,3}(?:gehackt|gekapert|übernommen worden|kompromittiert)',
      '(?:jemand|ein fremder|fremde|hacker)(?: \\p{L}+){0,2} (?:in|auf) (?:meinem|meinen|mein|meine) (?:konto|account|postfach|handy|rechner|computer|profil)',
      '(?:geld|guthaben|ersparnisse)(?: \\p{L}+){0,3} (?:gestohlen|abgebucht worden von fremden|leergeräumt)',
      '(?:identität|konto)(?: \\p{L}+){0,2} (?:gestohlen|leergeräumt)',
    ],
    threat: [
      'erpress(?:t|en|er|erin|ung|erisch\\p{L}*)(?:werden)?',
      '(?:bedroht|bedrohen|droht|drohen|stalkt|stalken)(?: \\p{L}+)? (?:mich|mir|uns)|(?:mich|mir|uns)(?: \\p{L}+){0,3} (?:bedroht|droht|gestalkt|stalkt)|werde (?:bedroht|gestalkt|erpresst)',
      'angst um mein leben',
      '(?:will|wird) mich (?:umbringen|schlagen|verletzen)',
    ],
  },
  harmless: [
    'fire ?(?:tv|stick)',
    'rauchtests?',
    '(?:erkennt|misst|meldet) (?:\\p{L}+ ){0,2}(?:gas|rauch|feuer|kohlenmonoxid)',
  ],
  denials: '(?:kein|keine|keinen|ohne|nie)(?: den| einen)?',
  emergency: [
    '(?:notruf|notrufnummer|notdienst|notfallnummer|gasnotdienst|bereitschaftsdienst)',
    '(?:wählen|rufen|wähle|rufe) (?:\\p{L}+ ){0,3}(?:112|110|144|118)',
    '(?:verlassen|verlasse|räumen)(?: \\p{L}+){0,3} (?:haus|gebäude|wohnung|raum|räume)',
    'feuerwehr',
    'rettungsdienst|krankenwagen',
    'giftnotruf|giftinformation\\p{L}*',
    'ärztliche hilfe|arzt aufsuchen',
    'passwort(?: \\p{L}+){0,3} (?:ändern|zurücksetzen)|(?:ändern|ändere)(?: \\p{L}+){0,3} passwort',
    '(?:sperren|sperre)(?: \\p{L}+){0,3} (?:karte|konto)|(?:karte|konto)(?: \\p{L}+){0,3} sperren',
    'anzeige erstatten|melden sie (?:es|das|dies)',
  ],
  subjects: {
    gas: 'gas|gasgeruch|gasleck|gasnotdienst',
    'carbon-monoxide': 'kohlenmonoxid|kohlenmonoxyd',
    fire: 'feuer|brand|brände|rauch|qualm|brennt|flammen|verbrannt',
    electricity: 'strom|stromschl[aä]ge?|elektrisch\\p{L}*|elektrik|funken|kabel|netzspannung',
    injury: 'verletz(?:t|ung|ungen)|blutet|verbrennung(?:en)?|erste hilfe',
    poison: 'verschluck(?:t|en)|vergiftung(?:en)?|giftnotruf|gift',
    'self-harm': 'suizid|selbstmord|krise',
    intrusion: 'gehackt|kompromittiert|gestohlen|diebstahl|betrug|phishing|verdächtig\\p{L}*|missbrauch',
    threat: 'drohung(?:en)?|bedroh\\p{L}*|erpressung|stalking|belästigung',
  },
};

export const dangerPhrases: Readonly<Record<DangerLanguage, DangerPhrases>> = {
  en: english,
  es: spanish,
  fr: french,
  de: german,
};
