// XML of office documents as a tree in the order of the text. Entities that a document declares are not read: a few bytes of them can
// stand for gigabytes.
import { XMLParser } from 'fast-xml-parser';
import { UnreadableFileError } from './file-part.ts';

export interface XmlElement {
  /** Without its namespace. */
  readonly name: string;
  /** Without namespaces. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlNode[];
}

export type XmlNode = XmlElement | string;

const mostDepth = 200;

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  removeNSPrefix: true,
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  ignoreDeclaration: true,
  ignorePiTags: true,
  maxNestedTags: mostDepth,
  jPath: false,
  processEntities: false,
});

/** The root element. Throws `UnreadableFileError`. */
export function parseXml(xml: string): XmlElement {
  if (/<!ENTITY/i.test(xml))
    throw new UnreadableFileError(
      'its XML declares entities, as no office program does: save the file again',
    );
  let nodes: unknown;
  try {
    nodes = parser.parse(xml);
  } catch (cause) {
    throw new UnreadableFileError('its XML is damaged: save the file again', { cause });
  }
  const root = toNodes(nodes).find((node) => typeof node !== 'string');
  if (!root) throw new UnreadableFileError('its XML is empty: save the file again');
  return root as XmlElement;
}

type RawNode = Readonly<Record<string, unknown>>;

function toNodes(raw: unknown): XmlNode[] {
  if (!Array.isArray(raw)) return [];
  return (raw as RawNode[]).map((node) => {
    if ('#text' in node) return unescapeXml(String(node['#text']));
    const name = Object.keys(node).find((key) => key !== ':@') ?? '';
    const attributes = Object.entries(node[':@'] ?? {}).map(([key, value]) => [
      key,
      unescapeXml(String(value)),
    ]);
    return { name, attributes: Object.fromEntries(attributes), children: toNodes(node[name]) };
  });
}

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

export function unescapeXml(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(
    /&(?:(amp|lt|gt|quot|apos)|#(\d{1,7})|#x([\da-f]{1,6}));/gi,
    (whole, name, decimal, hex) => {
      if (name) return named[name.toLowerCase()]!;
      const code = decimal ? Number(decimal) : Number.parseInt(hex, 16);
      return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    },
  );
}

export function childrenOf(element: XmlElement | undefined, name?: string): XmlElement[] {
  return (element?.children ?? []).filter(
    (node): node is XmlElement => typeof node !== 'string' && (name === undefined || node.name === name),
  );
}

/** The first one below `element` along these names. */
export function childAt(
  element: XmlElement | undefined,
  ...names: readonly string[]
): XmlElement | undefined {
  let found = element;
  for (const name of names) found = childrenOf(found, name)[0];
  return found;
}

/** In document order, at any depth; does not go into what it yields. */
export function* descendants(element: XmlElement, names: readonly string[]): Generator<XmlElement> {
  for (const child of childrenOf(element)) {
    if (names.includes(child.name)) yield child;
    else yield* descendants(child, names);
  }
}

export function xmlText(node: XmlNode | undefined): string {
  if (node === undefined || typeof node === 'string') return node ?? '';
  return node.children.map(xmlText).join('');
}

export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
