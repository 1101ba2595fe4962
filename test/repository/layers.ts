// The order of the layers as data, the rules made from it, and the one way to check a tree against them.
// Apart from the test so that the same check runs on the repository and on small trees that break a rule.

import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { transform } from '@swc/core';
import { cruise, type ICruiseOptions, type ICruiseResult, type IForbiddenRuleType } from 'dependency-cruiser';
import { glob } from 'tinyglobby';
import { writeTree } from './tree.ts';

/** From the bottom up; a line imports from itself and from lines above it, its siblings never from each other. */
export const layerLines: readonly (readonly string[])[] = [
  ['protocol'],
  ['wire'],
  ['cell'],
  ['node'],
  ['store'],
  ['threads', 'sim', 'cluster'],
  ['compute'],
  ['system'],
  ['routing', 'testing', 'observe', 'remote'],
];

/** Layers that will run on web pages, so that what they need of Node.js is handed in by the World. */
export const layersWithoutNode: readonly string[] = ['protocol', 'wire', 'cell', 'node', 'sim', 'remote'];

const publicSurface = '^lib/index\\.ts$';
/** What the algorithms may import: an app imports them as `thrum` and `thrum/sim`. */
const publicModules = '^lib/(sim/)?index\\.ts$';
const inLayers = (layers: readonly string[]) => `^lib/(${layers.join('|')})/`;

/** One rule a layer: it may not import from its siblings, from later lines, or from the public surface. */
function orderRules(): IForbiddenRuleType[] {
  return layerLines.flatMap((line, index) =>
    line.map((layer) => {
      const siblings = line.filter((other) => other !== layer);
      const later = layerLines.slice(index + 1).flat();
      const refused = [...siblings, ...later];
      return {
        name: `order-${layer}`,
        comment: `lib/${layer}/ imports from its own layer and from the layers above it in DESIGN.md's list`,
        severity: 'error',
        from: { path: inLayers([layer]) },
        to: { path: refused.length > 0 ? [inLayers(refused), publicSurface] : [publicSurface] },
      };
    }),
  );
}

const otherRules: IForbiddenRuleType[] = [
  {
    name: 'no-node-builtins',
    comment: 'these layers run on web pages too: what they need of node: is handed in by the World',
    severity: 'error',
    from: { path: inLayers(layersWithoutNode) },
    to: { dependencyTypes: ['core'] },
  },
  {
    name: 'actors-use-the-public-surface',
    comment:
      'the algorithms could have been written outside this repository: they import what a package exports',
    severity: 'error',
    from: { path: '^actors/' },
    to: { path: '^lib/', pathNot: publicModules },
  },
  {
    name: 'lib-never-imports-actors',
    comment: 'the runtime knows none of the algorithms that stand on it',
    severity: 'error',
    from: { path: '^lib/' },
    to: { path: '^actors/' },
  },
  {
    name: 'known-layer',
    comment: 'a new folder in lib/ gets its place in the order before anything imports it',
    severity: 'error',
    from: {},
    to: { path: '^lib/', pathNot: [inLayers(layerLines.flat()), publicSurface] },
  },
  {
    name: 'resolves',
    comment: 'an import the cruiser cannot follow would escape every other rule',
    severity: 'error',
    from: {},
    to: { couldNotResolve: true },
  },
];

const cycleRule: IForbiddenRuleType = {
  name: 'no-cycles',
  comment: 'a circle of run-time imports makes the order of evaluation a matter of luck',
  severity: 'error',
  from: {},
  to: { circular: true },
};

export const layerRules: readonly IForbiddenRuleType[] = [...orderRules(), ...otherRules];
export const ruleNames: readonly string[] = [...layerRules, cycleRule].map((rule) => rule.name ?? '');

export interface LayerReport {
  /** Every source file the cruiser went through, relative to the tree. */
  modules: string[];
  /** For each of those files, the module specifiers the cruiser saw in it; built-in ones without `node:`. */
  specifiers: Map<string, string[]>;
  /** `rule: from -> to`, sorted; for a circle, all its files. */
  violations: string[];
}

/** Checks the folders `lib` and `actors` of the tree at `root`. */
export async function checkLayers(root: string): Promise<LayerReport> {
  const imports = await run(root, { ruleSet: { forbidden: [...layerRules] } });
  const runtime = await checkCycles(root);
  const sources = imports.modules.filter((module) => /^(lib|actors)\//.test(module.source));
  return {
    modules: sources.map((module) => module.source).sort(),
    specifiers: new Map(
      sources.map((module) => [module.source, module.dependencies.map((dependency) => dependency.module)]),
    ),
    violations: [...describe(imports), ...describe(runtime)].sort(),
  };
}

/**
 * Circles are looked for in a copy of the tree without its types. The swc parser does not tell `import type`
 * from `import`, and circles among types alone are harmless: nothing of them is left at run time.
 */
async function checkCycles(root: string): Promise<ICruiseResult> {
  const copy = await mkdtemp(join(tmpdir(), 'thrum-layers-'));
  try {
    const files = await glob('{lib,actors}/**/*.ts', { cwd: root });
    const erased = await Promise.all(
      files.map(async (file) => [file, await eraseTypes(await readFile(join(root, file), 'utf8'))] as const),
    );
    await writeTree(copy, Object.fromEntries(erased));
    return await run(copy, { ruleSet: { forbidden: [cycleRule] } });
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

async function eraseTypes(source: string): Promise<string> {
  const { code } = await transform(source, {
    configFile: false,
    swcrc: false,
    jsc: {
      parser: { syntax: 'typescript' },
      target: 'es2022',
      // As in tsconfig.json: an import without `type` stays, whatever it is used for.
      transform: { verbatimModuleSyntax: true },
    },
  });
  return code;
}

async function run(root: string, options: ICruiseOptions): Promise<ICruiseResult> {
  const folders = ['lib', 'actors'].filter((folder) => existsSync(join(root, folder)));
  const { output } = await cruise(folders, {
    baseDir: root,
    // The cruiser's own TypeScript parser stops at version 6, and with a newer one silently finds no modules.
    parser: 'swc',
    tsPreCompilationDeps: true,
    validate: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
    doNotFollow: { path: 'node_modules' },
    ...options,
  });
  if (typeof output === 'string') throw new Error('the cruiser was asked for no report, yet it gave text');
  return output;
}

function describe(result: ICruiseResult): string[] {
  return result.summary.violations.map(({ rule, from, to, cycle }) =>
    cycle === undefined
      ? `${rule.name}: ${from} -> ${to}`
      : `${rule.name}: ${[from, ...cycle.map((step) => step.name)].join(' -> ')}`,
  );
}
