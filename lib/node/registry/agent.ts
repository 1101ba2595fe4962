// A node's agent: an internal actor that the registry tells of changes in the groups watched on its node. Its end
// tells the registry that the node is gone.
import * as z from 'zod';
import type { Definition } from '../../protocol/actor.ts';
import { type AgentProtocol, agentProtocol, type GroupState, type Key } from './messages.ts';

export function agentDefinition(onChange: (change: { key: Key; state: GroupState }) => void): Definition {
  const definition: Definition<AgentProtocol, z.ZodVoid> = {
    kind: 'thrum/actor',
    name: 'thrum/RegistryAgent',
    module: undefined,
    protocol: agentProtocol(),
    args: z.void(),
    errors: [],
    create: () => ({ changed: onChange }),
  };
  return definition as unknown as Definition;
}
