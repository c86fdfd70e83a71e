// The bridge to the system in which the team works, built from the configuration, and the door for its webhooks.
import { createChatwootBridge } from '#connectors/chatwoot/chatwoot-bridge.ts';
import type { ConnectionOptions } from '#connectors/desk-client.ts';
import { createFreshdeskBridge } from '#connectors/freshdesk/freshdesk-bridge.ts';
import { createHelpScoutBridge } from '#connectors/help-scout/help-scout-bridge.ts';
import { createIntercomBridge } from '#connectors/intercom/intercom-bridge.ts';
import { createSlackBridge } from '#connectors/slack/slack-bridge.ts';
import { createZendeskBridge } from '#connectors/zendesk/zendesk-bridge.ts';
import type { BridgeStore, HandoverBridge, IncomingWebhook } from '#core/bridges.ts';
import { AppError } from '#core/errors.ts';
import { bridgeChannel, type NoticeStore } from '#core/notices.ts';
import type { Config } from './config.ts';

/** What tests set otherwise. */
export interface BridgeConnection extends ConnectionOptions {
  readonly now?: () => Date;
}

/** Undefined where none is set up. The configuration has been checked: what is needed is there. */
export function bridgeOf(
  { name, account = '', inbox = '', secret = '', credentials }: Config['bridge'],
  connection: BridgeConnection = {},
): HandoverBridge | undefined {
  const common = { ...connection, secret };
  const { email, zendeskToken, intercomToken, freshdeskKey } = credentials;
  const { helpScoutAppId, helpScoutAppSecret, chatwootToken, slackToken } = credentials;
  switch (name) {
    case undefined:
      return undefined;
    case 'zendesk':
      return createZendeskBridge({ ...common, subdomain: account, email, token: zendeskToken });
    case 'intercom':
      return createIntercomBridge({ ...common, region: account, token: intercomToken });
    case 'freshdesk':
      return createFreshdeskBridge({ ...common, subdomain: account, key: freshdeskKey });
    case 'help-scout':
      return createHelpScoutBridge({
        ...common,
        appId: helpScoutAppId,
        appSecret: helpScoutAppSecret,
        inbox: Number(inbox),
      });
    case 'chatwoot':
      return createChatwootBridge({ ...common, account, token: chatwootToken, inbox: Number(inbox) });
    case 'slack':
      return createSlackBridge({ ...common, token: slackToken, channel: inbox });
  }
}

export interface BridgeDoor {
  /** What is to be sent back. Throws `not-found` for another bridge than the one in use, and `forbidden`. */
  receive(name: string, webhook: IncomingWebhook): Promise<{ readonly challenge?: string }>;
}

export interface BridgeDoorOptions {
  readonly bridge: HandoverBridge | undefined;
  readonly store: Pick<NoticeStore, 'addNotice'> & Pick<BridgeStore, 'bridgeCaseThere'>;
  /** There is something to deliver. */
  readonly wake: () => void;
  readonly now?: () => Date;
}

/** Webhooks say only that a case is to be read: that is noted durably, once for each event, and done by the queue. */
export function createBridgeDoor({
  bridge,
  store,
  wake,
  now = () => new Date(),
}: BridgeDoorOptions): BridgeDoor {
  return {
    async receive(name, webhook) {
      if (!bridge || bridge.name !== name)
        throw new AppError('not-found', 'A webhook came for a bridge that is not set up.');
      const news = bridge.receive(webhook);
      if (news.type === 'challenge') return { challenge: news.challenge };
      if (news.type === 'other') return {};
      const known = await store.bridgeCaseThere(bridge.name, news.caseId);
      if (!known) return {};
      await store.addNotice({
        key: known.key,
        kind: 'news',
        about: news.eventId.slice(0, 200),
        channel: bridgeChannel(bridge.name),
        createdAt: now().toISOString(),
      });
      wake();
      return {};
    },
  };
}
