import { expect, it } from 'vitest';
import { languageOf } from './language.ts';

const english = 'You can change your password in the settings of your account at any time.';
const german = 'Sie können Ihr Passwort jederzeit in den Einstellungen Ihres Kontos ändern.';

it.each([
  ['what the source states', { stated: 'pt-BR', path: 'fr/a.md', text: english }, 'pt'],
  ['a language in the name', { path: 'help/reset._fr.md', text: english }, 'fr'],
  ['a locale in the name', { path: 'ads-da_DK.md', text: german }, 'da'],
  ['a language folder', { path: 'docs/es/reset.md', text: english }, 'es'],
  ['the words, where the folder is a word', { path: 'it/no/reset.md', text: english }, 'en'],
  ['the words', { path: 'how-to-sign-in.md', text: german }, 'de'],
  ['nothing, from too little text', { path: 'a.md', text: 'OK' }, 'und'],
])('languageOf takes %s', (_name, hints, language) => {
  expect(languageOf(hints)).toBe(language);
});
