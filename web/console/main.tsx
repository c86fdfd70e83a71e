// Where the console begins: language and theme, then the routes.
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { createRoot } from 'react-dom/client';
import { createConsoleRouter } from './routes.tsx';
import { language, loadStrings } from './text/strings.ts';
import { requestFirstScreen } from './wire/first-requests.ts';
import { createQueryClient } from './wire/queries.ts';

const darkDevice = matchMedia('(prefers-color-scheme: dark)');
const applyTheme = () => document.documentElement.classList.toggle('dark', darkDevice.matches);
applyTheme();
darkDevice.addEventListener('change', applyTheme);

const client = createQueryClient();
requestFirstScreen(client, location);

await loadStrings(navigator.languages);
document.documentElement.lang = language;

createRoot(document.getElementById('console')!).render(
  <QueryClientProvider client={client}>
    <RouterProvider router={createConsoleRouter()} />
  </QueryClientProvider>,
);
