// `npm run record`: records what the simulator does now, for the tests that compare with it.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { traceHashes } from '../fixtures/hashScenarios.ts';
import { repositoryRoot } from '../repository/root.ts';

const hashes = join(repositoryRoot, 'test/fixtures/traceHashes.json');
writeFileSync(hashes, `${JSON.stringify(await traceHashes(), null, 2)}\n`);
