// What a name or a group is known by, and what can't be a name.

import type { Definition } from '../../protocol/actor.ts';
import { checkDefinition } from '../../protocol/declared.ts';
import { DefinitionConflictError, InvalidOptionError } from '../../protocol/errors.ts';
import { protocolTable } from '../../wire/protocolTable.ts';
import type { Key } from './messages.ts';

const nameUnitsMax = 256;

/** @throws `InvalidOptionError` for what can't be a name */
export function keyOf(definition: Definition, name: string): Key {
  checkDefinition(definition, 'thrum/actor', 'a name or a group');
  checkName(name);
  const { fingerprint } = protocolTable(definition.protocol as object);
  return { definition: definition.name, fingerprint, name };
}

function checkName(name: unknown): void {
  const isName = typeof name === 'string' && name.length > 0 && name.length <= nameUnitsMax;
  if (isName && !/\p{Cc}/u.test(name)) return;
  throw new InvalidOptionError(
    `a name must be a string of 1 to ${nameUnitsMax} UTF-16 units without control characters, not ${JSON.stringify(name)}`,
  );
}

/** The registry knows the name or group, but with another version of the definition. */
export function conflict(key: Key): DefinitionConflictError {
  return new DefinitionConflictError(
    `'${key.name}' belongs to a '${key.definition}' with another protocol than the one it is looked for with: two versions of its module are loaded`,
  );
}
