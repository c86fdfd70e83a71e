// Text that a library pushes by a callback, as a stream that is read.
export interface PushedPiece {
  readonly text: string;
  /** Of the last piece: how it ended. */
  readonly finish?: 'stop' | 'length';
}

/** Rejects as `produce` does, behind what it has pushed. */
export async function* pushedText(
  produce: (push: (text: string) => void) => Promise<'stop' | 'length'>,
): AsyncGenerator<PushedPiece> {
  let pieces: PushedPiece[] = [];
  let wake = Promise.withResolvers<void>();
  let failure: { readonly thrown: unknown } | undefined;
  let over = false;
  const push = (piece: PushedPiece) => {
    pieces.push(piece);
    wake.resolve();
  };
  produce((text) => push({ text }))
    .then((finish) => push({ text: '', finish }))
    .catch((thrown) => {
      failure = { thrown };
    })
    .finally(() => {
      over = true;
      wake.resolve();
    });
  for (;;) {
    if (pieces.length === 0 && !over) await wake.promise;
    wake = Promise.withResolvers();
    const ready = pieces;
    pieces = [];
    yield* ready;
    if (over && pieces.length === 0) {
      if (failure) throw failure.thrown;
      return;
    }
  }
}
