// The order of the layers (DESIGN.md, "Layers"), held by dependency-cruiser; and each rule shown to bite.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { glob } from 'tinyglobby';
import { checkLayers, layerLines, layersWithoutNode, ruleNames } from './layers.ts';
import { repositoryRoot } from './root.ts';
import { type Tree, withTree } from './tree.ts';

const checked = checkLayers(repositoryRoot);

test('every import in lib and actors follows the order of the layers', async (t) => {
  const { violations } = await checked;
  t.deepEqual(violations, []);
});

test('the cruiser went through every source file', async (t) => {
  const { modules } = await checked;
  const sources = await glob('{lib,actors}/**/*.ts', { cwd: repositoryRoot });
  t.true(sources.length > 10, `only ${sources.length} source files in lib and actors`);
  t.deepEqual(modules, sources.sort());
});

test('the cruiser saw every import a plain search of the text finds', async (t) => {
  const { modules, specifiers } = await checked;
  const missed: string[] = [];
  let found = 0;
  for (const module of modules) {
    const seen = new Set(specifiers.get(module));
    for (const specifier of specifiersInText(await readFile(join(repositoryRoot, module), 'utf8'))) {
      found += 1;
      if (!seen.has(specifier.replace(/^node:/, ''))) missed.push(`${module} imports ${specifier}`);
    }
  }
  t.deepEqual(missed, []);
  t.true(found > modules.length, `only ${found} imports in ${modules.length} files`);
});

test('every file of lib is in a layer, except the public surface', async (t) => {
  const known = new Set(layerLines.flat());
  const { modules } = await checked;
  const strays = modules.filter((module) => {
    const [top, folder = ''] = module.split('/');
    return top === 'lib' && module !== 'lib/index.ts' && !known.has(folder);
  });
  t.deepEqual(strays, []);
});

test('the public surface only re-exports', async (t) => {
  const text = await readFile(join(repositoryRoot, 'lib/index.ts'), 'utf8');
  const statements = withoutComments(text)
    .split(';')
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
  t.true(statements.length > 0);
  for (const statement of statements) t.regex(statement, /^export (type )?(\*|\{[^}]*\})[^=]* from '[^']+'$/);
});

// Each rule on a tree that breaks it and nothing else.

const value = 'export const value = 1;\n';
const importing = (specifier: string) =>
  `import { value } from '${specifier}';\nexport const copy = value;\n`;
const typeImporting = (specifier: string) =>
  `import type { value } from '${specifier}';\nexport type Copy = typeof value;\n`;

/** `from` imports `to`, which imports nothing. */
function pair(from: string, to: string, text = importing): Tree {
  return { [from]: text(`../../${to}`), [to]: value };
}

interface Offence {
  title: string;
  tree: Tree;
  violations: string[];
}

const orderOffences: Offence[] = layerLines.flatMap((line, index) =>
  line.map((layer) => {
    const siblings = line.filter((other) => other !== layer);
    const later = layerLines.slice(index + 1).flat();
    const refused = [...siblings, ...later].map((other) => `lib/${other}/b.ts`).concat('lib/index.ts');
    return {
      title: `${layer} imports its siblings, the layers below it in the list, or the public surface`,
      tree: {
        ...Object.fromEntries(refused.map((file) => [file, value])),
        [`lib/${layer}/a.ts`]: refused.map((file) => `import '../../${file}';\n`).join(''),
      },
      violations: refused.map((file) => `order-${layer}: lib/${layer}/a.ts -> ${file}`).sort(),
    };
  }),
);

const nodeOffences: Offence[] = layersWithoutNode.map((layer) => ({
  title: `${layer} imports what only Node.js has`,
  tree: { [`lib/${layer}/a.ts`]: `import 'node:fs';\nimport 'timers/promises';\n` },
  violations: ['fs', 'timers/promises'].map((builtin) => `no-node-builtins: lib/${layer}/a.ts -> ${builtin}`),
}));

