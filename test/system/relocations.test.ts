// Which actors begin again elsewhere when a node dies: the bookkeeping alone.
import test from 'ava';
import type { SpawnRequest } from '../../lib/node/world.ts';
import { Relocations } from '../../lib/system/relocations.ts';

const request = (parent?: { node: number; cell: number }): SpawnRequest =>
  ({
    definition: 'test/Actor',
    module: undefined,
    fingerprint: 0,
    args: new Uint8Array(),
    beside: [],
    relocation: undefined,
    options: {},
    parent: parent && { ...parent, path: '', groups: false },
  }) as SpawnRequest;

function started(
  relocations: Relocations,
  node: number,
  cell: number,
  parent?: { node: number; cell: number },
) {
  const actor = relocations.add(request(parent), 'any');
  relocations.started(actor, { node, cell, path: `${node}/#${cell}` });
  return actor;
}

test('those of the dead node whose parent lives are taken; a child goes with a parent that dies with it', (t) => {
  const relocations = new Relocations();
  const parent = started(relocations, 1, 1);
  const orphan = started(relocations, 1, 2, { node: 1, cell: 1 });
  const child = started(relocations, 1, 3, { node: 2, cell: 9 });
  started(relocations, 2, 4);
  t.deepEqual(relocations.takeFrom(1), [parent, child]);
  t.false(relocations.has(orphan), 'its parent starts it anew');
  t.is(relocations.size, 3);
});

test('a parent that has moved is looked for where it is now', (t) => {
  const relocations = new Relocations();
  const parent = started(relocations, 1, 1);
  const child = started(relocations, 2, 1, { node: 1, cell: 1 });
  parent.at = { node: 3, cell: 7, path: '' };
  t.is(relocations.parentNode(child), 3);
  t.deepEqual(relocations.takeFrom(2), [child]);
});
