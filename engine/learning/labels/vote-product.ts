// Which product a conversation is about: by its names in the customer's words and in the team's, and by the article that is nearest.
import type { LabellingFunction, Vote } from './labelling-function.ts';
import { type ProductName, productsIn } from './product-names.ts';
import { customerText } from './vote-sentiment.ts';

export interface ProductSources {
  readonly names: readonly ProductName[];
  /** Products in the title and collection of an article, by its id. */
  readonly ofArticle: ReadonlyMap<string, readonly string[]>;
}

/** Below it an article only shares a few words with the conversation. */
const leastCosine = 0.5;

export function productFunctions({ names, ofArticle }: ProductSources): LabellingFunction[] {
  const named = (text: string, confidence: number): Vote | undefined => {
    const [most, next] = productsIn(text, names);
    if (!most) return undefined;
    return { value: most.name, confidence: next && next.count === most.count ? 0.5 : confidence };
  };
  return [
    { name: 'customer', kind: 'product', vote: (conversation) => named(customerText(conversation), 0.9) },
    {
      name: 'team',
      kind: 'product',
      vote: ({ turns }) =>
        named(turns.flatMap(({ author, text }) => (author === 'customer' ? [] : [text])).join('\n'), 0.75),
    },
    {
      name: 'article',
      kind: 'product',
      vote({ nearest }) {
        if (!nearest || nearest.cosine < leastCosine) return undefined;
        const products = ofArticle.get(nearest.documentId) ?? [];
        return products.length === 1 ? { value: products[0]!, confidence: 0.65 } : undefined;
      },
    },
  ];
}
