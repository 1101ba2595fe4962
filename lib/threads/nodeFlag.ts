// Whether this thread is a node of a system. Nothing else is imported here: a worker's first lines need it.

const flag = Symbol.for('thrum.node.1');

export function markAsNode(): void {
  (globalThis as { [flag]?: boolean })[flag] = true;
}

/** True on a worker node: an app's entry file that is imported there must not start a second system. */
export function isNode(): boolean {
  return (globalThis as { [flag]?: boolean })[flag] === true;
}
