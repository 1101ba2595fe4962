// What a job reads: names given by a person become the files that exist. Apart from the counting, and free of
// the runtime, so that any job can use it.
export { type FindInputsOptions, type FoundInputs, findInputs, type InputFile } from './find.ts';
export { readNameFile, readNames } from './nameList.ts';
export { describeFailure, InputError, type InputProblem } from './problem.ts';
export type { Selection } from './select.ts';
