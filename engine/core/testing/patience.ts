// How long tests wait. A limit of this kind only says when something will never come: a busy machine makes the tests slower, never red.

/** For one thing that should come: an element of a page, a reply, a process that ends. */
export const patienceMs = 120_000;
