// How the team works: its name, who gets a conversation, what customers are promised, when somebody is there, who may not write.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { Field, Say } from '../parts/field.tsx';
import { Loading, Page, Problem } from '../parts/notices.tsx';
import { problemText } from '../parts/problem.ts';
import { useDesk } from '../shell/context.ts';
import { t } from '../text/strings.ts';
import { request } from '../wire/http.ts';
import { settingsQuery } from '../wire/queries.ts';
import type { Settings } from '../wire/types.ts';
import { Blocks } from './blocks.tsx';
import { HoursFields, hoursToStart } from './hours-fields.tsx';

export function SettingsPage() {
  const { may } = useDesk();
  const isAllowed = may('inbox:work');
  return (
    <Page title={t.settings} isAllowed={isAllowed}>
      {isAllowed && may('settings:manage') && <TeamSettings />}
      {isAllowed && <Blocks />}
    </Page>
  );
}

function TeamSettings() {
  const { data: settings, error, refetch } = useQuery(settingsQuery);
  if (!settings) return error ? <Problem error={error} onRetry={() => void refetch()} /> : <Loading />;
  return (
    <>
      <Company settings={settings} />
      <Assignment settings={settings} />
      <ReplyPromise settings={settings} />
      <Hours settings={settings} />
    </>
  );
}

interface CardProps {
  readonly title: string;
  /** What is saved. null takes it away. */
  readonly body: () => object;
  readonly children: ReactNode;
}

function Card({ title, body, children }: CardProps) {
  const client = useQueryClient();
  const save = useMutation({
    mutationFn: () => request<Settings>('/settings', { method: 'PATCH', body: body() }),
    onSuccess: (settings) => client.setQueryData(settingsQuery.queryKey, settings),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <section className="card">
      <h2>{title}</h2>
      <form onSubmit={submit} onChange={() => save.isSuccess && save.reset()}>
        {children}
        <Say bad={save.error && problemText(save.error)} good={save.isSuccess && t.saved} />
        <button type="submit" disabled={save.isPending}>
          {t.save}
        </button>
      </form>
    </section>
  );
}

interface SettingsProps {
  readonly settings: Settings;
}

function Company({ settings }: SettingsProps) {
  const [company, setCompany] = useState(settings.company);
  return (
    <Card title={t.company} body={() => ({ company })}>
      <Field
        label={t.name}
        hint={t.companyHint}
        value={company}
        maxLength={60}
        onChange={({ target }) => setCompany(target.value)}
        autoComplete="organization"
      />
    </Card>
  );
}

function Assignment({ settings }: SettingsProps) {
  const [assignment, setAssignment] = useState(settings.assignment);
  const choices = { off: t.assignOff, 'least-busy': t.assignLeastBusy };
  return (
    <Card title={t.assignment} body={() => ({ assignment })}>
      <fieldset className="field">
        <legend className="hear">{t.assignment}</legend>
        {(['off', 'least-busy'] as const).map((one) => (
          <label key={one} className="choice">
            <input
              type="radio"
              name="assignment"
              checked={assignment === one}
              onChange={() => setAssignment(one)}
            />
            <span>
              {choices[one]}
              {one === 'least-busy' && <span className="hint">{t.assignText}</span>}
            </span>
          </label>
        ))}
      </fieldset>
    </Card>
  );
}

function ReplyPromise({ settings }: SettingsProps) {
  const [minutes, setMinutes] = useState(`${settings.replyWithinMinutes ?? ''}`);
  return (
    <Card title={t.promises} body={() => ({ replyWithinMinutes: minutes === '' ? null : Number(minutes) })}>
      <Field
        label={t.replyWithin}
        hint={t.replyWithinHint}
        type="number"
        inputMode="numeric"
        min={1}
        max={10_080}
        value={minutes}
        onChange={({ target }) => setMinutes(target.value)}
      />
    </Card>
  );
}

function Hours({ settings }: SettingsProps) {
  const [isSet, setSet] = useState(settings.officeHours !== undefined);
  const [hours, setHours] = useState(settings.officeHours ?? hoursToStart);
  return (
    <Card title={t.officeHours} body={() => ({ officeHours: isSet ? hours : null })}>
      <fieldset className="field">
        <legend className="hear">{t.officeHours}</legend>
        {[false, true].map((one) => (
          <label key={`${one}`} className="choice">
            <input type="radio" name="hours" checked={isSet === one} onChange={() => setSet(one)} />
            <span>
              {one ? t.hoursSet : t.hoursAlways}
              {one && <span className="hint">{t.hoursText}</span>}
            </span>
          </label>
        ))}
      </fieldset>
      {isSet && <HoursFields hours={hours} onChange={setHours} />}
    </Card>
  );
}
