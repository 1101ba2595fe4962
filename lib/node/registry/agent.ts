// A node's agent: an internal actor that the registry tells of changes in the groups watched on its node. Its end
// tells the registry that the node is gone.
import type { Definition } from '../../protocol/actor.ts';
import { internalDefinition } from './internal.ts';
import { agentProtocol, type GroupState, type Key } from './messages.ts';

export function agentDefinition(onChange: (change: { key: Key; state: GroupState }) => void): Definition {
  return internalDefinition('thrum/RegistryAgent', agentProtocol(), () => ({ changed: onChange, ping() {} }));
}
