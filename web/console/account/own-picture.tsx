// One's own picture, as colleagues and customers see it.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef } from 'react';
import { Face } from '../parts/face.tsx';
import { Say } from '../parts/field.tsx';
import { problemText } from '../parts/problem.ts';
import { useDesk } from '../shell/context.ts';
import { t } from '../text/strings.ts';
import { request, upload } from '../wire/http.ts';
import { meQuery, peopleQuery } from '../wire/queries.ts';

export function OwnPicture() {
  const { me } = useDesk();
  const client = useQueryClient();
  const input = useRef<HTMLInputElement>(null);
  const change = useMutation({
    mutationFn: (file: File | undefined) =>
      file ? upload('/me/picture', file) : request('/me/picture', { method: 'DELETE' }),
    onSettled: () => Promise.all([client.invalidateQueries(meQuery), client.invalidateQueries(peopleQuery)]),
  });
  const picture = me.account?.picture;
  return (
    <section className="card">
      <h2>{t.picture}</h2>
      <div className="row own-picture">
        <Face name={me.person.name} picture={picture} className="large" />
        <div>
          <p className="hint">{t.pictureText}</p>
          <div className="row">
            <button type="button" disabled={change.isPending} onClick={() => input.current?.click()}>
              {t.choosePicture}
            </button>
            {picture !== undefined && (
              <button
                type="button"
                className="quiet"
                disabled={change.isPending}
                onClick={() => change.mutate(undefined)}
              >
                {t.removePicture}
              </button>
            )}
          </div>
        </div>
      </div>
      <input
        ref={input}
        type="file"
        accept="image/png,image/jpeg,image/webp,image/gif"
        hidden
        aria-label={t.choosePicture}
        onChange={({ target }) => {
          const [file] = target.files ?? [];
          if (file) change.mutate(file);
          // The same file again is a choice, too.
          target.value = '';
        }}
      />
      <Say
        bad={change.error && problemText(change.error)}
        good={change.isSuccess && (change.variables ? t.pictureSet : t.pictureRemoved)}
      />
    </section>
  );
}
