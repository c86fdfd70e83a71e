// Articles of the team: files or an address, read in the background of the server, and what came of it.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type ChangeEvent, type FormEvent, useId, useState } from 'react';
import { Field, Say, Switch } from '../parts/field.tsx';
import { Loading, Problem } from '../parts/notices.tsx';
import { problemText } from '../parts/problem.ts';
import { fill } from '../text/strings.ts';
import { post, request, upload } from '../wire/http.ts';
import type { ArticlesFacts, ArticlesRun } from '../wire/types.ts';
import { s } from './setup-strings.ts';

const everyMs = 1_000;
const accepted =
  '.md,.markdown,.mdx,.html,.htm,.txt,.csv,.tsv,.json,.jsonl,.pdf,.docx,.pptx,.xlsx,.ods,.epub,.zip';

const articlesKey = ['articles'];

export function Articles() {
  const client = useQueryClient();
  const { data, error, refetch } = useQuery({
    queryKey: articlesKey,
    queryFn: ({ signal }) => request<ArticlesFacts>('/articles', { signal }),
    refetchInterval: ({ state }) => (state.data?.run?.state === 'running' ? everyMs : false),
  });
  const [replaceSample, setReplaceSample] = useState(true);
  const [url, setUrl] = useState('');
  const refresh = () => client.invalidateQueries({ queryKey: articlesKey });
  const begin = useMutation({
    mutationFn: (place: { url?: string }) => post<ArticlesRun>('/articles/runs', { ...place, replaceSample }),
    onSettled: refresh,
  });
  const stop = useMutation({ mutationFn: () => post('/articles/runs/stop'), onSettled: refresh });
  if (!data) return error ? <Problem error={error} onRetry={() => void refetch()} /> : <Loading />;
  const { files, run, sources } = data;
  const isRunning = run?.state === 'running' || begin.isPending;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    begin.mutate({ url: withScheme(url.trim()) });
  };
  return (
    <section className="card">
      <h2>{s.articles}</h2>
      <p>{s.articlesText}</p>
      <Files files={files} onChange={refresh} />
      {files.length > 0 && (
        <button type="button" className="main" disabled={isRunning} onClick={() => begin.mutate({})}>
          {s.readFiles}
        </button>
      )}
      <form onSubmit={submit}>
        <Field
          label={s.address}
          hint={s.addressHint}
          value={url}
          inputMode="url"
          autoComplete="url"
          placeholder="https://help.example.com"
          onChange={({ target }) => setUrl(target.value)}
          required
        />
        <button type="submit" disabled={isRunning}>
          {s.readAddress}
        </button>
      </form>
      {sources.some(({ isSample }) => isSample) && (
        <Switch label={s.replaceSample} checked={replaceSample} onChange={setReplaceSample} />
      )}
      <Say bad={begin.error && problemText(begin.error)} />
      {run && <Run run={run} onStop={() => stop.mutate()} />}
      {sources.length > 0 && (
        <>
          <h3>{s.sources}</h3>
          <ul className="plain-list">
            {sources.map(({ name, documents }) => (
              <li key={name}>
                <span>{name}</span>
                <span className="hint">{fill(s.documents, documents)}</span>
              </li>
            ))}
          </ul>
        </>
      )}
      <p className="hint">{s.larger}</p>
    </section>
  );
}

interface FilesProps {
  readonly files: ArticlesFacts['files'];
  readonly onChange: () => Promise<void>;
}

function Files({ files, onChange }: FilesProps) {
  const id = useId();
  const [busyWith, setBusyWith] = useState('');
  const put = useMutation({
    // One after another: what was taken stays, whatever becomes of the next.
    async mutationFn(chosen: readonly File[]) {
      for (const file of chosen) {
        setBusyWith(file.name);
        await upload(`/articles/files/${encodeURIComponent(file.name)}`, file);
        await onChange();
      }
    },
    onSettled() {
      setBusyWith('');
      return onChange();
    },
  });
  const remove = useMutation({
    mutationFn: (name: string) =>
      request(`/articles/files/${encodeURIComponent(name)}`, { method: 'DELETE' }),
    onSettled: onChange,
  });
  const choose = ({ target }: ChangeEvent<HTMLInputElement>) => {
    put.mutate([...(target.files ?? [])]);
    // The same file may be chosen again.
    target.value = '';
  };
  return (
    <>
      <div className="field">
        <label htmlFor={id}>{s.files}</label>
        <input id={id} className="drop" type="file" multiple accept={accepted} onChange={choose} />
      </div>
      <Say
        bad={(put.error ?? remove.error) && problemText(put.error ?? remove.error)}
        good={busyWith !== '' && fill(s.uploading, busyWith)}
      />
      {files.length > 0 && (
        <ul className="plain-list">
          {files.map(({ name, bytes }) => (
            <li key={name}>
              <span className="id">
                {name} <span className="hint">{size(bytes)}</span>
              </span>
              <button
                type="button"
                aria-label={`${s.remove}: ${name}`}
                disabled={remove.isPending}
                onClick={() => remove.mutate(name)}
              >
                {s.remove}
              </button>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function Run({ run, onStop }: { readonly run: ArticlesRun; readonly onStop: () => void }) {
  if (run.state === 'failed') return <Say bad={run.message} />;
  if (run.state === 'stopped') return <Say good={s.stopped} />;
  if (run.state === 'done') {
    const { added, changed, unreadable, passages } = run.outcome;
    const parts = [
      fill(s.counts, added + changed),
      ...(unreadable > 0 ? [fill(s.unreadable, unreadable)] : []),
      fill(s.passages, passages),
    ];
    return <Say good={fill(s.done, parts.join(', '))} />;
  }
  const { stage, documents = 0, embedded = 0, chunks = 0 } = run.progress ?? {};
  const text =
    stage === 'publishing'
      ? s.publishing
      : stage === 'embedding'
        ? fill(s.embedding, `${embedded}/${chunks}`)
        : fill(s.reading, documents);
  return (
    <div className="run">
      <progress aria-label={text} {...(chunks > 0 ? { max: chunks, value: embedded } : {})} />
      <span role="status">{text}</span>
      <button type="button" onClick={onStop}>
        {s.stop}
      </button>
    </div>
  );
}

const kilobyte = 1_000;

function size(bytes: number): string {
  return bytes < kilobyte * kilobyte
    ? `${Math.ceil(bytes / kilobyte)} kB`
    : `${(bytes / kilobyte / kilobyte).toFixed(1)} MB`;
}

const withScheme = (text: string) => (/^https?:\/\//i.test(text) ? text : `https://${text}`);
