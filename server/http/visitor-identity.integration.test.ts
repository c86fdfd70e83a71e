// The samples of docs/widget.md, run as a website's server would run them: those whose language is on this machine.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { packagePath } from '#core/package-root.ts';
import { defaultTenant } from '#core/tenant.ts';
import { createVisitorIdentity } from './visitor-identity.ts';

const guide = readFileSync(packagePath('docs/widget.md'), 'utf8');
const secret = 'a secret of forty characters for a test.';
const user = { id: '4711', name: 'Zoë “Z” O\'Hara "quoted" \\ 李', email: 'zoe+shop@example.com' };

/** `around`: the sample with a `user` before it, and the token written out behind. */
const languages: Record<string, { readonly command: readonly string[]; around(sample: string): string }> = {
  js: {
    command: [process.execPath, '--input-type=module', '-'],
    around: (sample) =>
      `${sample}\nprocess.stdout.write(token);`.replace(
        'const secret',
        'const user = { id: 4711, name: process.env.USER_NAME, email: process.env.USER_EMAIL };\nconst secret',
      ),
  },
  php: {
    command: ['php'],
    around: (sample) =>
      `<?php $user = (object) ['id' => 4711, 'name' => getenv('USER_NAME'), 'email' => getenv('USER_EMAIL')];\n${sample}\necho $token;`,
  },
  python: {
    command: ['python3', '-'],
    around: (sample) =>
      `import os\nclass user: id = 4711; name = os.environ["USER_NAME"]; email = os.environ["USER_EMAIL"]\n${sample}\nprint(token, end="")`,
  },
  ruby: {
    command: ['ruby', '-'],
    around: (sample) =>
      `user = Struct.new(:id, :name, :email).new(4711, ENV['USER_NAME'], ENV['USER_EMAIL'])\n${sample}\nprint token`,
  },
};

function run([program = '', ...rest]: readonly string[], input: string) {
  return spawnSync(program, rest, {
    input,
    encoding: 'utf8',
    cwd: packagePath(''),
    env: {
      PATH: process.env.PATH,
      LANG: 'C.UTF-8',
      ANSWERDESK_IDENTITY_SECRET: secret,
      USER_NAME: user.name,
      USER_EMAIL: user.email,
    },
  });
}

const isHere = (program: string) => spawnSync(program, ['--version']).error === undefined;

describe('the samples of signed identity', () => {
  for (const [language, { command, around }] of Object.entries(languages)) {
    const isMissing = !isHere(command[0] ?? '');
    it.skipIf(isMissing)(
      `make a token that the server takes: ${language}${isMissing ? ` (no ${command[0]} on this machine)` : ''}`,
      async () => {
        const [, sample = ''] =
          new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\``, 'm').exec(
            guide.slice(guide.indexOf('## Visitors who are signed in')),
          ) ?? [];
        const { stdout: token, stderr } = run(command, around(sample));
        expect(stderr).toBe('');
        const options = { tenantId: defaultTenant, logger: { warn() {} } };
        expect(await createVisitorIdentity({ ...options, secret })(token)).toEqual(user);
        expect(
          await createVisitorIdentity({ ...options, secret: secret.toUpperCase() })(token),
        ).toBeUndefined();
      },
    );
  }
});
