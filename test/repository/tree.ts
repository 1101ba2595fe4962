// Small trees of files in a temporary folder, written from an object: path to content.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export type Tree = Readonly<Record<string, string>>;

export async function writeTree(root: string, tree: Tree): Promise<void> {
  for (const [path, content] of Object.entries(tree)) {
    const file = join(root, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
}

/** Calls `use` with a folder that holds `tree`, and removes the folder afterwards. */
export async function withTree<T>(tree: Tree, use: (root: string) => Promise<T>): Promise<T> {
  const root = await mkdtemp(join(tmpdir(), 'thrum-tree-'));
  try {
    await writeTree(root, tree);
    return await use(root);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}
