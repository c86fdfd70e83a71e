// Pages of a website as items: what is new as articles, what is as it was as kept.

import { type CrawlOptions, crawlSite } from '#connectors/web/crawl-site.ts';
import type { PageState, PageVisit } from '#connectors/web/page-visit.ts';
import { readablePath } from '#connectors/web/site-scope.ts';
import type { CallOptions } from '#core/call-options.ts';
import type { ArticleItem, Origin, SourceItem } from '../item.ts';
import type { SourceMemory, WebSpec } from './source-spec.ts';

export interface WebPagesOptions
  extends CallOptions,
    Pick<CrawlOptions, 'resolve' | 'timeLimits' | 'pause' | 'limits'> {
  readonly memory?: SourceMemory;
}

/** Rejects as `crawlSite` does. */
export async function* readWebPages(
  spec: WebSpec,
  { memory, ...options }: WebPagesOptions,
): AsyncGenerator<SourceItem> {
  const visits = crawlSite({
    ...options,
    url: spec.url,
    include: spec.include,
    exclude: spec.exclude,
    allowPrivate: spec.allowPrivate,
    limits: {
      ...options.limits,
      ...(spec.maxPages === undefined ? {} : { pages: spec.maxPages }),
      ...(spec.maxDepth === undefined ? {} : { depth: spec.maxDepth }),
      ...(spec.requestsPerSecond === undefined ? {} : { requestsPerSecond: spec.requestsPerSecond }),
    },
    known: (url) => memory?.recall(memoryKey(url)) as PageState | undefined,
  });
  for await (const visit of visits) {
    if (visit.type === 'note') {
      yield { type: 'problem', origin: originOf(spec.url), reason: visit.reason };
      continue;
    }
    if (visit.state) {
      const { article } = visit.state;
      memory?.remember(memoryKey(visit.url), visit.state, article === undefined ? [] : [article]);
    }
    const origin = originOf(visit.url);
    if (visit.type === 'page') yield articleOf(visit);
    else if (visit.type === 'unchanged') yield { type: 'kept', id: visit.article, origin };
    else if (visit.type === 'unread') {
      const article = visit.isPassing ? visit.state?.article : undefined;
      const reason = `the page ${visit.reason}`;
      yield {
        type: 'problem',
        origin,
        reason: article ? `${reason}; what is published of it stays` : reason,
      };
      if (article) yield { type: 'kept', id: article, origin };
    }
  }
}

const memoryKey = (url: string) => `page ${url}`;

/** The path without the host, for rules such as `path:agents/**`. */
function originOf(url: string): Origin {
  return { file: readablePath(new URL(url)) || new URL(url).host };
}

function articleOf({ article, html, title, language, changed }: PageVisit): ArticleItem {
  return {
    type: 'article',
    id: article,
    title,
    body: html,
    format: 'html',
    url: article,
    ...(changed ? { updated: changed } : {}),
    ...(language ? { language } : {}),
    origin: originOf(article),
  };
}
