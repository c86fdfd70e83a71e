// How hard tests of chance try: 1 in `npm test`, more in `npm run test:long`. For the number of random cases, kills and cuts.
export const effort = Number(process.env.TEST_EFFORT ?? 1);
