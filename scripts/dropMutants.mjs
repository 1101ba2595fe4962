// Takes the mutants out of a build: every call `mutated('…')` becomes `false`, so that no switch can turn one on.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const call = /\bmutated\(\s*(?:'[^']*'|"[^"]*")\s*\)/g;

/** Does so in every .js file of the folders; returns how many calls there were. */
export function dropMutants(folders) {
  let dropped = 0;
  for (const folder of folders) {
    for (const name of readdirSync(folder, { recursive: true })) {
      if (!name.endsWith('.js')) continue;
      const path = join(folder, name);
      const text = readFileSync(path, 'utf8');
      const without = text.replace(call, () => {
        dropped++;
        return 'false';
      });
      if (without !== text) writeFileSync(path, without);
    }
  }
  return dropped;
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  console.log(`${dropMutants(process.argv.slice(2))} mutants dropped`);
