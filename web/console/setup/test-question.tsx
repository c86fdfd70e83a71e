// A question as a customer would ask it: the answer and what it rests on. Nothing is stored.
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Prose } from '../inbox/prose.tsx';
import { Field, Say } from '../parts/field.tsx';
import { problemText } from '../parts/problem.ts';
import { post } from '../wire/http.ts';
import type { Answered } from '../wire/types.ts';
import { s } from './setup-strings.ts';

export function TestQuestion() {
  const [question, setQuestion] = useState('');
  const ask = useMutation({ mutationFn: () => post<Answered>('/answers', { question }) });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    ask.mutate();
  };
  return (
    <section className="card">
      <h2>{s.test}</h2>
      <p>{s.testText}</p>
      <form onSubmit={submit}>
        <Field
          label={s.question}
          value={question}
          maxLength={1_000}
          autoComplete="off"
          onChange={({ target }) => setQuestion(target.value)}
          required
        />
        <button type="submit" className="main" disabled={ask.isPending}>
          {s.ask}
        </button>
      </form>
      <Say bad={ask.error && problemText(ask.error)} good={ask.isPending && s.thinking} />
      {ask.data && (
        <div className="trial">
          <h3>{s.answer}</h3>
          <Prose text={ask.data.text} />
          <h3>{s.answerSources}</h3>
          {ask.data.citations.length === 0 ? (
            <p className="hint">{s.noSources}</p>
          ) : (
            <ol className="trial-sources">
              {ask.data.citations.map(({ number, title, url, quote }) => (
                <li key={number}>
                  <strong>
                    [{number}] {url === undefined ? title : <a href={url}>{title}</a>}
                  </strong>
                  <p className="hint">{quote.slice(0, 300)}</p>
                </li>
              ))}
            </ol>
          )}
        </div>
      )}
    </section>
  );
}
