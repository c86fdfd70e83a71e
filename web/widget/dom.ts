// Builds DOM nodes without HTML strings: nothing here can be an injection, and no inline style or handler is ever written.

type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;
export type Child = Node | string;

/** `true` writes an empty attribute; `false` and `undefined` none. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) node.setAttribute(name, value === true ? '' : String(value));
  }
  node.append(...children);
  return node;
}

const shapes = {
  chat: 'M4 5.5h16v11H11l-4.5 3.5v-3.5H4z M8.5 11h.01 M12 11h.01 M15.5 11h.01',
  down: 'M6 9.5l6 6 6-6',
  close: 'M6 6l12 12 M18 6L6 18',
  send: 'M5 12h14 M13 6l6 6-6 6',
  stop: 'M7 7h10v10H7z',
  restart: 'M20 13v6H5V4h6 M9.5 14.5l1-3.5 7.5-7.5 2.5 2.5L13 13.5z',
  person: 'M12 12a4 4 0 100-8 4 4 0 000 8z M4.5 20.5c.8-4 3.8-5.5 7.5-5.5s6.7 1.5 7.5 5.5',
  up: 'M7.5 10.5v9h-3.5v-9z M7.5 10.5l4-7c1.6.1 2.3 1.2 2 2.8l-.6 3.2h5.1c1.2 0 2 1 1.7 2.2l-1.5 6.2c-.2.9-1 1.6-2 1.6h-8.7',
  link: 'M9 5H5v14h14v-4 M13 5h6v6 M19 5l-8 8',
  info: 'M12 21a9 9 0 100-18 9 9 0 000 18z M12 11v5 M12 8h.01',
  question: 'M12 21a9 9 0 100-18 9 9 0 000 18z M9.5 9.5a2.5 2.5 0 114 2c-.9.6-1.5 1.1-1.5 2 M12 16.8h.01',
} as const;

export type IconName = keyof typeof shapes;

export const icon = (name: IconName): SVGSVGElement => drawing(shapes[name]);

/** Lines on a 24 x 24 grid in the colour of the text. */
export function drawing(lines: string): SVGSVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', lines);
  svg.append(path);
  return svg;
}

interface ButtonOptions {
  readonly label: string;
  readonly icon: IconName | SVGSVGElement;
  readonly class?: string;
  readonly onClick: (event: MouseEvent) => void;
}

export function iconButton({
  label,
  icon: name,
  class: extra = '',
  onClick,
}: ButtonOptions): HTMLButtonElement {
  const button = element('button', {
    type: 'button',
    class: `icon ${extra}`.trim(),
    'aria-label': label,
    title: label,
  });
  button.append(typeof name === 'string' ? icon(name) : name);
  button.addEventListener('click', onClick);
  return button;
}

export function textButton(label: string, look: string, onClick: () => void): HTMLButtonElement {
  const button = element('button', { type: 'button', class: look }, label);
  button.addEventListener('click', onClick);
  return button;
}
