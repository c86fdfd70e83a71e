// Queries that each answer runs: to put one together and to write it as SQL takes longer than to run it.
import type { Compilable, CompiledQuery, DialectAdapter, Kysely } from 'kysely';
import type { ConversationTables } from './conversation-tables.ts';

type Tables = Kysely<ConversationTables>;

/** Runs the query with these values. */
export type KeptQuery<Values, Row> = (tables: Tables, values: Values) => Promise<Row[]>;

class Place {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** Stands in for the values while the query is put together. */
const places = new Proxy({}, { get: (_, name) => new Place(String(name)) });

/**
 * `build` is called once for each database, with stand-ins for the values: it may put them where a value of a column goes, and nowhere
 * look at them.
 */
export function keptQuery<Values extends object, Row>(
  build: (tables: Tables, values: Values) => Compilable<Row>,
): KeptQuery<Values, Row> {
  const compiled = new WeakMap<DialectAdapter, CompiledQuery<Row>>();
  return async (tables, values) => {
    const { adapter } = tables.getExecutor();
    const query = compiled.get(adapter) ?? build(tables, places as Values).compile();
    compiled.set(adapter, query);
    const parameters = query.parameters.map((value) =>
      value instanceof Place ? values[value.name as keyof Values] : value,
    );
    const { rows } = await tables.executeQuery<Row>({ ...query, parameters });
    return rows;
  };
}
