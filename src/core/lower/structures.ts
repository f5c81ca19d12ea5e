export { structuresOf } from '../schedule/structures.ts';
