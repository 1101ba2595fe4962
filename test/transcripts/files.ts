// Where the transcripts are: beside the sources, not in what is built.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../repository/root.ts';

const folder = join(repositoryRoot, 'test/transcripts');

/** Every transcript there is. */
export function transcriptFiles(): { readonly name: string; readonly path: string }[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.txt'))
    .sort()
    .map((name) => ({ name, path: join(folder, name) }));
}
