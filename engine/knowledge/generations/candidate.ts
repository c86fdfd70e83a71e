// What a change of model is judged on before anybody is answered from it.
import type { GenerationInfo } from '#core/retriever.ts';

/** Everything that is published, embedded with another model beside it. */
export interface Candidate extends AsyncDisposable {
  /** A data folder: knowledge base and model store. Gone when the candidate is disposed. */
  readonly dataDir: string;
  /** The generation whose documents these are. */
  readonly basedOn: string;
  readonly generation: GenerationInfo;
  readonly embedded: number;
  readonly reused: number;
}
