// A new account, and the link that lets somebody set a password: the server tells it once.
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { Role } from '#core/access.ts';
import { CopyBox } from '../parts/copy-box.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Field, Say } from '../parts/field.tsx';
import { problemText } from '../parts/problem.ts';
import { fill, fullTime, t } from '../text/strings.ts';
import { post } from '../wire/http.ts';
import type { PasswordLink, User } from '../wire/types.ts';
import { roles } from './roles.ts';

export interface ShownLink {
  readonly name: string;
  readonly link: PasswordLink;
}

interface InviteDialogProps {
  readonly onInvited: (link: ShownLink) => void;
  readonly onClose: () => void;
}

export function InviteDialog({ onInvited, onClose }: InviteDialogProps) {
  const [email, setEmail] = useState('');
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('agent');
  const invite = useMutation({
    mutationFn: () => post<{ user: User; link: PasswordLink }>('/users', { email: email.trim(), name, role }),
    onSuccess: ({ user, link }) => onInvited({ name: user.name, link }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    invite.mutate();
  };
  return (
    <Dialog title={t.invite} onClose={onClose}>
      <form onSubmit={submit}>
        <Field
          label={t.email}
          type="email"
          value={email}
          onChange={({ target }) => setEmail(target.value)}
          autoComplete="off"
          required
        />
        <Field
          label={t.name}
          hint={t.nameHint}
          value={name}
          maxLength={100}
          onChange={({ target }) => setName(target.value)}
          autoComplete="off"
          required
        />
        <fieldset className="field">
          <legend>{t.role}</legend>
          {roles.map((one) => (
            <label key={one} className="choice">
              <input type="radio" name="role" checked={role === one} onChange={() => setRole(one)} />
              <span>
                {t[one]}
                <span className="hint">{t[`${one}_can`]}</span>
              </span>
            </label>
          ))}
        </fieldset>
        <Say bad={invite.error && problemText(invite.error)} />
        <div className="row end">
          <button type="button" onClick={onClose}>
            {t.cancel}
          </button>
          <button type="submit" className="main" disabled={invite.isPending}>
            {t.inviteDo}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

export function LinkDialog({ shown: { name, link }, onClose }: { shown: ShownLink; onClose: () => void }) {
  return (
    <Dialog title={fill(t.linkTitle, name)} onClose={onClose}>
      <p>{fill(t.linkText, fullTime(link.expiresAt))}</p>
      <CopyBox label={t.link} text={`${location.origin}/console/password#${link.token}`} />
      <div className="row end">
        <button type="button" className="main" onClick={onClose}>
          {t.close}
        </button>
      </div>
    </Dialog>
  );
}
