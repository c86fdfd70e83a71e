// What each bridge needs to be told, and whether it has been.
import { type BridgeName, bridgeLabels } from '#core/bridges.ts';

export type BridgeVariables = Readonly<Record<string, string | undefined>>;

interface Need {
  readonly variable: string;
  readonly why: string;
  readonly form?: RegExp;
}

const subdomain = (domain: string): Need => ({
  variable: 'ANSWERDESK_BRIDGE_ACCOUNT',
  why: `the name of your account: "acme" if the desk is at https://acme.${domain}`,
  form: /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i,
});
const number = (why: string): Need => ({ variable: 'ANSWERDESK_BRIDGE_INBOX', why, form: /^[1-9]\d{0,11}$/ });

export const bridgeNeeds: Readonly<Record<BridgeName, readonly Need[]>> = {
  zendesk: [
    subdomain('zendesk.com'),
    { variable: 'ANSWERDESK_ZENDESK_EMAIL', why: 'the address of the agent whose API token it is' },
    { variable: 'ANSWERDESK_ZENDESK_TOKEN', why: 'an API token' },
  ],
  intercom: [
    {
      variable: 'ANSWERDESK_BRIDGE_ACCOUNT',
      why: 'where the data of the workspace is kept: us, eu or au',
      form: /^(?:us|eu|au)$/,
    },
    { variable: 'ANSWERDESK_INTERCOM_TOKEN', why: 'the access token of an app' },
  ],
  freshdesk: [
    subdomain('freshdesk.com'),
    { variable: 'ANSWERDESK_FRESHDESK_KEY', why: 'the API key of an agent' },
  ],
  'help-scout': [
    number('the number of the inbox, as its address shows it'),
    { variable: 'ANSWERDESK_HELP_SCOUT_APP_ID', why: 'the id of an app of "My apps"' },
    { variable: 'ANSWERDESK_HELP_SCOUT_APP_SECRET', why: 'the secret of that app' },
  ],
  chatwoot: [
    {
      variable: 'ANSWERDESK_BRIDGE_ACCOUNT',
      why: 'host and number of the account, such as app.chatwoot.com/3',
      form: /^[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?(?::\d{1,5})?\/\d{1,12}$/i,
    },
    number('the number of an API inbox, as its address shows it'),
    { variable: 'ANSWERDESK_CHATWOOT_TOKEN', why: 'the access token of an agent' },
  ],
  slack: [
    {
      variable: 'ANSWERDESK_BRIDGE_INBOX',
      why: 'the id of the channel, such as C0123456789',
      form: /^[CG][A-Z0-9]{6,20}$/,
    },
    { variable: 'ANSWERDESK_SLACK_TOKEN', why: 'the bot token, which begins with xoxb-' },
  ],
};

const secret: Need = {
  variable: 'ANSWERDESK_BRIDGE_SECRET',
  why: 'by which its webhooks are known (docs/handover.md says where it comes from)',
};

/** A line for each setting that is missing or of another form. */
export function bridgeProblems(name: BridgeName | undefined, env: BridgeVariables): string[] {
  if (!name) return [];
  const label = bridgeLabels[name];
  return [...bridgeNeeds[name], secret].flatMap(({ variable, why, form }) => {
    const value = env[variable];
    if (value === undefined) return [`ANSWERDESK_BRIDGE=${name}: needs ${variable}, ${why}`];
    return form && !form.test(value) ? [`${variable}: for ${label}, write ${why}`] : [];
  });
}
