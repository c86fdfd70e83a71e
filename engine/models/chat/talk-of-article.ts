// A sentence that says what its article is about, and nothing of it: "This article describes how to …". It looks like the question and
// answers none. The forms of words that articles begin with, in the languages of the replies.

const forms: readonly string[] = [
  '(?:this|the following) (?:article|page|section|guide|document|topic|tutorial|how-to) (?:also |briefly )?(?:describes|explains|shows|provides|covers|discusses|outlines|contains|gives|lists|walks|introduces|details|demonstrates|instructs|is about|will)',
  'in this (?:article|page|section|guide|document|topic|tutorial|how-to),? (?:you|we|i)',
  '(?:dieser (?:artikel|abschnitt|leitfaden|beitrag)|diese (?:seite|anleitung)) (?:beschreibt|erklärt|zeigt|erläutert|behandelt|enthält|hilft)',
  'in (?:diesem (?:artikel|abschnitt|leitfaden|beitrag)|dieser anleitung) (?:erfahren|lernen|zeigen|erklären|wird|finden)',
  '(?:cet article|cette (?:page|section)|ce (?:guide|document|tutoriel)) (?:vous )?(?:décrit|explique|présente|montre|contient|fournit|détaille|aide)',
  'dans (?:cet article|cette (?:page|section)|ce (?:guide|tutoriel)),? (?:vous|nous)',
  '(?:este (?:artículo|documento|tutorial)|esta (?:página|sección|guía)) (?:le |te )?(?:describe|explica|muestra|contiene|presenta|detalla|ayuda)',
  'en (?:este (?:artículo|documento|tutorial)|esta (?:página|sección|guía)),? (?:aprender|encontrar|ver|le|te|se)',
  '(?:este (?:artigo|documento|tutorial|guia)|esta (?:página|seção|secção)) (?:descreve|explica|mostra|contém|apresenta|detalha|ajuda)',
  'nest(?:e (?:artigo|documento|tutorial|guia)|a (?:página|seção|secção)),? ',
  '本(?:文|页|節|节|指南|教程)(?:将|將)?(?:介绍|介紹|说明|說明|描述|解释|講解|讲解)',
];
const talk = new RegExp(`^(?:${forms.join('|')})`, 'iu');
/** Such a sentence is not long; a longer one says something, too. */
const longest = 300;

export function isTalkOfArticle(text: string): boolean {
  return text.length <= longest && talk.test(text.trimStart());
}
