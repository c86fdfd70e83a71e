const shapes = {
  inbox: 'M4 13h4l1.5 3h5l1.5-3h4M4 13v5a1 1 0 0 0 1 1h14a1 1 0 0 0 1-1v-5M4 13 6.5 5.5h11L20 13',
  users:
    'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7Zm-6 9c0-3.5 2.5-6 6-6s6 2.5 6 6M16 4.3a3.5 3.5 0 0 1 0 6.4M18 14.5c2 1 3 3 3 5.5',
  key: 'M14.5 13.5a4.5 4.5 0 1 0-4-4L3 17v4h4l1-1v-2h2l2-2v-1.5ZM16.5 7.5h.01',
  log: 'M7 3h10a2 2 0 0 1 2 2v14a2 2 0 0 1-2 2H7a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2Zm2 5h6M9 12h6M9 16h4',
  person: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-7.5 8.5c.5-4 3.5-6 7.5-6s7 2 7.5 6',
  bot: 'M6 9h12a2 2 0 0 1 2 2v6a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2v-6a2 2 0 0 1 2-2Zm6 0V5m-1-1h2M9 13v1.5M15 13v1.5',
  chart: 'M4 4v15a1 1 0 0 0 1 1h15M8.5 16v-4m4 4V7m4 9v-6',
  shield: 'M12 3.5 5 6v5.5c0 4.5 3 7.5 7 9 4-1.5 7-4.5 7-9V6l-7-2.5Z',
  clock: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Zm0-14v5l3 2',
  search: 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14Zm9 2-4-4',
  check: 'm5 12.5 4.5 4.5L19 7.5',
  back: 'm14.5 6-6 6 6 6',
  down: 'm7 10 5 5 5-5',
  more: 'M5 12a1 1 0 1 0 2 0 1 1 0 1 0-2 0Zm6 0a1 1 0 1 0 2 0 1 1 0 1 0-2 0Zm6 0a1 1 0 1 0 2 0 1 1 0 1 0-2 0Z',
  close: 'm6.5 6.5 11 11m0-11-11 11',
  danger: 'M12 4 2.8 19.5h18.4L12 4Zm0 6v4m0 2.7h.01',
  return: 'M9 7 4 12l5 5M4 12h11a5 5 0 0 1 5 5v1',
  note: 'M5 4h14v11l-5 5H5V4Zm14 11h-5v5M8.5 9h7M8.5 13h3',
  send: 'M4 12 20 4.5 16 20l-4.5-6L4 12Zm7.5 2L20 4.5',
  eye: 'M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12ZM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6Z',
  out: 'M14 4H6a1 1 0 0 0-1 1v14a1 1 0 0 0 1 1h8M10 12h11m-4-4 4 4-4 4',
  plus: 'M12 5v14M5 12h14',
  gear: 'M12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6Zm0-12v3m0 12v3M3 12h3m12 0h3M5.6 5.6l2.2 2.2m8.4 8.4 2.2 2.2m0-12.8-2.2 2.2m-8.4 8.4-2.2 2.2',
  reply: 'M5 5h14a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1h-7l-5 4v-4H5a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1Zm7.5 3-2 5',
  help: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Zm-2.5-11.5A2.5 2.5 0 1 1 12 12v1.5m0 3h.01',
} as const;

export type IconName = keyof typeof shapes;

/** Beside words that say the same: hidden from those who hear the page. */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={shapes[name]} />
    </svg>
  );
}