const otherOffences: Offence[] = [
  {
    title: 'an import for its types alone counts',
    tree: pair('lib/wire/a.ts', 'lib/cell/b.ts', typeImporting),
    violations: ['order-wire: lib/wire/a.ts -> lib/cell/b.ts'],
  },
  {
    title: 'a re-export counts',
    tree: pair('lib/wire/a.ts', 'lib/cell/b.ts', (specifier) => `export * from '${specifier}';\n`),
    violations: ['order-wire: lib/wire/a.ts -> lib/cell/b.ts'],
  },
  {
    title: 'an import() counts',
    tree: pair(
      'lib/wire/a.ts',
      'lib/cell/b.ts',
      (specifier) => `export const late = () => import('${specifier}');\n`,
    ),
    violations: ['order-wire: lib/wire/a.ts -> lib/cell/b.ts'],
  },
  {
    title: 'an actor reaches past the public surface',
    tree: pair('actors/echo/a.ts', 'lib/wire/b.ts'),
    violations: ['actors-use-the-public-surface: actors/echo/a.ts -> lib/wire/b.ts'],
  },
  {
    title: 'lib imports an actor',
    tree: pair('lib/system/a.ts', 'actors/echo/b.ts'),
    violations: ['lib-never-imports-actors: lib/system/a.ts -> actors/echo/b.ts'],
  },
  {
    title: 'lib has a folder without a place in the order',
    tree: pair('lib/system/a.ts', 'lib/helpers/b.ts'),
    violations: ['known-layer: lib/system/a.ts -> lib/helpers/b.ts'],
  },
  {
    title: 'an import leads nowhere',
    tree: { 'lib/wire/a.ts': importing('./gone.ts') },
    violations: ['resolves: lib/wire/a.ts -> ./gone.ts'],
  },
  {
    title: 'two files import each other at run time',
    tree: { 'lib/wire/a.ts': importing('./b.ts'), 'lib/wire/b.ts': `${value}import './a.ts';\n` },
    violations: ['no-cycles: lib/wire/a.ts -> lib/wire/b.ts -> lib/wire/a.ts'],
  },
  {
    title: 'three files of actors import each other in a circle',
    tree: {
      'actors/x/a.ts': `import './b.ts';\n`,
      'actors/x/b.ts': `export * from './c.ts';\n`,
      'actors/x/c.ts': `import './a.ts';\n`,
    },
    violations: ['no-cycles: actors/x/a.ts -> actors/x/b.ts -> actors/x/c.ts -> actors/x/a.ts'],
  },
];

const offences = [...orderOffences, ...nodeOffences, ...otherOffences];

for (const { title, tree, violations } of offences) {
  test(`refused: ${title}`, async (t) => {
    const report = await withTree(tree, checkLayers);
    t.deepEqual(report.violations, violations);
  });
}

test('every rule has a tree that breaks it', (t) => {
  const broken = new Set(
    offences.flatMap((offence) => offence.violations.map((line) => line.split(':')[0] ?? '')),
  );
  t.deepEqual([...broken].sort(), [...ruleNames].sort());
});

test('allowed: every layer imports every layer above it, actors import the public surface', async (t) => {
  const tree: Record<string, string> = {
    'lib/index.ts': layerLines
      .flat()
      .map((layer) => `export { copy as ${layer} } from './${layer}/a.ts';\n`)
      .join(''),
    'actors/echo/a.ts': `import { wire } from '../../lib/index.ts';\nexport default wire;\n`,
  };
  layerLines.forEach((line, index) => {
    const above = layerLines.slice(0, index).flat();
    const text = above.map((layer) => `import '../${layer}/a.ts';\n`).join('') + importing('./b.ts');
    for (const layer of line) {
      tree[`lib/${layer}/a.ts`] = text;
      tree[`lib/${layer}/b.ts`] = value;
    }
  });
  const report = await withTree(tree, checkLayers);
  t.deepEqual(report.violations, []);
  t.deepEqual(report.modules, Object.keys(tree).sort());
});

test('allowed: two files of one layer that refer to each other by type alone', async (t) => {
  const report = await withTree(
    {
      'lib/wire/a.ts': `import type { B } from './b.ts';\nexport interface A { b: B }\n`,
      'lib/wire/b.ts': `import type { A } from './a.ts';\nexport interface B { a: A }\n`,
    },
    checkLayers,
  );
  t.deepEqual(report.violations, []);
});

/** Import specifiers by their shape in formatted source, so that a parser that gives up early is noticed. */
function specifiersInText(text: string): string[] {
  const code = withoutComments(text);
  const patterns = [
    /^(?:import|export)\b[^'"`;]*?\bfrom '([^']+)'/gm,
    /^import '([^']+)'/gm,
    /\bimport\('([^']+)'\)/g,
  ];
  return patterns.flatMap((pattern) => [...code.matchAll(pattern)].map((match) => match[1] ?? ''));
}

function withoutComments(text: string): string {
  return text.replace(/^\s*\/\*[\s\S]*?\*\//gm, '').replace(/^\s*\/\/.*$/gm, '');
}
