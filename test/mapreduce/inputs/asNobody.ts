// A program for unreadable.test.ts: finds the inputs named by its arguments without the rights of root, which may
// read everything, and prints what it found. Giving those rights up is for good, hence a process of its own.
import { findInputs } from '../../../actors/mapreduce/inputs/index.ts';

const nobody = 65534;
if (process.getuid?.() === 0) process.setuid?.(nobody);

const { files, problems } = await findInputs(process.argv.slice(2));
const found = {
  files: files.map(({ path }) => path),
  problems: problems.map(({ path, error }) => ({ path, message: error.message })),
};
process.stdout.write(JSON.stringify(found));
