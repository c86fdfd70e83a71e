export { createPersonSide } from './create-person-side.ts';
