// The words in which records of all kinds say who may see them, in the languages of the usual systems. Compared by `plainWord`.

/** Without case, accents, spaces and dashes: `Not published` and `not_published` are one word. */
export function plainWord(text: string): string {
  return text
    .normalize('NFD')
    .toLowerCase()
    .replace(/[\s_.\-–/'’]|\p{M}/gu, '');
}

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/).map(plainWord));

/** Of a state (`status: published`) or an audience (`visibility: public`). */
export const publicWords = words(`
  public published publish publicly-available everyone everybody anyone all all-users external world anonymous unrestricted
  customer customers customer-facing client clients visitor visitors end-user end-users guest guests
  live online visible current active enabled released
  veröffentlicht publiziert öffentlich jeder alle kunde kunden sichtbar aktiv
  publié publiée publique en-ligne tous tout-le-monde visible
  publicado publicada público pública todos cliente clientes activo ativo
  pubblicato pubblicata pubblico pubblica tutti clienti attivo
  gepubliceerd openbaar iedereen klant klanten publicerad offentlig opublikowany publiczny
  已发布 发布 公开 公開 公開済み 게시됨 공개
`);

export const privateWords = words(`
  draft drafts auto-draft unpublished not-published non-published unpublish unreleased not-public non-public
  pending pending-review pending-approval in-review review under-review needs-review awaiting-review awaiting-approval to-review
  in-progress work-in-progress wip scheduled future inherit
  archived archive trash trashed deleted removed retired expired outdated obsolete deprecated superseded withdrawn rejected
  inactive disabled offline suspended unlisted hidden
  private internal internal-only internal-use internal-use-only restricted confidential secret limited-internal
  agent agents agents-only agent-only staff staff-only team team-only employee employees employees-only
  admin admins administrators admin-only admins-only manager managers moderators operators
  members members-only logged-in logged-in-users signed-in signed-in-users authenticated authenticated-users registered
  registered-users password protected password-protected nobody no-one only-me me owner
  entwurf unveröffentlicht nicht-veröffentlicht nicht-öffentlich in-prüfung in-bearbeitung archiviert gelöscht papierkorb versteckt
  verborgen intern interne interner internes privat vertraulich geheim mitarbeiter agenten nur-intern
  brouillon non-publié en-attente en-révision archivé supprimé corbeille masqué caché interne privé privée confidentiel équipe
  borrador no-publicado pendiente en-revisión archivado eliminado papelera oculto interno interna privado privada confidencial
  agentes rascunho não-publicado pendente arquivado excluído oculta
  bozza non-pubblicato in-attesa archiviato eliminato cestino nascosto privato privata riservato
  concept niet-gepubliceerd gearchiveerd verwijderd verborgen vertrouwelijk medewerkers utkast szkic wewnętrzny prywatny
  草稿 下書き 未发布 非公開 未公開 私有 内部 社内 已归档 存档 초안 비공개 내부
`);

export const trueWords = words('true yes y on 1 x ja oui sí si sim wahr vrai verdadero vero 是 はい');
export const falseWords = words('false no n off 0 nein non nee não nao falsch faux falso never 否 いいえ');
