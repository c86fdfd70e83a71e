// The assistant's Markdown as the widget shows it: by the same two walls against anything that runs, loads or styles.
import { useLayoutEffect, useRef } from 'react';
import { renderMarkdown } from '../../widget/safe-markdown.ts';

export function Prose({ text }: { readonly text: string }) {
  const frame = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    frame.current?.replaceChildren(renderMarkdown(text, [], ''));
  }, [text]);
  return <div ref={frame} className="prose" />;
}
