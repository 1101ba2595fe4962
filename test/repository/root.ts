// Where the repository is, for tests that look at its files: they run from dist/test/repository/.

import { fileURLToPath } from 'node:url';

export const repositoryRoot = fileURLToPath(new URL('../../../', import.meta.url));
