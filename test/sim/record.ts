// `npm run record`: records what the simulator does now, for the tests that compare with it.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { traceHashes } from '../fixtures/hashScenarios.ts';
import { repositoryRoot } from '../repository/root.ts';
import { transcriptFiles } from '../transcripts/files.ts';
import { kits } from '../transcripts/kits.ts';
import { play } from '../transcripts/transcript.ts';

const hashes = join(repositoryRoot, 'test/fixtures/traceHashes.json');
writeFileSync(hashes, `${JSON.stringify(await traceHashes(), null, 2)}\n`);

for (const { path } of transcriptFiles()) writeFileSync(path, await play(readFileSync(path, 'utf8'), kits));
