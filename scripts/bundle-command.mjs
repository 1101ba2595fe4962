// Bundles the `thrum` command into few files, so that a small word count is over before Node.js would have found the
// files of its packages. What users import stays as it is, file by file: only the command is bundled.
//
//   node scripts/bundle-command.mjs

import { rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

/** As deep below the package as dist/actors/cli, so that paths relative to a file hold in the bundle too. */
const bundleFolder = path.join(root, 'dist/actors/command');

/**
 * Stay in dist/actors/cli and are loaded from there. They load modules of the user's, which import the package's own
 * files: in the bundle, they would have a runtime other than those modules have.
 */
const unbundled = ['./mapreduce/run.js', './sim/runSim.js', './chord/demo.js'];

/**
 * Bundles dist/actors/cli/main.js and the first files of worker threads, as tsc has built them. The threads of a count, which
 * share no module with the host, have files apart: fewer to open, and the code that is kept compiled is what they run, not
 * what the host does.
 *
 * @param {string} [folder] emptied first
 * @returns esbuild's metafile: which files went into which
 */
export async function bundleCommand(folder = bundleFolder) {
  await rm(folder, { recursive: true, force: true });
  const host = await bundle(folder, {
    entryPoints: { main: 'dist/actors/cli/main.js', bootstrap: 'dist/lib/threads/bootstrap.js' },
    plugins: [leave(unbundled, folder), apart(['engineThreads.js']), english],
  });
  const engine = await bundle(folder, {
    entryPoints: { engineThreads: 'dist/actors/cli/wordcount/engineThreads.js' },
    chunkNames: 'engine-[name]-[hash]',
    plugins: [english],
  });
  const thread = await bundle(folder, {
    entryPoints: { countNode: 'dist/actors/cli/wordcount/countNode.js' },
    chunkNames: 'count-[name]-[hash]',
    plugins: [english],
  });
  return {
    inputs: { ...host.inputs, ...engine.inputs, ...thread.inputs },
    outputs: { ...host.outputs, ...engine.outputs, ...thread.outputs },
  };
}

async function bundle(folder, options) {
  const { metafile } = await build({
    absWorkingDir: root,
    outdir: folder,
    bundle: true,
    minifyWhitespace: true,
    minifySyntax: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    // ES modules where a package has both: their exports have names.
    mainFields: ['module', 'main'],
    // With compiled code of their own, or only there where the user has installed them.
    external: ['lmdb', 'piscina'],
    // Packages written in CommonJS ask for Node.js's modules by `require`.
    banner: {
      js: "import { createRequire as createRequireOf } from 'node:module';\nconst require = createRequireOf(import.meta.url);",
    },
    metafile: true,
    logLevel: 'warning',
    ...options,
  });
  return metafile;
}

/** zod has its messages in fifty languages, a third of all that a thread would load. The command speaks English. */
const english = {
  name: 'english',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, ({ path: file }) => ({
      contents: "export { default as en } from './en.js';",
      resolveDir: path.dirname(file),
    }));
  },
};

/** Entries of other bundles, which lie in the same folder. */
function apart(files) {
  return {
    name: 'apart',
    setup({ onResolve }) {
      onResolve({ filter: /^\.\// }, ({ path: file, kind }) => {
        const isApart = kind === 'dynamic-import' && files.includes(path.basename(file));
        return isApart ? { path: `./${path.basename(file)}`, external: true } : undefined;
      });
    },
  };
}

function leave(files, folder) {
  const command = path.join(root, 'dist/actors/cli');
  const unseen = new Set(files);
  return {
    name: 'leave',
    setup({ onResolve, onEnd }) {
      onEnd(() => {
        if (unseen.size > 0) throw new Error(`nothing imports ${[...unseen].join(', ')}`);
      });
      onResolve({ filter: /^\./ }, ({ path: file, importer }) => {
        if (!files.includes(file) || path.dirname(importer) !== command) return undefined;
        unseen.delete(file);
        const fromBundle = path.relative(folder, path.join(command, file));
        return { path: fromBundle.split(path.sep).join('/'), external: true };
      });
    },
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await bundleCommand();
