// The team's work over time. Days come from the server, counted in one time zone for everybody.
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { Icon } from '../parts/icon.tsx';
import { Empty, Loading, Page, Problem } from '../parts/notices.tsx';
import { useDesk } from '../shell/context.ts';
import { fill, language, t } from '../text/strings.ts';
import { figuresQuery } from '../wire/queries.ts';
import type { Figures } from '../wire/types.ts';
import { Chart } from './chart.tsx';
import { chartsOf, csvOf, duration, share } from './figures-charts.ts';
import { s } from './figures-strings.ts';
import { defaultRange, type FiguresSearch, ranges } from './range.ts';

export function FiguresPage() {
  const isAllowed = useDesk().may('inbox:read');
  return (
    <Page title={t.figures} isAllowed={isAllowed}>
      {isAllowed && <Overview />}
    </Page>
  );
}

function Overview() {
  const { days = defaultRange }: FiguresSearch = useSearch({ strict: false });
  const { data, error, refetch } = useQuery({ ...figuresQuery(days), placeholderData: keepPreviousData });
  return (
    <>
      <nav className="row ranges" aria-label={s.range}>
        {ranges.map((range) => (
          <Link
            key={range}
            to="/figures"
            search={{ days: range }}
            replace
            className="button"
            aria-current={range === days ? 'true' : undefined}
          >
            {fill(s.days, range)}
          </Link>
        ))}
      </nav>
      {data ? (
        <Shown figures={data} />
      ) : error ? (
        <Problem error={error} onRetry={() => void refetch()} />
      ) : (
        <Loading />
      )}
    </>
  );
}

function Shown({ figures }: { readonly figures: Figures }) {
  const charts = useMemo(() => chartsOf(figures), [figures]);
  const days = useMemo(() => figures.days.map(({ day }) => day), [figures]);
  const isEmpty = charts.every(({ series }) => series.every(({ total = 0 }) => total === 0));
  if (isEmpty) return <Empty icon="chart" title={s.none} text={s.noneText} />;
  return (
    <>
      <Tiles total={figures.total} />
      <div className="charts">
        {charts.map((facts) => (
          <Chart key={facts.id} facts={facts} days={days} />
        ))}
      </div>
      <div className="row">
        <button type="button" onClick={() => download(`figures-${days.at(-1)}.csv`, csvOf(figures, charts))}>
          <Icon name="down" />
          {s.download}
        </button>
        <p className="hint">{fill(s.lead, figures.timeZone)}</p>
      </div>
    </>
  );
}

function Tiles({ total }: { readonly total: Figures['total'] }) {
  const { conversations, withoutPerson, handovers, waits, conversationRatings, answerRatings } = total;
  const number = (value: number) => new Intl.NumberFormat(language).format(value);
  const up = conversationRatings.up + answerRatings.up;
  const rated = up + conversationRatings.down + answerRatings.down;
  const tiles = [
    { label: s.conversations, value: number(conversations) },
    {
      label: s.withoutPerson,
      value: conversations > 0 ? share(withoutPerson, conversations) : '–',
      hint: conversations > 0 ? `${number(withoutPerson)} / ${number(conversations)}` : undefined,
    },
    {
      label: s.handovers,
      value: number(Object.values(handovers).reduce((sum, count) => sum + count)),
      hint: waits.open > 0 ? fill(s.openHandovers, number(waits.open)) : undefined,
    },
    {
      label: s.firstReply,
      value: waits.medianSeconds === undefined ? '–' : duration(waits.medianSeconds),
      hint:
        waits.ninthDecileSeconds === undefined
          ? undefined
          : fill(s.withinNinth, duration(waits.ninthDecileSeconds)),
    },
    {
      label: s.satisfied,
      value: rated > 0 ? share(up, rated) : '–',
      hint: rated > 0 ? fill(s.ratings, number(rated)) : s.noRatings,
    },
  ];
  return (
    <dl className="tiles">
      {tiles.map(({ label, value, hint }) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>
            <strong>{value}</strong>
            {hint && <span className="hint">{hint}</span>}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function download(name: string, text: string): void {
  // Spreadsheets take a file for UTF-8 by its mark.
  const address = URL.createObjectURL(new Blob(['\uFEFF', text], { type: 'text/csv' }));
  Object.assign(document.createElement('a'), { href: address, download: name }).click();
  URL.revokeObjectURL(address);
}
