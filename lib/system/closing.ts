// How a system ends: what waits is handled, if asked for; actors stop; what hasn't stopped in time is named and
// ended with its thread.
import { performance } from 'node:perf_hooks';
import { setTimeout } from 'node:timers';
import type { ActorNode } from '../node/node.ts';
import type { CloseReport } from '../protocol/events.ts';
import type { NodeId } from '../protocol/ref.ts';
import type { NodeTable } from './nodeTable.ts';
import { within } from './timeLimit.ts';

/** Options of {@link System.close}. */
export interface CloseOptions {
  /** Milliseconds that actors have to stop in before their threads are ended; default 5,000. */
  timeoutMs?: number;
  /**
   * `true`: first wait until every message has been handled, those included that actors send meanwhile, and
   * every ask has settled. Stop what brings in new work before. A fifth of the time, a second at most, is kept
   * for stopping. Default `false`: what waits becomes dead letters.
   */
  drain?: boolean;
}

/** A node that runs answers within this; the deadline is over by then. */
const lastWordsMs = 500;
const leftMax = 10_000;
const longestPauseMs = 20;

/** Stops the actors of all nodes; what it returns is complete but for the threads' end. */
export async function stopAll(
  host: ActorNode,
  nodes: NodeTable,
  timeoutMs: number,
  drain: boolean,
): Promise<Omit<CloseReport, 'elapsedMs'>> {
  const deadline = performance.now() + timeoutMs;
  const drained = drain && (await untilQuiet(nodes, deadline - Math.min(timeoutMs / 5, 1000)));
  const stopping = Promise.all([host.endings.close(), nodes.stopActors()]).then(() => true);
  const stopped = (await within(stopping, deadline - performance.now())) === true;
  const rest = stopped ? { left: [], silentNodes: [] } : await whatIsLeft(nodes);
  if (!stopped) host.endings.settleAll();
  return { stopped, drained, ...rest, deadNodes: nodes.diedClosing };
}

/**
 * Waits until nothing goes on anywhere. Each node sees only itself, and messages may be under way between two
 * that have nothing to do: so all are asked twice. If nobody has accepted a message from before the first time
 * to after the second, then nobody had a reason to send one after the first; and what was sent before it had
 * arrived at the second.
 */
async function untilQuiet(nodes: NodeTable, deadline: number): Promise<boolean> {
  const quiet = async (): Promise<boolean> =>
    (await within(nodes.looks.quiet(), deadline - performance.now())) === true;
  for (let pauseMs = 1; performance.now() < deadline; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    const { accepted, waiting } = nodes.metrics.read(nodes.looks.live);
    if (waiting === 0 && (await quiet()) && (await quiet())) {
      if (nodes.metrics.read(nodes.looks.live).accepted === accepted) return true;
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  return false;
}

async function whatIsLeft(nodes: NodeTable): Promise<{ left: string[]; silentNodes: NodeId[] }> {
  const answers = await Promise.all(
    nodes.ids.map(async (node) => ({
      node,
      list: await within(nodes.looks.actors(node, leftMax), lastWordsMs),
    })),
  );
  const left = answers.flatMap(({ list }) => list?.actors.map(({ path }) => path) ?? []).slice(0, leftMax);
  const silent = answers.filter(({ node, list }) => list === undefined && nodes.ids.includes(node));
  return { left, silentNodes: silent.map(({ node }) => node) };
}
